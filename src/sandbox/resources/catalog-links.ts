import type { Context } from "../engine/context.ts";
import { defineLinks, linkId, toManyIds, type ToMany } from "../engine/declare.ts";

/** From category to item. */
export const categoryItems = defineLinks("catalog_category_items");

type Side = "from" | "to";
const OTHER = { from: "to", to: "from" } as const satisfies Record<Side, Side>;

/** The relationship as seen from `side`, in the order of the related rows' making, as in their collection; both ends can be written to. */
export function categoryLinks(type: string, side: Side, { hidden = false } = {}): ToMany {
  return toManyIds(type, ({ id }, ctx) => linkedIds(ctx, side, id), {
    hidden,
    view: { defaultSort: "created" },
    add: ({ id }, ids, ctx) => addLinks(ctx, side, id, ids),
    remove: ({ id }, ids, ctx) => dropLinks(ctx, side, id, ids),
    replace: ({ id }, ids, ctx) => replaceLinks(ctx, side, id, ids),
  });
}

export function linkedIds(ctx: Context, side: Side, id: string): string[] {
  return ctx
    .rows(categoryItems)
    .where(side, id)
    .map((link) => link[OTHER[side]]);
}

/** Makes `ids` the whole set. With none it unties the row, as before its removal. */
export function replaceLinks(ctx: Context, side: Side, id: string, ids: readonly string[]): void {
  dropLinks(
    ctx,
    side,
    id,
    linkedIds(ctx, side, id).filter((each) => !ids.includes(each)),
  );
  addLinks(ctx, side, id, ids);
}

function addLinks(ctx: Context, side: Side, id: string, ids: readonly string[]): void {
  const rows = ctx.rows(categoryItems);
  for (const other of ids) {
    const [from, to] = side === "from" ? [id, other] : [other, id];
    if (!rows.has(linkId(from, to))) rows.put({ id: linkId(from, to), from, to, at: ctx.now });
  }
}

function dropLinks(ctx: Context, side: Side, id: string, ids: readonly string[]): void {
  for (const other of ids) ctx.rows(categoryItems).remove(side === "from" ? linkId(id, other) : linkId(other, id));
}
