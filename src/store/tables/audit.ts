import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../../lib/json.ts";
import { auditHash, GENESIS_HASH } from "../audit-hash.ts";
import { storableText } from "../driver.ts";
import type { Db } from "../schema.ts";
import { inTransaction } from "../transaction.ts";

export interface AuditColumns {
  /** 1, 2, 3 … without a gap. */
  seq: number;
  at: number;
  event: string;
  call_id: string | null;
  agent_id: string | null;
  connection_id: string | null;
  /** Canonical JSON. */
  fields: string;
  prev_hash: string;
  hash: string;
}

/** The one row that names the last row of the chain; without it a cut-off tail would not show. */
export interface AuditHeadRow {
  id: 1;
  seq: number;
  hash: string;
}

export interface AuditRow extends Omit<AuditColumns, "fields"> {
  fields: JsonObject;
}

export interface NewAuditEntry {
  at: number;
  event: string;
  call_id?: string | null | undefined;
  agent_id?: string | null | undefined;
  connection_id?: string | null | undefined;
  fields: JsonObject;
}

export interface AuditVerdict {
  /** Rows that are as they were written, from the first. */
  rows: number;
  /** Hash of the last of them; compare it with one that left the machine. */
  head: string;
  bad?: { seq: number; why: string };
}

const PAGE_ROWS = 500;

export function auditTable(db: Db) {
  return {
    /** Adds rows to the chain, one at a time across all processes; outside a transaction it opens its own. Gives the last row. */
    async append(...entries: [NewAuditEntry, ...NewAuditEntry[]]): Promise<{ seq: number; hash: string }> {
      return inTransaction(db, async (tx) => {
        // Counting up first locks the head row on Postgres: the next to append waits here until this one is committed.
        const head = await tx
          .updateTable("audit_head")
          .set((eb) => ({ seq: eb("seq", "+", entries.length) }))
          .where("id", "=", 1)
          .returning(["seq", "hash"])
          .executeTakeFirst();
        if (!head) throw brokenAudit("The head of the audit record is gone.");
        const rows = chained(entries, { seq: head.seq - entries.length, hash: head.hash });
        const { seq, hash } = rows.at(-1) ?? head;
        await tx.insertInto("audit").values(rows).execute();
        await tx.updateTable("audit_head").set({ hash }).where("id", "=", 1).execute();
        return { seq, hash };
      });
    },
    /** Oldest first, from the row after `after`. */
    async list({
      after = 0,
      limit,
      call_id,
    }: {
      after?: number | undefined;
      limit: number;
      call_id?: string | undefined;
    }): Promise<AuditRow[]> {
      let query = db.selectFrom("audit").selectAll().where("seq", ">", after).orderBy("seq").limit(limit);
      if (call_id !== undefined) query = query.where("call_id", "=", call_id);
      return (await query.execute()).map((row) => ({ ...row, fields: parsedFields(row) }));
    },
    /** The last row of the chain, by its head. */
    async head(): Promise<{ seq: number; hash: string }> {
      return (await readHead(db)) ?? { seq: 0, hash: GENESIS_HASH };
    },
    /** Reads the whole chain in pages, while others append, and stops at the first row that is not as it was written. */
    async verify(): Promise<AuditVerdict> {
      let last = { seq: 0, hash: GENESIS_HASH };
      const verdict = (why: string, seq = last.seq + 1): AuditVerdict => ({ rows: last.seq, head: last.hash, bad: { seq, why } });
      for (;;) {
        const page = await pageAfter(db, last.seq);
        for (const row of page) {
          const why = faultOf(row, last);
          if (why !== undefined) return verdict(why);
          last = { seq: row.seq, hash: row.hash };
        }
        if (page.length > 0) continue;
        const head = await readHead(db);
        if (!head) return verdict("the head of the record is missing");
        if (head.seq === last.seq && head.hash === last.hash) return { rows: last.seq, head: last.hash };
        // Someone may have appended between the empty page and the reading of the head.
        if (head.seq > last.seq && (await pageAfter(db, last.seq)).length > 0) continue;
        if (head.seq > last.seq) return verdict(`missing: the record ends here, but its head says that it goes to row ${head.seq}`);
        if (head.seq < last.seq) return verdict("added: the head of the record does not know this row", head.seq + 1);
        return verdict("edited: the head of the record names another hash for this row", last.seq);
      }
    },
  };
}

// The hash is over what the database will give back.
function asStored(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storableText(text);
}

/** The rows of new entries, each linked to the one before. */
function chained(entries: readonly NewAuditEntry[], head: { seq: number; hash: string }): AuditColumns[] {
  let last = head;
  return entries.map((entry) => {
    const row = {
      seq: last.seq + 1,
      at: entry.at,
      event: storableText(entry.event),
      call_id: asStored(entry.call_id),
      agent_id: asStored(entry.agent_id),
      connection_id: asStored(entry.connection_id),
      fields: canonicalJson(entry.fields),
      prev_hash: last.hash,
    };
    last = { seq: row.seq, hash: auditHash(row) };
    return { ...row, hash: last.hash };
  });
}

function faultOf(row: AuditColumns, last: { seq: number; hash: string }): string | undefined {
  if (row.seq !== last.seq + 1) return `missing: the next row in the record is ${row.seq}`;
  if (auditHash(row) !== row.hash) return "edited: its content does not have its hash";
  if (row.prev_hash !== last.hash) return "replaced: it does not follow the row before it, or that one was changed";
  return undefined;
}

function pageAfter(db: Db, seq: number): Promise<AuditColumns[]> {
  return db.selectFrom("audit").selectAll().where("seq", ">", seq).orderBy("seq").limit(PAGE_ROWS).execute();
}

function readHead(db: Db): Promise<{ seq: number; hash: string } | undefined> {
  return db.selectFrom("audit_head").select(["seq", "hash"]).where("id", "=", 1).executeTakeFirst();
}

function parsedFields(row: AuditColumns): JsonObject {
  try {
    const fields: unknown = JSON.parse(row.fields);
    if (isJsonObject(fields)) return fields;
  } catch {
    // Falls through: text that is no JSON is as broken as JSON that is no object.
  }
  throw brokenAudit(`Row ${row.seq} of the audit record was changed.`);
}

function brokenAudit(message: string): HalyardError {
  return new HalyardError("audit_broken", message, { hint: "Run `halyard audit verify` and restore the store from a backup." });
}
