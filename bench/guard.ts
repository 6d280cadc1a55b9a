import { createClient } from "../src/klaviyo/client.ts";
import { buildRequest } from "../src/catalog/request.ts";
import { mustFind } from "../src/catalog/catalog.ts";
import { systemClock } from "../src/lib/clock.ts";
import { Secret } from "../src/lib/secret.ts";
import { openApp } from "../src/app.ts";
import { createHttpDoor } from "../src/mcp/http.ts";
import { openAccount } from "./account.ts";
import { unlimited } from "../test/fixtures/limits.ts";
import { configFor, temporaryHome } from "../test/fixtures/world.ts";
import { Client } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ms, perSecond, spread, timed, type Figure } from "./measure.ts";

/** Klaviyo's limits would be what is measured: this store knows no windows. */
const NO_LIMITS = { take: () => Promise.resolve({ ok: true as const }), observe: () => Promise.resolve() };

/** What the guard adds to a read and to an allowed write, with the record durable on disk; and what the HTTP door carries. */
export async function benchGuard(times = 1500): Promise<Figure[]> {
  const account = await openAccount();
  const home = temporaryHome();
  const app = await openApp(configFor(home), { rateWindows: unlimited });
  await app.connections.connect({ name: "shop", origin: account.url, key: new Secret(account.key) });
  writeFileSync(join(home, "policies", "shop.yaml"), "version: 1\npreset: operator\nrules: []\n");
  const { token } = await app.agents.add({ name: "bench", connection: "shop" });
  const caller = await app.agents.byToken(token.reveal(), "http");
  const credentials = { origin: account.url, key: new Secret(account.key), accountId: account.accountId };
  const client = createClient({ limits: NO_LIMITS, clock: systemClock });
  const [getList, updateList] = [mustFind(app.catalog, "get_list"), mustFind(app.catalog, "update_list")];
  const lists = await client.read(
    mustFind(app.catalog, "get_lists"),
    buildRequest(mustFind(app.catalog, "get_lists"), {}, { account_id: "" }),
    credentials,
  );
  const id = /"id":"(\w{6})"/.exec(JSON.stringify(lists.body))?.[1] ?? "";
  const request = (operation: typeof getList, args: object) => buildRequest(operation, { id, ...args }, { account_id: "" });
  const bareRead = await timed(times, () => client.read(getList, request(getList, {}), credentials));
  const bareWrite = await timed(times, (at) => client.write("bench", updateList, request(updateList, { name: `n${at}` }), credentials));
  const gateRead = await timed(times, () => app.gate.call(caller, { action: "get_list", args: { id }, intent: "read" }));
  const gateWrite = await timed(times, (at) =>
    app.gate.call(caller, { action: "update_list", args: { id, name: `g${at}` }, intent: "write" }),
  );
  // A record that is durable waits for the disk at least once: what no gate could be faster than.
  const commit = await timed(times, (at) => app.store.transaction(({ meta }) => meta.set("bench", String(at))));
  const rate = await httpRate(app, token, id);
  await client.close();
  await app.close();
  account.close();
  const [r0, r1, w0, w1, disk] = [bareRead, gateRead, bareWrite, gateWrite, commit].map(spread);
  if (!r0 || !r1 || !w0 || !w1 || !disk) throw new Error("no sample");
  return [
    { what: "a read without the guard, p50 / p99", value: `${ms(r0.p50)} / ${ms(r0.p99)}` },
    { what: "the same through the gate, p50 / p99", value: `${ms(r1.p50)} / ${ms(r1.p99)}` },
    { what: "**the guard adds to a read**, p50 / p99", value: `${ms(r1.p50 - r0.p50)} / ${ms(r1.p99 - r0.p99)}`, goal: "p99 < 5 ms" },
    { what: "a write without the guard, p50 / p99", value: `${ms(w0.p50)} / ${ms(w0.p99)}` },
    { what: "the same through the gate, p50 / p99", value: `${ms(w1.p50)} / ${ms(w1.p99)}` },
    {
      what: "**the guard adds to an allowed write**, durable audit, p50 / p99",
      value: `${ms(w1.p50 - w0.p50)} / ${ms(w1.p99 - w0.p99)}`,
      goal: "p99 < 5 ms",
    },
    { what: "of that, one durable commit alone (a read has one, a write two), p50 / p99", value: `${ms(disk.p50)} / ${ms(disk.p99)}` },
    { what: "reads per second over HTTP MCP, 8 at a time, one client", value: rate.toFixed(0) },
  ];
}

async function httpRate(app: Awaited<ReturnType<typeof openApp>>, token: Secret, id: string): Promise<number> {
  const { catalog, gate, overview, agents } = app;
  const door = await createHttpDoor({
    version: "bench",
    load: () => Promise.resolve({ catalog, gate, overview }),
    authenticate: (text) => agents.byToken(text, "http"),
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    log: () => undefined,
  });
  const client = new Client({ name: "bench", version: "1" });
  const headers = { authorization: `Bearer ${token.reveal()}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${door.url}/mcp`), { requestInit: { headers } }));
  const rate = await perSecond(8, 3000, () => client.callTool({ name: "read", arguments: { action: "get_list", args: { id } } }));
  await client.close();
  await door.close();
  return rate;
}
