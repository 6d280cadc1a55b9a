import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import type { Caller } from "../../src/gate/call.ts";
import { createManualClock } from "../../src/lib/clock.ts";
import { Secret } from "../../src/lib/secret.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { configFor, START_MS } from "../fixtures/world.ts";
import { postgresDatabases, postgresSource, type TestDatabase } from "../store/databases.ts";

export type StoreKind = "sqlite" | "postgres";

/** A shop and a store that can both be put back to how they were, as often as needed. */
export interface Scene {
  kind: StoreKind;
  sandbox: Sandbox;
  agent: Caller;
  /** Ids that are in the shop from the start. */
  listId: string;
  /** Puts shop and store back; gives where the store is now. */
  restore(policy: string): Promise<{ home: string; databaseUrl: string }>;
  close(): Promise<void>;
}

const BASE = "base";

/** Sets the scene; undefined where there is no such database on this machine. */
export async function setScene(kind: StoreKind): Promise<Scene | undefined> {
  const source = postgresSource();
  if (kind === "postgres" && source.from === "none") return undefined;
  const databases = kind === "postgres" && source.from !== "none" ? postgresDatabases(source) : undefined;
  const database = await databases?.create();
  const root = mkdtempSync(join(tmpdir(), "halyard-crash-"));
  const template = join(root, "template");
  const config = { ...configFor(template), ...(database && { databaseUrl: database.url }) };
  const sandbox = await createSandbox({ limits: "off", clock: "manual", startAt: START_MS, profiles: 10 });
  const app = await openApp(config, { clock: createManualClock(START_MS) });
  await app.connections.connect({ name: "shop", origin: sandbox.url, key: new Secret(sandbox.keys.full) });
  const { token } = await app.agents.add({ name: "claude", connection: "shop" });
  const agent = await app.agents.byToken(token.reveal(), "stdio");
  const lists = await app.gate.call(agent, { action: "create_list", args: { name: "Old name" }, intent: "write" });
  if (lists.status !== "approval_required") throw new Error(`a list was not asked for: ${lists.status}`);
  const made = await app.gate.approve(lists.approval_id, "owner", { run: true });
  const listId = /"type":"list","id":"([^"]+)"/.exec(JSON.stringify(made.result))?.[1] ?? "";
  await app.close();
  sandbox.control.snapshot(BASE);
  if (database) await keepTables(database);
  let count = 0;
  return {
    kind,
    sandbox,
    agent,
    listId,
    async restore(policy) {
      sandbox.control.restore(BASE);
      sandbox.control.clearFaults();
      sandbox.control.clearLedger();
      const home = join(root, String(++count));
      rmSync(join(root, String(count - 1)), { recursive: true, force: true });
      cpSync(template, home, { recursive: true });
      writeFileSync(join(home, "policies", "shop.yaml"), policy);
      if (database) await putTablesBack(database);
      return { home, databaseUrl: database?.url ?? configFor(home).databaseUrl };
    },
    async close() {
      await sandbox.close();
      await databases?.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const EACH_TABLE = (statement: string): string =>
  `do $$ declare t text; begin for t in select tablename from pg_tables where schemaname = current_schema() and tablename not like 'kept\\_%'
   and tablename not like 'halyard\\_migration%' loop ${statement} end loop; end $$;`;

async function keepTables({ raw }: TestDatabase): Promise<void> {
  await raw(EACH_TABLE("execute format('create table kept_%s as select * from %I', t, t);"));
}

/** Without the references between tables being looked at, so that their order does not matter. */
async function putTablesBack({ raw }: TestDatabase): Promise<void> {
  await raw(
    `set session_replication_role = replica; ${EACH_TABLE("execute format('delete from %I', t); execute format('insert into %I select * from kept_%s', t, t);")}`,
  );
}
