import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { Secret } from "../../src/lib/secret.ts";
import { createWorld, type World } from "../fixtures/world.ts";
import { createDice } from "./secrets-dice.ts";

/**
 * Attack I11, F: two processes, one sends and the other revokes. The sandbox's ledger is the witness: what was let go before the revocation was committed is
 * reported by it, everything later never arrives, and each write is told as what it was. Seeds are in the output of a failure.
 */
const CHILD = join(import.meta.dirname, "child-secrets-writes.ts");
const ALL = process.env["ATTACKS"] === "all";
const INTERLEAVINGS = ALL ? 300 : 20;
const WRITES = 4;
const SEED = 20_260_715;

interface End {
  tag: string;
  call: string;
  status: string;
  code: string | null;
}

let world: World;
let child: ChildProcess;
let lines: AsyncIterator<string>;
beforeAll(async () => {
  world = await createWorld({ realTime: true });
  child = spawn(process.execPath, [CHILD, world.config.home, String(SEED)], { stdio: ["pipe", "pipe", "inherit"] });
  if (!child.stdout) throw new Error("the child has no output");
  lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect(await lines.next()).toMatchObject({ value: "ready" });
}, 60_000);
afterAll(async () => {
  child.stdin?.end();
  await once(child, "exit");
  await world.close();
});

/** A connection with its agent, sealed like any other, without the probes of connecting. */
async function connectionNamed(name: string): Promise<{ connectionId: string; agentId: string }> {
  const { store, vault, clock } = world.app;
  const shop = await world.app.connections.find("shop");
  const id = `conn_${name}`;
  await store.transaction(async (tables) => {
    await tables.connections.insert({ ...shop, id, name });
    const dataKey = await vault.makeDataKey(tables, `dk_${name}`, id, clock.now());
    const context = { connection: id, account: shop.account_id, purpose: "klaviyo-key", version: 1 };
    const sealed = dataKey.seal(new Secret(world.sandbox.keys.full), context);
    await tables.secrets.insert({
      id: `sec_${name}`,
      connection_id: id,
      purpose: "klaviyo-key",
      version: 1,
      sealed,
      created_at: clock.now(),
    });
  });
  writeFileSync(join(world.config.home, "policies", `${name}.yaml`), "version: 1\npreset: operator\nrules: []\n");
  const { agent } = await world.app.agents.add({ name: `agent-${name}`, connection: name });
  return { connectionId: id, agentId: agent.id };
}

describe("a revocation", () => {
  it(`holds back everything that had not left, ${INTERLEAVINGS} seeded interleavings of two processes`, async () => {
    const roll = createDice(SEED + 1);
    const seen = { under_way: 0, held_back: 0, done: 0 };
    for (let n = 0; n < INTERLEAVINGS; n++) {
      const name = `i${n}`;
      const where = await connectionNamed(name);
      const revokesAgent = roll(3) === 0;
      const delayMs = roll(roll(2) === 0 ? 40 : 250);
      child.stdin?.write(`${JSON.stringify({ name, ...where, writes: WRITES })}\n`);
      await systemClock.wait(delayMs);
      const revoked = revokesAgent
        ? await world.app.agents.revoke(`agent-${name}`, "test")
        : await world.app.connections.revoke(name, "test");
      const context = `seed ${SEED}, interleaving ${n}, ${revokesAgent ? "agent" : "connection"} revoked after ${delayMs} ms`;
      const ends = JSON.parse(String((await lines.next()).value)) as End[];
      const names = arrived(name);
      const revocation = (await revocations()).at(-1);
      const underWay = new Set(revoked.under_way.map(({ call_id }) => call_id));
      for (const { tag, call, status, code } of ends) {
        const told = `${context}: ${tag} ${status} ${code}`;
        const outcomeSeq = call === "" ? 0 : (await world.app.callStory(call)).events.find(({ event }) => event === "outcome")?.seq;
        const isBefore = outcomeSeq !== undefined && outcomeSeq !== 0 && outcomeSeq < (revocation?.seq ?? 0);
        if (names.includes(tag)) {
          expect(status, told).toBe("done");
          // It arrived: it had ended before the revocation, or the revocation knew of it.
          expect(isBefore || underWay.has(call), told).toBe(true);
          expect(isBefore && underWay.has(call), told).toBe(false);
        } else {
          expect(["failed", "refused"], told).toContain(status);
          expect(["connection_revoked", "unauthenticated"], told).toContain(code);
          expect(underWay.has(call), told).toBe(false);
        }
      }
      seen.under_way += underWay.size;
      seen.held_back += revoked.held_back;
      seen.done += names.length - underWay.size;
      expect(await world.app.store.intents.listUnfinished(where.connectionId), context).toEqual([]);
    }
    // Without all three kinds the interleavings would prove nothing.
    expect(Math.min(seen.held_back, seen.done), JSON.stringify(seen)).toBeGreaterThan(0);
    if (ALL) expect(seen.under_way, JSON.stringify(seen)).toBeGreaterThan(0);
  }, 600_000);
});

/** Which of the writes reached the account. */
function arrived(name: string): string[] {
  const made = world.sandbox.control.ledger().filter(({ method, path }) => method === "POST" && path === "/api/profiles");
  const ids = made.flatMap(({ effects }) => (effects ?? []).map(({ id }) => id));
  const rows = [...world.sandbox.control.dump(["profiles"])].filter(({ row }) => ids.includes(row.id));
  const addresses = rows.flatMap(({ row }) => /"email":"([^"]+)@example\.com"/.exec(JSON.stringify(row))?.[1] ?? []);
  expect(addresses.length).toBe(made.length);
  world.sandbox.control.clearLedger();
  return addresses.filter((address) => address.startsWith(`${name}-`));
}

async function revocations() {
  const { seq } = await world.app.store.audit.head();
  const rows = await world.app.store.audit.list({ after: Math.max(0, seq - 100), limit: 100 });
  return rows.filter(({ event }) => event === "connection.revoked" || event === "agent.revoked");
}
