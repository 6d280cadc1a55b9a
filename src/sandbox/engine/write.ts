import type { Row } from "../state/collection.ts";
import type { Context, ResourceOf } from "./context.ts";
import { linkId, type LinkHooks, type Links, type Relationship, type Resource } from "./declare.ts";
import type { Input } from "./input.ts";
import { identifiersOf } from "./input.ts";
import { refuse } from "./refusal.ts";

/** Makes and stores a row; ids that the body relates it to must exist. */
export function createRow(resource: Resource, input: Input, ctx: Context, resourceOf: ResourceOf): Row {
  if (!resource.create) throw new Error(`${resource.type} declares no create`);
  mustExist(resource, input, ctx, resourceOf);
  return ctx.rows(resource.collection).put(resource.create(input, ctx));
}

export function updateRow(resource: Resource, row: Row, input: Input, ctx: Context, resourceOf: ResourceOf): Row {
  if (!resource.update) throw new Error(`${resource.type} declares no update`);
  if (input.id !== row.id) refuse("invalid", "The id in the body must match the id in the path.", { source: { pointer: "/data/id" } });
  mustExist(resource, input, ctx, resourceOf);
  const after = resource.update(row, input, ctx);
  return after === row ? row : ctx.rows(resource.collection).put(after);
}

/** A type that nobody declares has no ids to check against, so only declared ones are. */
function mustExist(resource: Resource, input: Input, ctx: Context, resourceOf: ResourceOf): void {
  for (const name of Object.keys(resource.relationships ?? {})) {
    for (const { type, id } of identifiersOf(input.related(name))) if (resourceOf(type, ctx.channel)) ctx.must(type, id);
  }
}

/** Removes a row and every link that leads from or to it. */
export function removeRow(resource: Resource, row: Row, ctx: Context): void {
  resource.remove?.(row, ctx);
  for (const relation of Object.values(resource.relationships ?? {})) {
    if (relation.kind !== "many" || relation.from.kind !== "links") continue;
    const { links, side, prefix } = relation.from;
    const rows = ctx.rows(links);
    for (const link of rows.where(side, side === "to" ? prefix + row.id : row.id)) rows.remove(link.id);
  }
  ctx.rows(resource.collection).remove(row.id);
}

type Verb = "POST" | "PATCH" | "DELETE";

/** Writes to a relationship: POST adds, PATCH replaces, DELETE removes. Adding what is there, or removing what is not, changes nothing. */
export function writeLinks(
  verb: Verb,
  resource: Resource,
  row: Row,
  relation: Relationship,
  ids: readonly string[],
  ctx: Context,
): string[] {
  const wanted = [...new Set(ids)];
  if (relation.kind === "one") {
    const [id = null] = wanted;
    if (!relation.set) throw new Error(`${resource.type} cannot set its ${relation.type}`);
    if (id !== null) ctx.must(relation.type, id);
    const after = relation.set(row, id, ctx);
    if (after !== row) ctx.rows(resource.collection).put(after);
    return wanted;
  }
  if (verb !== "DELETE") for (const id of wanted) ctx.must(relation.type, id);
  const { from } = relation;
  if (from.kind === "links") return writeLinkRows(verb, { row, ...from }, wanted, ctx);
  const write = from.kind === "ids" && { POST: from.write?.add, PATCH: from.write?.replace, DELETE: from.write?.remove }[verb];
  if (!write) throw new Error(`${resource.type} cannot write to its ${relation.type} relationship`);
  write(row, wanted, ctx);
  return wanted;
}

/** Whether {@link writeLinks} can do this. */
export function canWriteLinks(verb: Verb, relation: Relationship): boolean {
  if (relation.kind === "one") return verb === "PATCH" && relation.set !== undefined;
  if (relation.from.kind === "links") return true;
  return (
    relation.from.kind === "ids" &&
    { POST: relation.from.write?.add, PATCH: relation.from.write?.replace, DELETE: relation.from.write?.remove }[verb] !== undefined
  );
}

interface End {
  row: Row;
  links: Links;
  side: "from" | "to";
  prefix: string;
  hooks: LinkHooks<Row>;
}

function writeLinkRows(verb: Verb, end: End, wanted: string[], ctx: Context): string[] {
  if (verb === "POST") return wanted.filter((id) => addLink(end, id, ctx));
  if (verb === "DELETE") return wanted.filter((id) => dropLink(end, id, ctx));
  const kept = new Set(wanted);
  const other = end.side === "from" ? "to" : "from";
  for (const link of ctx.rows(end.links).where(end.side, ownKey(end))) {
    const id = end.side === "from" ? link[other].slice(end.prefix.length) : link[other];
    if (link[other].startsWith(end.side === "from" ? end.prefix : "") && !kept.has(id)) dropLink(end, id, ctx);
  }
  return wanted.filter((id) => addLink(end, id, ctx));
}

function ownKey({ side, prefix, row }: End): string {
  return side === "to" ? prefix + row.id : row.id;
}

function ends(end: End, id: string): { from: string; to: string } {
  return end.side === "from" ? { from: end.row.id, to: end.prefix + id } : { from: id, to: ownKey(end) };
}

function addLink(end: End, id: string, ctx: Context): boolean {
  const { from, to } = ends(end, id);
  const links = ctx.rows(end.links);
  if (links.has(linkId(from, to))) return false;
  end.hooks.adding?.(end.row, id, ctx);
  links.put({ id: linkId(from, to), from, to, at: ctx.now });
  end.hooks.added?.(end.row, id, ctx);
  return true;
}

function dropLink(end: End, id: string, ctx: Context): boolean {
  const { from, to } = ends(end, id);
  if (!ctx.rows(end.links).remove(linkId(from, to))) return false;
  end.hooks.removed?.(end.row, id, ctx);
  return true;
}
