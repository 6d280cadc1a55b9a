import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../../lib/json.ts";
import { auditHash, GENESIS_HASH } from "../audit-hash.ts";
import type { Mark } from "../audit-signature.ts";
import { verifyChain, type AuditVerdict, type VerifyOptions } from "../audit-verify.ts";
import { storableText } from "../driver.ts";
import { prepared, preparedRows } from "../prepared.ts";
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
  /** When it was written. */
  at: number;
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

/** Which rows; all that are given must fit. */
export interface AuditQuery {
  call_id?: string | undefined;
  connection_id?: string | undefined;
  agent_id?: string | undefined;
  /** Epoch milliseconds, from this one on. */
  from?: number | undefined;
  /** Epoch milliseconds, before this one. */
  to?: number | undefined;
}

const countUp = prepared<{ count: number }, AuditHeadRow>((db, value) =>
  db
    .updateTable("audit_head")
    .set((eb) => ({ seq: eb("seq", "+", value("count")) }))
    .where("id", "=", 1)
    .returningAll(),
);
const setHead = prepared<Omit<AuditHeadRow, "id">, never>((db, value) =>
  db
    .updateTable("audit_head")
    .set({ seq: value("seq"), hash: value("hash"), at: value("at") })
    .where("id", "=", 1),
);
const insertRows = preparedRows<AuditColumns, never>((db, rows) => db.insertInto("audit").values(rows));

/** A clock that was set back by more than this leaves a row of its own. */
const CLOCK_BACK_MS = 60_000;

export function auditTable(db: Db) {
  const matching = ({ call_id, connection_id, agent_id, from, to }: AuditQuery) => {
    let query = db.selectFrom("audit").selectAll();
    if (call_id !== undefined) query = query.where("call_id", "=", call_id);
    if (connection_id !== undefined) query = query.where("connection_id", "=", connection_id);
    if (agent_id !== undefined) query = query.where("agent_id", "=", agent_id);
    if (from !== undefined) query = query.where("at", ">=", from);
    if (to !== undefined) query = query.where("at", "<", to);
    return query;
  };
  return {
    /** Adds rows to the chain, one at a time across all processes; outside a transaction it opens its own. Gives the last row. */
    async append(...entries: [NewAuditEntry, ...NewAuditEntry[]]): Promise<Mark> {
      return inTransaction(db, async (tx) => {
        // Counting up first locks the head row on Postgres: the next to append waits here until this one is committed.
        const [head] = await countUp(tx, { count: entries.length });
        if (!head) throw brokenAudit("The head of the audit record is gone.");
        const rows = chained(withAnomaly(entries, head.at), { seq: head.seq - entries.length, hash: head.hash });
        const { seq, hash, at } = rows.at(-1) ?? head;
        await insertRows(tx, rows);
        await setHead(tx, { seq, hash, at });
        return { seq, hash };
      });
    },
    /** Oldest first, from the row after `after`. */
    async list({ after = 0, limit, ...which }: AuditQuery & { after?: number | undefined; limit: number }): Promise<AuditRow[]> {
      const rows = await matching(which).where("seq", ">", after).orderBy("seq").limit(limit).execute();
      return rows.map((row) => ({ ...row, fields: parsedFields(row) }));
    },
    /** The last `limit` of them, oldest first. */
    async last({ limit, ...which }: AuditQuery & { limit: number }): Promise<AuditRow[]> {
      const rows = await matching(which).orderBy("seq", "desc").limit(limit).execute();
      return rows.toReversed().map((row) => ({ ...row, fields: parsedFields(row) }));
    },
    /** Hash of one row, undefined where there is none. */
    async hashAt(seq: number): Promise<string | undefined> {
      return (await db.selectFrom("audit").select("hash").where("seq", "=", seq).executeTakeFirst())?.hash;
    },
    /** The first row that is kept, and the first that was written at or after `at` (epoch milliseconds). */
    async bounds(at: number): Promise<{ first: number | undefined; from: number | undefined }> {
      const first = await db.selectFrom("audit").select("seq").orderBy("seq").limit(1).executeTakeFirst();
      const from = await db.selectFrom("audit").select("seq").where("at", ">=", at).orderBy("seq").limit(1).executeTakeFirst();
      return { first: first?.seq, from: from?.seq };
    },
    /** Removes the rows up to and with `seq`; the chain holds only with a signed tombstone for them. */
    async removeUpTo(seq: number): Promise<number> {
      const { numDeletedRows } = await db.deleteFrom("audit").where("seq", "<=", seq).executeTakeFirst();
      return Number(numDeletedRows);
    },
    /** The last row of the chain, by its head. */
    async head(): Promise<Mark> {
      const head = await db.selectFrom("audit_head").select(["seq", "hash"]).where("id", "=", 1).executeTakeFirst();
      return head ?? { seq: 0, hash: GENESIS_HASH };
    },
    /** Proves the chain, and with a public key its signatures. */
    verify: (options: VerifyOptions = {}): Promise<AuditVerdict> => verifyChain(db, options),
  };
}

/** The order of rows is their numbers. A clock that went back is said, so that nobody reads the times as the order. */
function withAnomaly(entries: readonly NewAuditEntry[], lastAt: number): readonly NewAuditEntry[] {
  const at = Math.max(...entries.map((entry) => entry.at));
  if (!(at < lastAt - CLOCK_BACK_MS)) return entries;
  return [{ at, event: "clock.back", fields: { last_at: lastAt, back_ms: lastAt - at } }, ...entries];
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
