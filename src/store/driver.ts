import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from "kysely";

/** One connection of a database, reduced to what the store asks of it. */
export interface Session {
  query(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>>;
  /** `light` gives up durability at power loss and, on Postgres, being alone: for counters only. */
  begin(light: boolean): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  release(): void;
}

export interface Backend {
  connect(): Promise<Session>;
  close(): Promise<void>;
  /** Turns what the database threw into the store's own errors. */
  failure(thrown: unknown): unknown;
}

/**
 * Kysely's driver for both databases and the one place where their errors become ours.
 * After a statement has failed in a transaction, the rest of it fails with the same error, as Postgres has it, so that code which passes on one database passes on the other.
 */
export class StoreDriver implements Driver {
  readonly #backend: Backend;
  readonly #beforeConnect: () => void;

  constructor(backend: Backend, beforeConnect: () => void) {
    this.#backend = backend;
    this.#beforeConnect = beforeConnect;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<StoreConnection> {
    this.#beforeConnect();
    return new StoreConnection(await mapped(this.#backend, () => this.#backend.connect()), this.#backend);
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return ours(connection).begin(settings.isolationLevel !== undefined);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return ours(connection).commit();
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return ours(connection).rollback();
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    ours(connection).session.release();
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    return this.#backend.close();
  }
}

class StoreConnection implements DatabaseConnection {
  readonly session: Session;
  readonly #backend: Backend;
  #transaction: { failure?: unknown } | undefined;

  constructor(session: Session, backend: Backend) {
    this.session = session;
    this.#backend = backend;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    this.#throwEarlierFailure();
    try {
      const result = await mapped(this.#backend, () => this.session.query(query.sql, query.parameters.map(storable)));
      return result as QueryResult<R>;
    } catch (thrown) {
      if (this.#transaction) this.#transaction.failure = thrown;
      throw thrown;
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  async begin(light: boolean): Promise<void> {
    await mapped(this.#backend, () => this.session.begin(light));
    this.#transaction = {};
  }

  async commit(): Promise<void> {
    this.#throwEarlierFailure();
    await mapped(this.#backend, () => this.session.commit());
    this.#transaction = undefined;
  }

  async rollback(): Promise<void> {
    this.#transaction = undefined;
    await this.session.rollback();
  }

  #throwEarlierFailure(): void {
    if (this.#transaction && "failure" in this.#transaction) throw this.#transaction.failure;
  }
}

function ours(connection: DatabaseConnection): StoreConnection {
  if (!(connection instanceof StoreConnection)) throw new TypeError("a connection of another driver");
  return connection;
}

async function mapped<T>(backend: Backend, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw backend.failure(thrown);
  }
}

/** Text as both databases keep it: Postgres has no NUL in text, and neither has half surrogates. */
function storable(value: unknown): unknown {
  return typeof value === "string" ? storableText(value) : value;
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u2400");
}
