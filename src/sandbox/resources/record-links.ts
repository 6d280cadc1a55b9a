import type { Context } from "../engine/context.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One object record tied to a person or to another record by a relationship of its schema. */
export interface RecordLinkRow extends Row {
  record: string;
  relation: string;
  /** `profile:<id>` or `object-record:<id>`. */
  to: string;
}

export const recordLinks = defineCollection<RecordLinkRow>("record_links", {
  indexes: { record: ({ record }) => record, relation: ({ relation }) => relation, to: ({ to }) => to },
});

/** Ties a record to these; unless `additive`, to no others by this relationship any more. */
export function linkRecord(ctx: Context, record: string, relation: string, to: readonly string[], additive: boolean): void {
  const rows = ctx.rows(recordLinks);
  if (!additive) {
    for (const link of rows.where("record", record)) if (link.relation === relation && !to.includes(link.to)) rows.remove(link.id);
  }
  for (const each of to) putLink(ctx, { record, relation, to: each });
}

/** Removes everything that ties this record, from either end. */
export function unlinkRecord(ctx: Context, record: string): void {
  const rows = ctx.rows(recordLinks);
  for (const { id } of [...rows.where("record", record), ...rows.where("to", `object-record:${record}`)]) rows.remove(id);
}

export function unlinkProfile(ctx: Context, profile: string): void {
  for (const { id } of ctx.rows(recordLinks).where("to", `profile:${profile}`)) ctx.rows(recordLinks).remove(id);
}

/** The objects of a merged profile go over to the other one. */
export function moveRecordLinks(ctx: Context, from: string, to: string): void {
  for (const link of ctx.rows(recordLinks).where("to", `profile:${from}`)) {
    ctx.rows(recordLinks).remove(link.id);
    putLink(ctx, { ...link, to: `profile:${to}` });
  }
}

function putLink(ctx: Context, { record, relation, to }: Omit<RecordLinkRow, "id">): void {
  const id = `${record}\t${relation}\t${to}`;
  if (!ctx.rows(recordLinks).has(id)) ctx.rows(recordLinks).put({ id, record, relation, to });
}
