import { type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import { Pool, type PoolClient, types } from "pg";
import { type Backend, type Session, StoreDriver } from "../driver.ts";
import { postgresFailure } from "../failures.ts";

const CONNECT_WAIT_MS = 5000;

/**
 * Key of the advisory lock that every transaction takes. With it transactions run one after the other as on SQLite: a limit that is read and then
 * used up cannot be overrun by two at once. The audit chain orders all writes anyway, so it costs nothing more. The number has no meaning.
 */
const ALONE = "7310579612004518";

/** Kysely's dialect over a pool of connections to `url`. */
export function postgresDialect(url: string, lockWaitMs: number, beforeConnect: () => void): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: CONNECT_WAIT_MS,
    lock_timeout: lockWaitMs,
    idle_in_transaction_session_timeout: 30_000,
    application_name: "halyard",
    // Node's driver gives BIGINT as text; ours are epoch milliseconds and counts, all far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)) },
  });
  // Without a listener, a server that restarts while a connection is idle would end this process; the next query reports it instead.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const backend: Backend = {
    connect: async () => postgresSession(await pool.connect()),
    close: () => pool.end(),
    failure: postgresFailure,
  };
  return {
    createDriver: () => new StoreDriver(backend, beforeConnect),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function postgresSession(client: PoolClient): Session {
  let isBroken = false;
  const rollback = async () => {
    await client.query("rollback").catch(() => {
      isBroken = true;
    });
  };
  return {
    async query(sql, parameters) {
      const { rows, rowCount } = await client.query(sql, [...parameters]);
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
    async begin(light) {
      try {
        await client.query(light ? "begin; set local synchronous_commit to off" : `begin; select pg_advisory_xact_lock(${ALONE})`);
      } catch (thrown) {
        await rollback();
        throw thrown;
      }
    },
    async commit() {
      await client.query("commit");
    },
    rollback,
    release: () => client.release(isBroken),
  };
}
