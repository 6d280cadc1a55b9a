import { isoMillis } from "../lib/clock.ts";
import { auditHash, GENESIS_HASH } from "./audit-hash.ts";
import { isSignedBy, markIn, type Mark, type SignedMark } from "./audit-signature.ts";
import type { Db } from "./schema.ts";
import type { AuditColumns } from "./tables/audit.ts";

/** How a record can be wrong. */
export type Fault = "missing" | "edited" | "replaced" | "added" | "head" | "unsigned" | "cut" | "rewritten";

export interface AuditVerdict {
  /** Rows that are as they were written, from the first that is kept. */
  rows: number;
  /** Hash of the last of them; compare it with one that left the machine. */
  head: string;
  /** The first row that is kept, where earlier ones were pruned. */
  first?: number;
  /** Checkpoints among the rows whose signature is right. */
  checkpoints?: number;
  bad?: { seq: number; kind: Fault; why: string };
}

export interface VerifyOptions {
  /** Ed25519, base64url. Without it signatures are not checked. */
  publicKey?: string | undefined;
  /** A checkpoint that was kept elsewhere; its own signature has been checked. */
  checkpoint?: SignedMark | undefined;
}

const PAGE_ROWS = 500;

/** Reads the whole chain in pages, while others append, and stops at the first row that is not as it was written. */
export async function verifyChain(db: Db, { publicKey, checkpoint }: VerifyOptions): Promise<AuditVerdict> {
  const base = await baseOf(db, publicKey);
  let last: Mark = base.mark;
  let before = last;
  let checkpoints = 0;
  const sound = (): AuditVerdict => ({
    rows: last.seq - base.mark.seq,
    head: last.hash,
    ...(base.mark.seq > 0 && { first: base.mark.seq + 1 }),
    ...(publicKey !== undefined && { checkpoints }),
  });
  const verdict = (kind: Fault, why: string, seq = last.seq + 1): AuditVerdict => ({ ...sound(), bad: { seq, kind, why } });
  if (base.fault) return verdict("missing", base.fault, 1);
  for (;;) {
    const page = await pageAfter(db, last.seq);
    for (const row of page) {
      const fault = faultOf(row, last);
      if (fault) return verdict(...fault);
      if (checkpoint?.seq === row.seq && checkpoint.hash !== row.hash)
        return verdict("rewritten", `rewritten: the checkpoint of ${isoMillis(checkpoint.at)} names another hash for this row`);
      if (row.event === "checkpoint" && publicKey !== undefined) {
        if (!isTrueCheckpoint(row, [last, before], publicKey))
          return verdict("unsigned", "forged: this checkpoint was not signed with the key of this store");
        checkpoints++;
      }
      [before, last] = [last, { seq: row.seq, hash: row.hash }];
    }
    if (page.length > 0) continue;
    const head = await readHead(db);
    if (!head) return verdict("head", "the head of the record is missing");
    // Someone may have appended between the empty page and the reading of the head.
    if (head.seq > last.seq && (await pageAfter(db, last.seq)).length > 0) continue;
    if (head.seq > last.seq) return verdict("missing", `missing: the record ends here, but its head says that it goes to row ${head.seq}`);
    if (head.seq < last.seq) return verdict("added", "added: the head of the record does not know this row", head.seq + 1);
    if (head.hash !== last.hash) return verdict("edited", "edited: the head of the record names another hash for this row", last.seq);
    if (checkpoint && checkpoint.seq > last.seq)
      return verdict("cut", `cut off: the checkpoint says that the record went to row ${checkpoint.seq}, and it ends at row ${last.seq}`);
    return sound();
  }
}

/** Where the chain begins: at nothing, or after the rows that a signed tombstone says were pruned. */
async function baseOf(db: Db, publicKey: string | undefined): Promise<{ mark: Mark; fault?: string }> {
  const genesis = { seq: 0, hash: GENESIS_HASH };
  const [first] = await pageAfter(db, 0, 1);
  if (!first || first.seq === 1) return { mark: genesis };
  const tombstones = await db.selectFrom("audit").selectAll().where("event", "=", "pruned").orderBy("seq", "desc").execute();
  const found = tombstones.map((row) => markIn(safeJson(row.fields), row.at)).find((mark) => mark?.seq === first.seq - 1);
  if (!found) return { mark: genesis, fault: `missing: the next row in the record is ${first.seq}` };
  if (publicKey !== undefined && !isSignedBy("pruned", found, publicKey))
    return {
      mark: genesis,
      fault: `missing: the rows before ${first.seq} were taken away, and the tombstone for them was not signed with the key of this store`,
    };
  return { mark: found };
}

function faultOf(row: AuditColumns, last: Mark): [Fault, string] | undefined {
  if (row.seq !== last.seq + 1) return ["missing", `missing: the next row in the record is ${row.seq}`];
  if (auditHash(row) !== row.hash) return ["edited", "edited: its content does not have its hash"];
  if (row.prev_hash !== last.hash) return ["replaced", "replaced: it does not follow the row before it, or that one was changed"];
  return undefined;
}

/** A checkpoint signs the row right before it, or the one before that where a clock that went back put its own row between. */
function isTrueCheckpoint(row: AuditColumns, recent: Mark[], publicKey: string): boolean {
  const mark = markIn(safeJson(row.fields), row.at);
  return (
    mark !== undefined &&
    recent.some(({ seq, hash }) => seq === mark.seq && hash === mark.hash) &&
    isSignedBy("checkpoint", mark, publicKey)
  );
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function pageAfter(db: Db, seq: number, limit = PAGE_ROWS): Promise<AuditColumns[]> {
  return db.selectFrom("audit").selectAll().where("seq", ">", seq).orderBy("seq").limit(limit).execute();
}

function readHead(db: Db): Promise<Mark | undefined> {
  return db.selectFrom("audit_head").select(["seq", "hash"]).where("id", "=", 1).executeTakeFirst();
}
