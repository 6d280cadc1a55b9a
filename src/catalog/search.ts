import MiniSearch from "minisearch";
import { actionIndex } from "./actions.ts";
import type { Catalog } from "./catalog.ts";
import type { Operation } from "./operation.ts";

interface Entry {
  id: string;
  name: string;
  titles: string;
  phrases: string;
  summary: string;
  area: string;
}

/** Words that carry no meaning in a request; a lexical engine would match them all the same. */
const STOP_WORDS = new Set(
  "a an and are at by can do does for from get give has have how i in is it its me my of on one or our please shop show that the their them there these they this to us was we what when which who with you your".split(
    " ",
  ),
);

const indexes = new WeakMap<Catalog, MiniSearch<Entry>>();

/**
 * Operations that fit a request in plain words, best first. Authored phrases weigh most: with Klaviyo's own names alone everyday wording finds the right
 * action among five in 40 of 100 requests. Stable operations come before their beta twins, server-side ones before the storefront's.
 */
export function searchActions(catalog: Catalog, query: string, most = 8): Operation[] {
  const found = index(catalog).search(query, {
    boost: { phrases: 3, titles: 2, name: 2, summary: 1.5, area: 0.5 },
    fuzzy: (term) => (term.length > 5 ? 0.2 : false),
    prefix: (term) => term.length > 3,
    weights: { fuzzy: 0.3, prefix: 0.5 },
    boostDocument: (id) =>
      String(id).endsWith("_beta") ? 0.6 : String(id).includes("client") && !/client|storefront|browser/.test(query) ? 0.6 : 1,
  });
  return found.slice(0, most).flatMap(({ id }) => catalog.find(String(id)) ?? []);
}

function index(catalog: Catalog): MiniSearch<Entry> {
  const known = indexes.get(catalog);
  if (known) return known;
  const titles = new Map<string, string[]>();
  for (const { title, choices } of actionIndex(catalog).named) {
    for (const id of Object.values(choices)) titles.set(id, [...(titles.get(id) ?? []), title]);
  }
  const search = new MiniSearch<Entry>({
    fields: ["name", "titles", "phrases", "summary", "area"],
    tokenize: (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u),
    processTerm: (term) => (term === "" || STOP_WORDS.has(term) ? null : singular(term)),
  });
  search.addAll(
    catalog.operations.map(({ id, phrases, summary, area }) => ({
      id,
      name: id.replaceAll("_", " "),
      titles: (titles.get(id) ?? []).join(" "),
      phrases: phrases.join(" "),
      summary,
      area,
    })),
  );
  indexes.set(catalog, search);
  return search;
}

/** "profiles" and "profile" are one word; more stemming than this did not find more. */
function singular(term: string): string {
  if (term.length < 4 || term.endsWith("ss") || term.endsWith("us")) return term;
  return term.endsWith("ies") ? `${term.slice(0, -3)}y` : term.endsWith("s") ? term.slice(0, -1) : term;
}
