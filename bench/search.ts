import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../src/catalog/catalog.ts";
import { searchActions } from "../src/catalog/search.ts";
import { ms, spread, timed, type Figure } from "./measure.ts";

/** Share of requests, by someone who had not seen the phrases, for which an acceptable action is among the first 1, 3 and 5. */
export async function benchSearch(): Promise<Figure[]> {
  const catalog = loadCatalog();
  const requests = readFileSync(join(import.meta.dirname, "../test/search/requests.tsv"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const share = (wording: string, among: number): string => {
    const asked = requests.filter(([, , kind]) => kind === wording);
    const found = asked.filter(([request = "", ids = ""]) =>
      searchActions(catalog, request, among).some(({ id }) => ids.split(",").includes(id)),
    );
    return `${Math.round((100 * found.length) / asked.length)} %`;
  };
  const took = spread(await timed(500, async (at) => searchActions(catalog, requests[Math.abs(at) % requests.length]?.[0] ?? "")));
  return [
    {
      what: "everyday words, 60 requests: right action first / among 3 / among 5",
      value: [1, 3, 5].map((among) => share("plain", among)).join(" / "),
    },
    { what: "Klaviyo's nouns, 60 requests: the same", value: [1, 3, 5].map((among) => share("nouns", among)).join(" / ") },
    { what: "one search, p50 / p99", value: `${ms(took.p50)} / ${ms(took.p99)}` },
  ];
}
