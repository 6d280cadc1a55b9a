/**
 * A gateway process of its own that sends writes while another revokes: `child-secrets-writes.ts <home> <seed> <connection …>`. For each connection it reads a line
 * on standard input, starts its writes with seeded waits in the rate window and in connecting, and prints what each came to.
 */
import { createInterface } from "node:readline";
import { buildConnector } from "undici";
import { openApp } from "../../src/app.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { configFor } from "../fixtures/world.ts";
import { createDice } from "./secrets-dice.ts";

const [home = "", seed = "0"] = process.argv.slice(2);
const roll = createDice(Number(seed));
const connect = buildConnector({ timeout: 2000, allowH2: false });
const app = await openApp(configFor(home), {
  rateWindows: (port) => ({
    ...port,
    // Full now and then; else there is always a place.
    take: () => Promise.resolve(roll(3) === 0 ? { ok: false, waitMs: 1 + roll(12) } : { ok: true }),
  }),
  connector: (options, callback) => {
    void systemClock.wait(roll(2) === 0 ? 0 : roll(15)).then(() => connect(options, callback));
  },
});
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const { name, agentId, connectionId, writes } = JSON.parse(line) as {
    name: string;
    agentId: string;
    connectionId: string;
    writes: number;
  };
  const caller = { door: "stdio", agentId, agentName: "claude", connectionId } as const;
  const ends = Array.from({ length: writes }, async (_, n) => {
    await systemClock.wait(roll(6));
    const end = await app.gate
      .call(caller, { action: "create_profile", args: { email: `${name}-${n}@example.com` }, intent: "write" })
      .catch((thrown: { code?: string }) => ({ status: "refused", call_id: "", error: { code: thrown.code } }));
    return { tag: `${name}-${n}`, call: end.call_id, status: end.status, code: "error" in end ? end.error.code : null };
  });
  process.stdout.write(`${JSON.stringify(await Promise.all(ends))}\n`);
}
await app.close();
