import { join } from "node:path";
import { openApp, type App } from "./app.ts";
import type { Config } from "./config.ts";
import { HalyardError } from "./lib/errors.ts";
import { Secret } from "./lib/secret.ts";
import type { Log } from "./lib/log.ts";
import type { HttpDoor } from "./mcp/http.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import type { ConnectionRow } from "./store/tables/connections.ts";
import { VERSION } from "./version.ts";

export interface StartOptions {
  /** Runs the sandbox account beside the gateway. */
  sandbox: boolean;
  /** Another shop; the same number gives the same shop. */
  seed?: number;
  log: Log;
}

/** What `halyard start` set up, for printing what to paste where. */
export interface Started {
  sandbox?: { url: string; accountName: string; profiles: number };
  /** The whole address that an agent is given, path included. */
  gateway: { url: string };
  /** The agent that is ready to be pasted; absent where the owner revoked it, or made agents himself: their tokens are not known any more. */
  agent?: { name: string; token: Secret };
  connection: { name: string };
  close(): Promise<void>;
}

/** The agent that a first start makes, so that there is something to paste. */
const FIRST_AGENT = "first-agent";

/** Brings everything up: sandbox (unless not wanted), its connection, an agent, and the HTTP door. Whatever fails, nothing is left running. */
export async function startGateway(config: Config, options: StartOptions): Promise<Started> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const app = await openApp(config);
    closers.push(() => app.close());
    const sandbox = options.sandbox ? await startSandbox(config, options) : undefined;
    if (sandbox) closers.push(() => sandbox.close());
    const connection = sandbox ? await connectSandbox(app, sandbox) : await onlyConnection(app);
    const agent = await firstAgent(app, connection);
    const door = await openHttpDoor(app, options.log);
    closers.push(() => door.close());
    return {
      ...(sandbox && {
        sandbox: { url: sandbox.url, accountName: connection.account_name, profiles: sandbox.control.counts()["profiles"] ?? 0 },
      }),
      gateway: { url: `${door.url}/mcp` },
      ...(agent && { agent }),
      connection: { name: connection.name },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function startSandbox(config: Config, { seed }: StartOptions): Promise<Sandbox> {
  const { createSandbox } = await import("./sandbox/sandbox.ts");
  const persist = join(config.home, "sandbox.jsonl");
  return createSandbox({ port: config.sandboxPort, persist, ...(seed !== undefined && { seed: String(seed) }) }).catch(
    (thrown: unknown) => {
      if (!(thrown instanceof HalyardError) || thrown.code !== "port_taken") throw thrown;
      throw new HalyardError("port_taken", thrown.message, { hint: "It is the sandbox's: choose another with --sandbox-port." });
    },
  );
}

/** The sandbox is an account like any other; its connection is named after its port where that is not the usual one. */
async function connectSandbox(app: App, sandbox: Sandbox): Promise<ConnectionRow> {
  const known = (await app.connections.list()).find(({ origin, status }) => origin === sandbox.url && status === "active");
  if (known && (await app.connections.check(known.id)).ok) return known;
  const names = new Set((await app.connections.list()).filter(({ id }) => id !== known?.id).map(({ name }) => name));
  const name = known?.name ?? (names.has("sandbox") ? `sandbox-${sandbox.port}` : "sandbox");
  const { connection } = await app.connections.connect({ name, origin: sandbox.url, key: new Secret(sandbox.keys.full) });
  return connection;
}

async function onlyConnection(app: App): Promise<ConnectionRow> {
  const first = (await app.connections.list()).find(({ status }) => status === "active");
  if (first) return first;
  throw new HalyardError("not_found", "There is no connection yet, and the sandbox was not wanted.", {
    hint: "Run halyard connect first, or halyard start without --no-sandbox.",
  });
}

/** The first agent's token stays sealed in the vault, so that every start can print what to paste. */
async function firstAgent(app: App, connection: ConnectionRow): Promise<{ name: string; token: Secret } | undefined> {
  const { store, vault, agents, clock } = app;
  const context = { connection: connection.id, account: connection.account_id, purpose: "agent-token", version: 1 };
  const secret = await store.secrets.forConnection(connection.id, "agent-token");
  if (secret) {
    const token = vault.open(secret.sealed, context);
    const caller = await agents.byToken(token.reveal(), "cli").catch(() => undefined);
    return caller && { name: caller.agentName, token };
  }
  if ((await agents.list()).some((agent) => agent.connection_id === connection.id)) return undefined;
  const taken = await store.agents.byName(FIRST_AGENT);
  const { agent, token } = await agents.add({
    name: taken ? `${FIRST_AGENT}-${connection.name}` : FIRST_AGENT,
    connection: connection.name,
  });
  await store.secrets.insert({
    id: `sec_${agent.id}`,
    connection_id: connection.id,
    purpose: "agent-token",
    version: 1,
    sealed: vault.seal(token, context),
    created_at: clock.now(),
  });
  return { name: agent.name, token };
}

async function openHttpDoor(app: App, log: Log): Promise<HttpDoor> {
  const { createHttpDoor } = await import("./mcp/http.ts");
  return createHttpDoor({
    load: () => Promise.resolve(mcpParts(app, log)),
    authenticate: (token) => app.agents.byToken(token, "http"),
    host: "127.0.0.1",
    port: app.config.port,
    clock: app.clock,
    log,
    refused: (refusal) => void app.refused(refusal),
    version: VERSION,
  });
}

/** What the MCP doors work with. */
export function mcpParts(app: App, log: Log) {
  return { catalog: app.catalog, gate: app.gate, overview: app.overview, version: VERSION, clock: app.clock, log };
}
