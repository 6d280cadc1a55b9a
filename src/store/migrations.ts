import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { HalyardError } from "../lib/errors.ts";
import { up as tables } from "./migrations/0001-tables.ts";
import { up as policy } from "./migrations/0002-policy.ts";
import { up as whatAgentsSee } from "./migrations/0005-what-agents-see.ts";
import { up as keys } from "./migrations/0006-keys.ts";
import { up as audit } from "./migrations/0007-audit.ts";
import { up as approvals } from "./migrations/0008-approvals.ts";
import { up as outcomes } from "./migrations/0009-outcomes.ts";
import { up as beforeImages } from "./migrations/0010-before-images.ts";
import { up as planSenders } from "./migrations/0011-plan-senders.ts";
import type { Db } from "./schema.ts";

/** Every migration by name, in order; one that has been released is never changed. */
export const MIGRATIONS: Record<string, Migration> = {
  "0001-tables": { up: tables },
  "0002-policy": { up: policy },
  "0005-what-agents-see": { up: whatAgentsSee },
  "0006-keys": { up: keys },
  "0007-audit": { up: audit },
  "0008-approvals": { up: approvals },
  "0009-outcomes": { up: outcomes },
  "0010-before-images": { up: beforeImages },
  "0011-plan-senders": { up: planSenders },
};

// Not Kysely's own names: another program may keep its tables in the same database.
const MIGRATION_TABLE = "halyard_migration";

/**
 * Brings the database to the newest schema; of several processes that start at once, one does it and the others wait.
 * Error `store_newer` when the database has migrations that this Halyard does not know; then nothing was changed.
 */
export async function migrate(db: Db, kind: "sqlite" | "postgres"): Promise<void> {
  const done = await executedMigrations(db, kind);
  if (Object.keys(MIGRATIONS).every((name) => done.includes(name)) && done.every((name) => name in MIGRATIONS)) return;
  refuseNewer(done);
  const schema = kind === "postgres" ? await currentSchema(db) : undefined;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
    ...(schema !== undefined && { migrationTableSchema: schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  refuseNewer(await executedMigrations(db, kind));
  throw error;
}

async function executedMigrations(db: Db, kind: "sqlite" | "postgres"): Promise<string[]> {
  const probe =
    kind === "sqlite"
      ? sql`select 1 from sqlite_master where type = 'table' and name = ${MIGRATION_TABLE}`
      : sql`select 1 where to_regclass(${MIGRATION_TABLE}) is not null`;
  if ((await probe.execute(db)).rows.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)} order by name`.execute(db);
  return rows.map(({ name }) => name);
}

/** Without it Kysely looks for its tables in every schema and finds those of another Halyard. */
async function currentSchema(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db);
  return rows[0]?.name ?? undefined;
}

function refuseNewer(done: string[]): void {
  const unknown = done.filter((name) => !(name in MIGRATIONS));
  if (unknown.length === 0) return;
  throw new HalyardError("store_newer", "The store was written by a newer Halyard. It was left untouched.", {
    hint: "Install that version or a later one, or restore the backup from before the upgrade.",
  });
}
