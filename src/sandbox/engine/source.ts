import type { Collection, KeyOf, Row, Within } from "../state/collection.ts";
import type { Context, ResourceOf } from "./context.ts";
import { linkId, type LinkRow, type Resource, type ToMany } from "./declare.ts";
import type { Source } from "./select.ts";

/** Everything of a type, or what an index has of it. */
export function collectionSource(resource: Resource, ctx: Context, within?: Within): Source {
  const rows = ctx.rows(resource.collection);
  return {
    rows,
    ...(within && { within }),
    filter: (field) => resource.filters?.[field] ?? (field === "id" ? (row) => row.id : undefined),
    sort: (field) => named(resource.sorts?.[field], `${resource.type}.${field}`),
    defaultSort: resource.defaultSort ?? "id",
    narrow(field, values) {
      const found = byIndex(rows, field, values);
      return within ? found?.filter((row) => rows.isWithin(row, within)) : found;
    },
  };
}

function byIndex(rows: Collection, field: string, values: string[]): Row[] | undefined {
  if (field === "id") return values.flatMap((id) => rows.get(id) ?? []);
  return rows.hasIndex(field) ? [...new Set(values.flatMap((value) => rows.where(field, value)))] : undefined;
}

function named<R extends Row>(keyOf: KeyOf<R> | undefined, name: string) {
  return keyOf && { name, keyOf };
}

/** The related rows of one row, with what the link itself adds to each. */
export interface Related {
  source: Source;
  /** The related row behind a row of the source, undefined when its type is not declared. */
  target(row: Row): { id: string; row: Row | undefined; attributes: Record<string, unknown> };
}

/** Where to read a to-many relationship. A target type that nobody declares has no rows. */
export function relatedSource(row: Row, relation: ToMany, ctx: Context, resourceOf: ResourceOf): Related | undefined {
  const target = resourceOf(relation.type, ctx.channel);
  const { from } = relation;
  if (from.kind === "links") return linkSource(row, relation.type, from, ctx, target);
  if (!target) return undefined;
  const plain = (each: Row): ReturnType<Related["target"]> => ({ id: each.id, row: each, attributes: {} });
  if (from.kind === "index") return { source: collectionSource(target, ctx, { index: from.index, key: row.id }), target: plain };
  const rows = ctx.rows(target.collection);
  const listed = from.ids(row, ctx).flatMap((id) => rows.get(id) ?? []);
  const { filters, sorts, defaultSort, attributes } = from.view ?? {};
  const base = collectionSource(target, ctx);
  const source: Source = {
    ...base,
    listed,
    ...(defaultSort === undefined ? { inOrder: true } : { defaultSort }),
    filter(field) {
      const own = filters?.[field];
      return own ? (related, inner) => own(row, related, inner) : base.filter(field);
    },
    sort(field) {
      const own = sorts?.[field];
      return own ? { name: `${relation.type} by ${field}`, keyOf: (related) => own(row, related, ctx) } : base.sort(field);
    },
  };
  return { source, target: (each) => ({ ...plain(each), attributes: attributes?.(row, each, ctx) ?? {} }) };
}

type LinkFrom = Extract<ToMany["from"], { kind: "links" }>;

function linkSource(row: Row, type: string, from: LinkFrom, ctx: Context, target: Resource | undefined): Related {
  const links = ctx.rows(from.links);
  const other = from.side === "from" ? "to" : "from";
  // In a shared collection `to` carries the type: seen from `from` the prefix is the target's, seen from `to` it is this row's own.
  const targetPrefix = from.side === "from" ? from.prefix : "";
  const ownKey = from.side === "to" ? from.prefix + row.id : row.id;
  const within = { index: from.side, key: ownKey };
  const idOf = (link: LinkRow): string => link[other].slice(targetPrefix.length);
  const rowOf = (link: LinkRow): Row | undefined => ctx.find(type, idOf(link));
  const source: Source<LinkRow> = {
    rows: links,
    within,
    ...(targetPrefix !== "" && { listed: links.where(within.index, within.key).filter((link) => link[other].startsWith(targetPrefix)) }),
    filter(field) {
      const own = from.hooks.filters?.[field];
      if (own) return own;
      const read = target && collectionSource(target, ctx).filter(field);
      return (
        read &&
        ((link, inner) => {
          const related = rowOf(link);
          return related && read(related, inner);
        })
      );
    },
    sort: (field) =>
      named(field === "link" ? (link: LinkRow) => link.at : from.hooks.sorts?.[field], `${links.def.name}.${from.side}.${field}`),
    defaultSort: from.hooks.defaultSort ?? "link",
    narrow(field, values) {
      const rows = target && byIndex(ctx.rows(target.collection), field, values);
      return rows?.flatMap(({ id }) => links.get(from.side === "from" ? linkId(ownKey, targetPrefix + id) : linkId(id, ownKey)) ?? []);
    },
  };
  return {
    // Casts below are safe: what comes out of this source are its own links, and `target` is only handed those.
    source,
    target: (link) => ({
      id: idOf(link as LinkRow),
      row: rowOf(link as LinkRow),
      attributes: from.hooks.attributes?.(link as LinkRow, ctx) ?? {},
    }),
  };
}
