import { AsyncLocalStorage } from "node:async_hooks";
import { type Dialect, Kysely } from "kysely";
import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { migrate } from "./migrations.ts";
import { purge } from "./purge.ts";
import type { Schema } from "./schema.ts";
import { createTables, type Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

export interface StoreOptions {
  /** `file:/path/halyard.db` or `postgres://…`. */
  url: string;
  clock: Clock;
  /** How long a statement waits for a lock of another process before the store counts as unavailable; 5 s. */
  lockWaitMs?: number;
}

export type Store = Tables & {
  /**
   * Runs `work` alone: no other transaction of any process runs meanwhile, and all of it is written or nothing. Keep it short, use only `tables` inside,
   * and let errors out: after one has been thrown inside, the rest of the transaction fails with it.
   */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Takes what was deleted out of the files as well, as far as others do not read it at this moment; true when all of it is gone. */
  purge(): Promise<boolean>;
  close(): Promise<void>;
  kind: "sqlite" | "postgres";
};

/** When the store was made, in `meta`. */
export const CREATED_AT = "store.created_at";

/** Opens the store, creates it where there is none, and brings it to the newest schema. Errors: `config` and the `store_…` codes. */
export async function openStore({ url, clock, lockWaitMs = 5000 }: StoreOptions): Promise<Store> {
  const inside = new AsyncLocalStorage<{ isRunning: boolean }>();
  const kind = kindOf(url);
  const db = new Kysely<Schema>({
    dialect: await dialectFor(kind, url, lockWaitMs, () => {
      // On SQLite this would wait for itself for ever, on Postgres it would escape the transaction.
      if (inside.getStore()?.isRunning)
        throw new HalyardError("internal", "The store was used inside a transaction instead of its tables.");
    }),
  });
  try {
    await migrate(db, kind);
    const tables = createTables(db);
    if ((await tables.meta.get(CREATED_AT)) === undefined) await tables.meta.add(CREATED_AT, String(clock.now()));
    return {
      ...tables,
      kind,
      purge: () => purge(db, kind),
      close: () => db.destroy(),
      transaction(work) {
        const state = { isRunning: true };
        return inTransaction(db, async (tx) => {
          try {
            return await inside.run(state, () => work(createTables(tx)));
          } finally {
            state.isRunning = false;
          }
        });
      },
    };
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
}

function kindOf(url: string): Store["kind"] {
  if (url.startsWith("file:")) return "sqlite";
  if (/^postgres(ql)?:/.test(url)) return "postgres";
  throw new HalyardError("config", "The store's URL must begin with file: or postgres:.", {
    hint: "For example file:/var/lib/halyard/halyard.db.",
  });
}

async function dialectFor(kind: Store["kind"], url: string, lockWaitMs: number, beforeConnect: () => void): Promise<Dialect> {
  if (kind === "postgres") return (await import("./backends/postgres.ts")).postgresDialect(url, lockWaitMs, beforeConnect);
  const [{ openSqliteFile }, { sqliteDialect }] = await Promise.all([import("./backends/sqlite-file.ts"), import("./backends/sqlite.ts")]);
  return sqliteDialect(await openSqliteFile(url, lockWaitMs), lockWaitMs, beforeConnect);
}
