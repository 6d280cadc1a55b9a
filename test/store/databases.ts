import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Client } from "pg";

/** A fresh, empty database (on Postgres a schema) and a way to change it behind the store's back. */
export interface TestDatabase {
  url: string;
  raw(sql: string): Promise<void>;
}

export interface Databases {
  kind: "sqlite" | "postgres";
  create(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

export function sqliteDatabases(): Databases {
  const home = mkdtempSync(join(tmpdir(), "halyard-sqlite-"));
  let count = 0;
  return {
    kind: "sqlite",
    create() {
      const file = join(home, String(++count), "halyard.db");
      const raw = async (sql: string) => {
        const database = new Database(file);
        database.pragma("foreign_keys = off");
        database.exec(sql);
        database.close();
      };
      return Promise.resolve({ url: `file:${file}`, raw });
    },
    stop: () => Promise.resolve(rmSync(home, { recursive: true, force: true })),
  };
}

/** Where a Postgres for the tests comes from, or why there is none. */
export type PostgresSource =
  | { from: "TEST_DATABASE_URL"; url: string }
  | { from: "own cluster"; bin: string }
  | { from: "none"; why: string };

export function postgresSource(): PostgresSource {
  const url = process.env["TEST_DATABASE_URL"];
  if (url) return { from: "TEST_DATABASE_URL", url };
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  const bin = versions.map((version) => join(root, version, "bin")).find((path) => existsSync(join(path, "initdb")));
  return bin === undefined ? { from: "none", why: `TEST_DATABASE_URL is not set and ${root} has no server` } : { from: "own cluster", bin };
}

export function postgresDatabases(source: Exclude<PostgresSource, { from: "none" }>): Databases {
  const cluster = source.from === "own cluster" ? startCluster(source.bin) : { url: source.url, stop: () => {} };
  const made: string[] = [];
  const dropMade = async () => {
    for (const name of made.splice(0)) await runOn(cluster.url, `drop schema if exists ${name} cascade`);
  };
  return {
    kind: "postgres",
    async create() {
      const name = `halyard_${randomUUID().replaceAll("-", "")}`;
      // One at a time: the more schemas there are, the longer a migration looks through them.
      await dropMade();
      await runOn(cluster.url, `create schema ${name}`);
      made.push(name);
      const url = `${cluster.url}${cluster.url.includes("?") ? "&" : "?"}options=${encodeURIComponent(`-c search_path=${name}`)}`;
      return { url, raw: (sql) => runOn(url, sql) };
    },
    async stop() {
      await dropMade();
      cluster.stop();
    },
  };
}

/** A server of our own in a temporary directory, reached by a Unix socket only. It refuses to run as root, so root becomes `postgres`. */
function startCluster(bin: string): { url: string; stop(): void } {
  const home = mkdtempSync(join(tmpdir(), "halyard-pg-"));
  const data = join(home, "data");
  const user = process.getuid?.() === 0 ? idsOf("postgres") : undefined;
  if (user) chownSync(home, user.uid, user.gid);
  const run = (tool: string, ...args: string[]) =>
    execFileSync(join(bin, tool), args, { ...user, cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  run("initdb", "-D", data, "-U", "halyard", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  run(
    "pg_ctl",
    "-D",
    data,
    "-w",
    "-l",
    join(home, "log"),
    "-o",
    `-c listen_addresses= -k ${home} -c max_connections=60 -c fsync=off`,
    "start",
  );
  return {
    url: `postgres://halyard@/postgres?host=${encodeURIComponent(home)}`,
    stop() {
      run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function idsOf(user: string): { uid: number; gid: number } {
  const ask = (flag: string) => Number(execFileSync("id", [flag, user], { encoding: "utf8" }));
  return { uid: ask("-u"), gid: ask("-g") };
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
