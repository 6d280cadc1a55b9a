import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp, type App } from "../../src/app.ts";
import type { ApprovalView, Caller } from "../../src/gate/call.ts";
import { keyContext } from "../../src/gate/credentials.ts";
import type { Gate } from "../../src/gate/gate.ts";
import type { DoorRefusal } from "../../src/gate/record/refusals.ts";
import type { Config } from "../../src/config.ts";
import { createManualClock, type ManualClock } from "../../src/lib/clock.ts";
import type { HttpDoor } from "../../src/mcp/http.ts";
import { createRequests, type Requests } from "../fidelity/arguments.ts";
import { openShop, type Shop } from "../fidelity/shop.ts";
import { configFor, START_MS } from "../fixtures/world.ts";
import { openDoor, openHttpServer, type Door, type DoorName } from "./doors.ts";
import { unlimited } from "../fixtures/limits.ts";
import { PATIENT } from "./gate-parts.ts";
import { tapWire, type Tapped } from "./wire-tap.ts";

/** Who attacks: an agent of the shop, another agent of it, and one of another account. */
export type AgentName = "claude" | "rival" | "outsider";

/** A gateway with a sandbox behind it and attackers before it. Everything is real but the clock. */
export interface Range {
  app: App;
  gate: Gate;
  config: Config;
  /** The shop's private key, as the gateway has it. */
  key: string;
  /** The other account's. */
  otherKey: string;
  /** The two accounts that the gateway is connected to: the shop, and another. */
  accounts: [shop: string, other: string];
  clock: ManualClock;
  shop: Shop;
  requests: Requests;
  http: HttpDoor;
  tokens: Record<AgentName, string>;
  /** Who each agent was in the beginning, whatever became of its token. */
  callers: readonly Caller[];
  /** Who the token of an agent makes it, as over HTTP. */
  caller(agent?: AgentName): Promise<Caller>;
  door(name: DoorName, agent?: AgentName): Promise<Door>;
  /** Resolves when what the doors refused is on the record. */
  settled(): Promise<void>;
  /** The policy of the shop's connection. */
  setPolicy(text: string): void;
  /** The owner says yes; with `run` it is sent at once. */
  approve(approvalId: string, run?: boolean): Promise<ApprovalView>;
  /** What left for the sandbox, and what the doors logged. */
  tapped: Tapped[];
  logged: string[];
  close(): Promise<void>;
}

/** The setting of the cases: `read-only`, and one action that runs under a condition. */
export const USUAL_POLICY = `version: 1
preset: read-only
rules:
  - id: titles-only
    effect: allow
    actions: [update_profile]
    where: { args.title: { in: [Ms, Mr] } }
`;

/** Allows what a policy can allow: only what is never less than asked stays asked. */
export const OPEN_POLICY = `version: 1
preset: operator
rules:
  - { id: everything, effect: allow, risk: [0, 1, 2, 3, 4] }
hold: { sends_seconds: 0 }
`;

/** Name of the key that the gateway has; the tests prepare the account with another. */
const GATEWAY = "gateway";

export interface RangeOptions {
  profiles?: number;
  policy?: string;
  /** Puts another gate behind the doors: the negative controls. */
  compose?: (app: App) => Promise<Gate>;
}

export async function openRange({ profiles = 20, policy = USUAL_POLICY, compose }: RangeOptions = {}): Promise<Range> {
  const home = folderInMemory();
  const clock = createManualClock(START_MS);
  const shop = await openShop({ profiles, startAt: START_MS });
  const { sandbox } = shop;
  const config = configFor(home);
  const app = await openApp(config, {
    clock,
    limits: PATIENT,
    rateWindows: unlimited,
  });
  const other = sandbox.control.addAccount("another shop", 0);
  const key = sandbox.control.createKey(GATEWAY, null);
  await insertConnection(app, { name: "shop", origin: sandbox.url, account: sandbox.accountId, key });
  await insertConnection(app, { name: "elsewhere", origin: sandbox.url, account: other.id, key: other.keys.full });
  const add = async (name: AgentName, connection: string): Promise<string> => (await app.agents.add({ name, connection })).token.reveal();
  const tokens = { claude: await add("claude", "shop"), rival: await add("rival", "shop"), outsider: await add("outsider", "elsewhere") };
  const callers = await Promise.all(Object.values(tokens).map((token) => app.agents.byToken(token, "http")));
  const gate = (await compose?.(app)) ?? app.gate;
  const logged: string[] = [];
  const noting = new Set<Promise<void>>();
  const refused = (refusal: DoorRefusal): void => {
    const note = app.refused(refusal).finally(() => noting.delete(note));
    noting.add(note);
  };
  const parts = { catalog: app.catalog, gate, overview: app.overview, agents: app.agents, clock, logged, refused };
  const http = await openHttpServer(parts);
  const doors = new Map<string, Promise<Door>>();
  const setPolicy = (text: string): void => writeFileSync(join(home, "policies", "shop.yaml"), text);
  setPolicy(policy);
  sandbox.control.clearLedger();
  const tap = tapWire(new URL(sandbox.url).origin, [key, other.keys.full]);
  return {
    app,
    gate,
    config,
    key,
    otherKey: other.keys.full,
    accounts: [sandbox.accountId, other.id],
    clock,
    shop,
    requests: createRequests(shop),
    http,
    tokens,
    callers,
    tapped: tap.requests,
    logged,
    setPolicy,
    caller: (agent = "claude") => app.agents.byToken(tokens[agent], "http"),
    door(name, agent = "claude") {
      const key = `${name} ${agent}`;
      const open = doors.get(key) ?? openDoor(name, tokens[agent], parts, http);
      doors.set(key, open);
      return open;
    },
    settled: async () => void (await Promise.all(noting)),
    approve: (id, run = false) => gate.approve(id, "the owner", { run }),
    async close() {
      tap.stop();
      for (const door of doors.values()) await (await door).close();
      await http.close();
      await app.close();
      await sandbox.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** On disk each row would wait for the platter; what is tried here is not durability. */
function folderInMemory(): string {
  const home = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "halyard-range-"));
  mkdirSync(join(home, "policies"), { recursive: true });
  return home;
}

/** What `halyard connect` comes to, without asking the account for each scope. */
async function insertConnection(
  app: App,
  { name, origin, account, key }: { name: string; origin: string; account: string; key: string },
): Promise<void> {
  const row = { id: `conn_${name}`, name, kind: "sandbox", origin, account_id: account, account_name: name, status: "active" } as const;
  const at = app.clock.now();
  await app.store.connections.insert({ ...row, scopes: [], created_at: at, checked_at: at, revoked_at: null });
  const sealed = app.vault.seal(key, keyContext(row, 1));
  await app.store.secrets.insert({ id: `sec_${name}`, connection_id: row.id, purpose: "klaviyo-key", version: 1, sealed, created_at: at });
  await app.policies.createDefault(row);
}
