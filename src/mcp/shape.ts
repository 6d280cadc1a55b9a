import { untrustedAttributes } from "../gate/privacy/marking.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";

/**
 * Turns a JSON:API document into what a model reads best: `rows` (or `row`) of `{id, type, …attributes, relationships}`, nulls and links left out,
 * `count`, `next_cursor` where there is another page. Anything else comes back as `body`. With `mark`, `_untrusted` at the end lists where text stands that
 * outsiders can write: `rows[].properties` is that field in any of the rows.
 */
export function shapeBody(body: Json | null, mark = false): JsonObject {
  if (body === null) return {};
  const data = isJsonObject(body) ? body["data"] : undefined;
  if (!isJsonObject(body) || !(isResource(data) || (Array.isArray(data) && data.every(isResource))))
    return { body: without(body), ...(mark && { _untrusted: ["body"] }) };
  const marks = new Set<string>();
  const included = new Included(body["included"], data, marks);
  const rows = (Array.isArray(data) ? data : [data]).map((resource) =>
    rowOf(resource, included, Array.isArray(data) ? "rows[]" : "row", marks),
  );
  const rest = included.rest();
  const meta = isJsonObject(body["meta"]) ? dropNulls(body["meta"]) : {};
  const cursor = nextCursor(body["links"]);
  return {
    ...(Array.isArray(data) ? { count: rows.length, rows } : { row: rows[0] ?? null }),
    ...(rest.length > 0 && { included: rest }),
    ...(cursor !== undefined && { next_cursor: cursor }),
    ...(Object.keys(meta).length > 0 && { meta }),
    ...(mark && marks.size > 0 && { _untrusted: [...marks] }),
  };
}

/** Without members that are null; items of lists stay, because their places count. */
export function dropNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, without(value)]),
  );
}

function without(value: Json): Json {
  if (Array.isArray(value)) return value.map(without);
  return isJsonObject(value) ? dropNulls(value) : value;
}

type Resource = JsonObject & { type: string; id?: string };

function isResource(value: Json | undefined): value is Resource {
  return isJsonObject(value) && typeof value["type"] === "string";
}

function rowOf(resource: Resource, included: Included | undefined, place: string, marks: Set<string>): JsonObject {
  const row: JsonObject = { ...(typeof resource.id === "string" && { id: resource.id }), type: resource.type };
  const attributes = isJsonObject(resource["attributes"]) ? dropNulls(resource["attributes"]) : {};
  // An attribute may be called "type" or "id" itself.
  const untrusted = untrustedAttributes(resource.type, attributes);
  for (const [name, value] of Object.entries(attributes)) {
    const shown = name in row ? `attribute_${name}` : name;
    row[shown] = value;
    if (untrusted.includes(name)) marks.add(`${place}.${shown}`);
  }
  const relationships = relationshipsOf(resource["relationships"], included, `${place}.relationships`);
  if (Object.keys(relationships).length > 0) row["relationships"] = relationships;
  if (isJsonObject(resource["meta"])) row["meta"] = dropNulls(resource["meta"]);
  return row;
}

/** Only what is linked is told: a relationship that is nothing but URLs says nothing to an agent. */
function relationshipsOf(relationships: Json | undefined, included: Included | undefined, place: string): JsonObject {
  if (!isJsonObject(relationships)) return {};
  const told: JsonObject = {};
  for (const [name, relationship] of Object.entries(relationships)) {
    const data = isJsonObject(relationship) ? relationship["data"] : undefined;
    const put = (item: Json, at: string): Json => (isResource(item) ? (included?.take(item, `${place}.${at}`) ?? item.id ?? null) : item);
    if (Array.isArray(data) && data.length > 0) told[name] = data.map((item) => put(item, `${name}[]`));
    else if (isResource(data)) told[name] = put(data, name);
  }
  return told;
}

/** Included resources: one that a single row refers to goes into that row, the others stay apart once each. */
class Included {
  readonly #byKey = new Map<string, Resource>();
  readonly #references = new Map<string, number>();

  readonly #marks: Set<string>;

  constructor(included: Json | undefined, data: Json | undefined, marks: Set<string>) {
    this.#marks = marks;
    for (const resource of Array.isArray(included) ? included : []) if (isResource(resource)) this.#byKey.set(keyOf(resource), resource);
    for (const resource of Array.isArray(data) ? data : [data]) if (isResource(resource)) this.#count(resource["relationships"]);
  }

  #count(relationships: Json | undefined): void {
    for (const relationship of isJsonObject(relationships) ? Object.values(relationships) : []) {
      const data = isJsonObject(relationship) ? relationship["data"] : undefined;
      for (const item of Array.isArray(data) ? data : [data]) {
        if (isResource(item)) this.#references.set(keyOf(item), (this.#references.get(keyOf(item)) ?? 0) + 1);
      }
    }
  }

  take(identifier: Resource, place: string): JsonObject | undefined {
    const key = keyOf(identifier);
    const resource = this.#references.get(key) === 1 ? this.#byKey.get(key) : undefined;
    if (!resource) return undefined;
    this.#byKey.delete(key);
    return rowOf(resource, undefined, place, this.#marks);
  }

  rest(): JsonObject[] {
    return [...this.#byKey.values()].map((resource) => rowOf(resource, undefined, "included[]", this.#marks));
  }
}

function keyOf({ type, id }: Resource): string {
  return `${type} ${id ?? ""}`;
}

function nextCursor(links: Json | undefined): string | undefined {
  const next = isJsonObject(links) ? links["next"] : undefined;
  if (typeof next !== "string") return undefined;
  const query = new URLSearchParams(next.split("?", 2)[1] ?? "");
  return query.get("page[cursor]") ?? query.get("page_cursor") ?? undefined;
}
