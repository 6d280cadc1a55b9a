import type { Json, JsonObject } from "../../lib/json.ts";
import { isJsonObject } from "../../lib/json.ts";
import type { Row } from "../state/collection.ts";
import type { Context, ResourceOf } from "./context.ts";
import type { Relationship, Resource } from "./declare.ts";
import type { Query } from "./request.ts";
import { selectPage } from "./select.ts";
import { relatedSource } from "./source.ts";

/** What the writers of documents need to know of the running sandbox. */
export interface Rendering {
  ctx: Context;
  query: Query;
  resourceOf: ResourceOf;
}

export type Identifier = { type: string; id: string };

/** A resource object (behaviour.md §1.9): attributes by sparse fields, relationships with links, `data` where shown or included. */
export function resourceObject(resource: Resource, row: Row, rendering: Rendering, extra: JsonObject = {}): JsonObject {
  const { ctx, query } = rendering;
  const base = addressOf(resource, row.id, ctx);
  const attributes: JsonObject = { ...resource.attributes(row, ctx), ...extra };
  for (const name of query.additional.get(resource.type) ?? []) {
    const value = resource.additional?.[name]?.(row, ctx);
    if (value !== undefined) attributes[name] = value;
  }
  const shown = Object.entries(resource.relationships ?? {}).filter(
    ([name, relation]) => relation.kind === "one" || relation.hidden !== true || query.include.includes(name),
  );
  const relationships = shown.map(([name, relation]): [string, Json] => {
    const hasLinkage = relation.kind === "one" || relation.linkage !== false;
    const links = { ...(hasLinkage && { self: `${base}/relationships/${name}/` }), related: `${base}/${name}/` };
    const isShown = (relation.data ?? relation.kind === "one") || query.include.includes(name);
    const data = isShown ? linkageOf(row, relation, rendering) : undefined;
    return [name, data === undefined || (data === null && relation.data === "when set") ? { links } : { data, links }];
  });
  return {
    type: resource.type,
    id: row.id,
    attributes: sparse(attributes, query.fields.get(resource.type)),
    ...(relationships.length > 0 && { relationships: Object.fromEntries(relationships) }),
    links: { self: `${base}/` },
  };
}

/** Where a resource object stands; a type that is only read through another, `/api/x/{id}/rel`, as if it had a collection of its own. */
export function addressOf({ path }: Resource, id: string, { origin }: Pick<Context, "origin">): string {
  return `${origin}${path.replace(/^\/api\/.*\}\//, "/api/")}/${id}`;
}

/** Identifiers in a relationship, all of them. */
export function relatedIds(row: Row, relation: Relationship, { ctx, resourceOf }: Rendering): Identifier[] {
  if (relation.kind === "one") {
    const id = relation.id(row, ctx);
    return id === undefined ? [] : [{ type: relation.type, id }];
  }
  const related = relatedSource(row, relation, ctx, resourceOf);
  if (!related) return [];
  const all = { filter: [], sort: undefined, cursor: undefined, size: undefined };
  const isDeclared = resourceOf(relation.type, ctx.channel) !== undefined;
  const found = selectPage(related.source, all, ctx).rows.map((each) => related.target(each));
  return found.flatMap(({ id, row: target }) => (target || !isDeclared ? [{ type: relation.type, id }] : []));
}

function linkageOf(row: Row, relation: Relationship, rendering: Rendering): Json {
  const ids = relatedIds(row, relation, rendering);
  return relation.kind === "one" ? (ids[0] ?? null) : ids;
}

/** `included` of a document: each related resource once, in the order in which the primary ones name them. Absent without `include`. */
export function includedOf(resource: Resource, rows: readonly Row[], rendering: Rendering): { included?: JsonObject[] } {
  const { ctx, query, resourceOf } = rendering;
  if (query.include.length === 0) return {};
  const included = new Map<string, JsonObject>();
  // What is included is one level deep: its own relationships show links only.
  const inner = { ...rendering, query: { ...query, include: [] } };
  for (const row of rows) {
    for (const name of query.include) {
      const relation = resource.relationships?.[name];
      for (const { type, id } of relation ? relatedIds(row, relation, rendering) : []) {
        const target = resourceOf(type, ctx.channel);
        const related = ctx.find(type, id);
        if (target && related && !included.has(`${type} ${id}`)) included.set(`${type} ${id}`, resourceObject(target, related, inner));
      }
    }
  }
  return { included: [...included.values()] };
}

/** Only the named fields; a dotted name keeps one branch of an object. */
function sparse(attributes: JsonObject, fields: readonly string[] | undefined): JsonObject {
  if (!fields) return attributes;
  const kept: JsonObject = {};
  for (const field of fields) copyField(attributes, kept, field.split("."));
  return kept;
}

function copyField(from: JsonObject, to: JsonObject, [name = "", ...rest]: string[]): void {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (value === undefined) return;
  if (rest.length === 0 || !isJsonObject(value)) {
    to[name] = value;
    return;
  }
  const known = to[name];
  // A copy: the branch of the row itself must not be written to.
  const branch: JsonObject = isJsonObject(known) && known !== value ? known : {};
  if (known !== value) to[name] = branch;
  copyField(value, branch, rest);
}
