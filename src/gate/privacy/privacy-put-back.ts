import type { Catalog } from "../../catalog/catalog.ts";
import { resolveAction } from "../../catalog/actions.ts";
import { formatFilter, parseFilter, type FilterValue } from "../../catalog/filter.ts";
import { HalyardError } from "../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { GateParts } from "../call.ts";
import { privacyKeyOf } from "./privacy-key.ts";
import { NEARLY_TOKEN, sealContext, TOKEN } from "./privacy-tokens.ts";

/** What stood behind the tokens of one call, by token: nothing of it goes back to the agent. */
export type PutBack = Map<string, string>;

/** Computes a text from texts of the call: a person's address that was put into one could be taken apart there. */
const COMPUTES_TEXT = ["render_template"];

/**
 * Puts people's data back where the arguments hold tokens: as values, inside of texts, in filters. Errors: `unknown_token` for one that this connection has not
 * given out, `invalid_arguments` for one inside of a template tag, where the template could take it apart.
 */
export async function putBack(
  parts: GateParts,
  connection: ConnectionRow,
  action: string,
  args: JsonObject,
  back: PutBack,
): Promise<JsonObject> {
  const text = JSON.stringify(args);
  if (!NEARLY_TOKEN.test(text) || computesText(parts.catalog, action, args)) return args;
  const tokens = [...new Set(text.match(TOKEN) ?? [])];
  const sealed = await parts.store.privacyTokens.find(connection.id, tokens);
  const key = await privacyKeyOf(parts, connection);
  for (const token of tokens) {
    const value = key.open(sealed.get(token) ?? "", sealContext(token));
    if (value === undefined) throw unknownToken();
    back.set(token, value);
  }
  return object(args, back, true);
}

function computesText(catalog: Catalog, action: string, args: JsonObject): boolean {
  return COMPUTES_TEXT.includes(resolveAction(catalog, action, args).operation.id);
}

function object(value: JsonObject, back: PutBack, isTop = false): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      inText(name, back),
      isTop && name === "filter" ? filter(inner, back) : deep(inner, back),
    ]),
  );
}

function deep(value: Json, back: PutBack): Json {
  if (typeof value === "string") return inText(value, back);
  if (Array.isArray(value)) return value.map((item) => deep(item, back));
  return isJsonObject(value) ? object(value, back) : value;
}

/** A name with a quote in it must not end the quoted text that it stands in: filters are taken apart, filled and written again. */
function filter(value: Json, back: PutBack): Json {
  if (Array.isArray(value)) return value.map((item) => filter(item, back));
  if (typeof value !== "string" || !NEARLY_TOKEN.test(value)) return value;
  const fill = (one: FilterValue): FilterValue => {
    if (Array.isArray(one)) return one.map(fill);
    return typeof one === "string" ? inText(one, back) : one;
  };
  return formatFilter(parseFilter(value).map((clause) => ({ ...clause, value: fill(clause.value) })));
}

/** Tags that hand what stands between them to a filter. */
const FILTER_TAG = /\{%-?\s*(filter|capture|blocktrans)/;

function inText(text: string, back: PutBack): string {
  if (!NEARLY_TOKEN.test(text)) return text;
  if (FILTER_TAG.test(text) || tagsOf(text).some((tag) => NEARLY_TOKEN.test(tag))) throw insideTag();
  // The function: a "$" in a value is no pattern.
  const filled = text.replaceAll(TOKEN, (token) => back.get(token) ?? token);
  if (NEARLY_TOKEN.test(text.replaceAll(TOKEN, ""))) throw unknownToken();
  return filled;
}

/** Everything from each opening brace of a tag to its end, or to the end of the text where it does not close. */
function tagsOf(text: string): string[] {
  const tags: string[] = [];
  for (let at = text.search(/\{[{%]/); at >= 0;) {
    const close = text.startsWith("{{", at) ? "}}" : "%}";
    const end = text.indexOf(close, at + 2);
    tags.push(text.slice(at, end < 0 ? undefined : end));
    const next = end < 0 ? -1 : text.slice(end).search(/\{[{%]/);
    at = next < 0 ? -1 : end + next;
  }
  return tags;
}

function unknownToken(): HalyardError {
  return new HalyardError("unknown_token", "The arguments hold a person's token that stands for nobody here.", {
    hint: "Use tokens exactly as an answer of this connection gave them; read the person again to get it.",
  });
}

function insideTag(): HalyardError {
  return new HalyardError("invalid_arguments", "A person's token stands inside of a template tag, where it cannot be filled in.", {
    hint: "Put it outside of the tags, or use the template's own fields of the person.",
  });
}
