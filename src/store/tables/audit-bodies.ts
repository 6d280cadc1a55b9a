import type { Insertable } from "kysely";
import { preparedRows } from "../prepared.ts";
import type { Db } from "../schema.ts";

/** What was asked, whole and encrypted under the key of its day; without that key it is noise. */
export interface AuditBodyRow {
  /** Of the call. */
  id: string;
  /** `2026-07-15`, UTC. */
  day: string;
  sealed: string;
}

const insertRows = preparedRows<Insertable<AuditBodyRow>, never>((db, rows) => db.insertInto("audit_bodies").values(rows));

export function auditBodiesTable(db: Db) {
  return {
    async insert(row: Insertable<AuditBodyRow>): Promise<void> {
      await insertRows(db, [row]);
    },
    async find(id: string): Promise<AuditBodyRow | undefined> {
      return db.selectFrom("audit_bodies").selectAll().where("id", "=", id).executeTakeFirst();
    },
    /** How many were removed. */
    async removeDay(day: string): Promise<number> {
      const { numDeletedRows } = await db.deleteFrom("audit_bodies").where("day", "=", day).executeTakeFirst();
      return Number(numDeletedRows);
    },
    /** Removes those whose calls are in the first rows of the record, up to and with `seq`. */
    async removeUpTo(seq: number): Promise<number> {
      const calls = db.selectFrom("audit").select("call_id").where("seq", "<=", seq).where("call_id", "is not", null);
      const { numDeletedRows } = await db.deleteFrom("audit_bodies").where("id", "in", calls).executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
