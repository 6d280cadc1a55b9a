import Database from "better-sqlite3";
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { systemClock } from "../../lib/clock.ts";
import { type Backend, type Session, StoreDriver } from "../driver.ts";
import { sqliteFailure } from "../failures.ts";

const STATEMENTS_KEPT = 200;
const LONGEST_PAUSE_MS = 8;

class StoreSqliteAdapter extends SqliteAdapter {
  // SQLite can change its schema inside a transaction; with it, migrations of two processes take turns.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // Kysely would queue for the one connection before our driver can refuse a task that waits for itself, so the queue is ours.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/**
 * Where the planner meets a bare parameter in a query that sorts or joins, SQLite plans the statement anew each time something is bound to it, which takes ten
 * times as long as running it. A unary plus changes no value and keeps the planner from looking at it.
 */
class StoreSqliteCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return "+?";
  }
}

/** Kysely's dialect over one open connection; transactions are `BEGIN IMMEDIATE`, so that they are alone from their first statement. */
export function sqliteDialect(database: Database.Database, lockWaitMs: number, beforeConnect: () => void): Dialect {
  const backend = sqliteBackend(database, lockWaitMs);
  return {
    createDriver: () => new StoreDriver(backend, beforeConnect),
    createAdapter: () => new StoreSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new StoreSqliteCompiler(),
  };
}

function sqliteBackend(database: Database.Database, lockWaitMs: number): Backend {
  const session = sqliteSession(database, lockWaitMs);
  let last: Promise<void> = Promise.resolve();
  return {
    async connect() {
      const before = last;
      const turn = Promise.withResolvers<void>();
      last = turn.promise;
      await before;
      return { ...session, release: () => turn.resolve() };
    },
    close: () => Promise.resolve(void database.close()),
    failure: (thrown) => sqliteFailure(thrown, database.name),
  };
}

function sqliteSession(database: Database.Database, lockWaitMs: number): Omit<Session, "release"> {
  const statements = new Map<string, Database.Statement>();
  let light = false;

  const prepared = (sql: string): Database.Statement => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      if (statements.size >= STATEMENTS_KEPT) statements.clear();
      statements.set(sql, statement);
    }
    return statement;
  };
  const endLight = () => {
    if (light) database.pragma("synchronous = full");
    light = false;
  };

  return {
    query(sql, parameters) {
      return patiently(database, lockWaitMs, () => {
        const statement = prepared(sql);
        if (statement.reader) return { rows: statement.all(...parameters) };
        return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) };
      });
    },
    async begin(asLight) {
      await patiently(database, lockWaitMs, () => {
        if (asLight) database.pragma("synchronous = normal");
        light = asLight;
        prepared("begin immediate").run();
      }).catch((thrown: unknown) => {
        endLight();
        throw thrown;
      });
    },
    async commit() {
      prepared("commit").run();
      endLight();
    },
    async rollback() {
      // After a full disk or an I/O error SQLite may have rolled back on its own.
      if (database.inTransaction) prepared("rollback").run();
      endLight();
    },
  };
}

/**
 * Runs `work`, and again while another process holds the lock. SQLite's own busy handler would block the event loop, and with it the
 * very transaction of this process that it waits for. The lock is held in real time, whatever clock the store was given.
 */
export async function patiently<T>(database: Database.Database, lockWaitMs: number, work: () => T): Promise<T> {
  const giveUpAtMs = systemClock.now() + lockWaitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (thrown) {
      const isBusy = thrown instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(thrown.code);
      if (!isBusy || database.inTransaction || systemClock.now() >= giveUpAtMs) throw thrown;
    }
    await systemClock.wait(pauseMs);
  }
}
