import { createHash } from "node:crypto";

/** What of an audit row goes into its hash, in this order. */
export interface HashedAuditRow {
  prev_hash: string;
  seq: number;
  at: number;
  event: string;
  call_id: string | null;
  agent_id: string | null;
  connection_id: string | null;
  fields: string;
}

const FORM = 1;
const NULL_LENGTH = 0xffff_ffff;

/** `prev_hash` of the first row. */
export const GENESIS_HASH = "0".repeat(64);

/** SHA-256, hex, over a version byte and every field with its length before it: no two rows have the same bytes. */
export function auditHash(row: HashedAuditRow): string {
  const hash = createHash("sha256").update(Buffer.of(FORM));
  for (const field of [row.prev_hash, row.seq, row.at, row.event, row.call_id, row.agent_id, row.connection_id, row.fields]) {
    const bytes = field === null ? undefined : Buffer.from(String(field));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes?.length ?? NULL_LENGTH);
    hash.update(length);
    if (bytes) hash.update(bytes);
  }
  return hash.digest("hex");
}
