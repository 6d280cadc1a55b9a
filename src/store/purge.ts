import { sql } from "kysely";
import { systemClock } from "../lib/clock.ts";
import type { Db } from "./schema.ts";

/** Tables whose rows, or parts of them, are erased for good. */
const SCRUBBED = [
  "secrets",
  "data_keys",
  "audit_bodies",
  "before_images",
  "calls",
  "approvals",
  "intents",
  "privacy_tokens",
  "untrusted_reads",
];
const ATTEMPTS = 20;
const PAUSE_MS = 25;

/**
 * Deleted content is overwritten in SQLite's pages (`secure_delete`), but its write-ahead log still holds the pages as they were: the log is emptied into the file.
 * Postgres leaves dead rows in place until the tables that hold keys are written anew. True when done; false while another process reads.
 */
export async function purge(db: Db, kind: "sqlite" | "postgres"): Promise<boolean> {
  if (kind === "postgres") {
    for (const table of SCRUBBED) await sql`vacuum full ${sql.table(table)}`.execute(db);
    return true;
  }
  for (let attempts = 1; ; attempts++) {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
    if (rows[0]?.busy === 0) return true;
    if (attempts >= ATTEMPTS) return false;
    await systemClock.wait(PAUSE_MS);
  }
}
