import { afterEach, beforeEach, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { stdioAgent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise (attack J2): a process that is killed at any moment loses no row that it acknowledged, and no effect is without its intent. */
let world: World;
beforeEach(async () => {
  world = await createWorld({ realTime: true, profiles: 2 });
  world.setPolicy("version: 1\npreset: operator\nrules: []\n");
});
afterEach(() => world.close());

/** After how many answers the process is killed, while eight more calls are under way. */
it.each([1, 4, 9])("SIGKILL after %i answers", { timeout: 120_000 }, async (answers) => {
  const agent = await stdioAgent(world);
  const told: string[] = [];
  const pid = await new Promise<number>((resolve) => {
    const one = async (n: number): Promise<void> => {
      const { data } = await agent.call("write", { action: "create_tag", args: { name: `tag ${answers} ${n}` }, reason: "x" });
      told.push(String(data["call_id"]));
      if (told.length < answers) return;
      const [intent] = (await world.app.store.intents.listOpen({ olderThan: Number.MAX_SAFE_INTEGER })).toReversed();
      const call = intent ?? (await world.app.store.intents.find((await world.app.store.calls.find(told[0] ?? ""))?.intent_id ?? ""));
      resolve(Number(call?.holder.split(":")[1]));
    };
    for (let n = 0; n < 24; n++) void one(n).catch(() => undefined);
  });
  process.kill(pid, "SIGKILL");
  await agent.close();
  const next = await openApp(world.config);
  try {
    expect(await next.verifyAudit()).not.toHaveProperty("bad");
    const rows = await next.store.audit.list({ limit: 10_000 });
    const callsWith = (event: string): Set<string | null> =>
      new Set(rows.filter((row) => row.event === event).map(({ call_id }) => call_id));
    // What the agent was told is on the record, from the first row to the outcome.
    expect(told.length).toBeGreaterThanOrEqual(answers);
    for (const id of told) for (const event of ["received", "decided", "intent", "outcome"]) expect(callsWith(event)).toContain(id);
    // No effect without an intent, no intent without an outcome: what was under way is unknown.
    const effects = world.sandbox.control.ledger().filter(({ method, path }) => method === "POST" && path === "/api/tags").length;
    expect(effects).toBeLessThanOrEqual(callsWith("intent").size);
    expect(callsWith("intent")).toEqual(callsWith("outcome"));
    // The file beside the store knows of nothing that the store does not.
    expect(await next.audit.gap()).toBeUndefined();
  } finally {
    await next.close();
  }
});
