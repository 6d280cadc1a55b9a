import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp, type App } from "../../src/app.ts";
import type { CallResult } from "../../src/gate/call.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: writes stop when the owner says so, and when a newer Halyard has taken over. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy("version: 1\npreset: operator\nrules: []\n");
});
afterEach(() => world.close());

const writesSeen = (): number => world.sandbox.control.ledger().filter(({ method }) => method !== "GET").length;
const codeOf = (thrown: unknown): string => (thrown as { code?: string }).code ?? String(thrown);

function writeBy(app: App, name: string): Promise<CallResult> {
  return app.gate.call(world.agent, { action: "create_list", args: { name }, intent: "write" });
}

describe("the emergency stop", () => {
  it("lets no further write begin, of any process, and reads go on (F6)", async () => {
    const other = await openApp(world.config, { clock: world.clock });
    expect(await world.app.gate.stopAll("anna")).toMatchObject({ in_flight: [] });
    for (const app of [world.app, other]) await expect(writeBy(app, "VIP")).rejects.toMatchObject({ code: "writes_stopped" });
    expect(writesSeen()).toBe(0);
    expect(await world.read("get_lists")).toMatchObject({ status: "done" });
    expect(await world.app.gate.resume("anna")).toEqual({ was: ["stopped"] });
    expect(await writeBy(other, "VIP")).toMatchObject({ status: "done" });
    await other.close();
    const events = await world.app.store.audit.list({ limit: 1000 });
    expect(events.map(({ event }) => event).filter((event) => event.startsWith("writes."))).toEqual(["writes.stopped", "writes.resumed"]);
    await expect(world.app.gate.resume("anna")).rejects.toMatchObject({ code: "conflict" });
  });

  it("in the middle of a hundred writes: none after its commit, and those under way are named exactly (F6)", async () => {
    const calls = Array.from({ length: 100 }, (_, i) => writeBy(world.app, `list ${i}`).catch((thrown: unknown) => codeOf(thrown)));
    await Promise.race(calls);
    const { in_flight } = await world.app.gate.stopAll("anna");
    const atStop = (await world.app.store.audit.list({ limit: 10_000 })).findIndex(({ event }) => event === "writes.stopped");
    const results = await Promise.all(calls);
    const events = await world.app.store.audit.list({ limit: 10_000 });
    expect(events.slice(atStop).filter(({ event }) => event === "intent")).toEqual([]);
    const intents = events.filter(({ event }) => event === "intent").map(({ fields }) => fields["intent"]);
    const endedBefore = events
      .slice(0, atStop)
      .filter(({ event }) => event === "outcome")
      .map(({ fields }) => fields["intent"]);
    expect(new Set(in_flight.map(({ intent_id }) => intent_id))).toEqual(new Set(intents.filter((id) => !endedBefore.includes(id))));
    expect(results.filter((result) => result === "writes_stopped").length).toBe(100 - intents.length);
    expect(writesSeen()).toBeLessThanOrEqual(intents.length);
  });

  it("holds back what waits for a free rate window", async () => {
    const row = { key: "x", widthS: 1, allowed: 1 };
    const waiting = await openApp(world.config, {
      clock: world.clock,
      // Waits once, and the owner stops everything meanwhile.
      rateWindows: (port) => ({
        ...port,
        take: async (windows, atMs) => {
          await world.app.gate.stopAll("anna");
          return port.take(windows.length > 0 ? windows : [row], atMs);
        },
      }),
    });
    expect(await writeBy(waiting, "VIP")).toMatchObject({ status: "failed", error: { code: "writes_stopped" } });
    expect(writesSeen()).toBe(0);
    await waiting.close();
  });

  it("takes no yes while it lasts; what was asked goes on waiting", async () => {
    world.setPolicy("version: 1\npreset: read-only\nrules: []\n");
    const asked = await writeBy(world.app, "VIP");
    if (asked.status !== "approval_required") throw new Error(asked.status);
    await world.app.gate.stopAll("anna");
    await expect(world.app.gate.approve(asked.approval_id, "anna", { run: true })).rejects.toMatchObject({ code: "writes_stopped" });
    await world.app.gate.resume("anna");
    expect(await writeBy(world.app, "VIP")).toMatchObject({ status: "approval_required", approval_id: asked.approval_id });
    expect(await world.app.gate.approve(asked.approval_id, "anna", { run: true })).toMatchObject({ status: "done" });
    expect(writesSeen()).toBe(1);
  });
});

describe("two Halyards on one store", () => {
  it("when the newer has begun, the older sends nothing any more, and says why (F7)", async () => {
    expect(await writeBy(world.app, "before")).toMatchObject({ status: "done" });
    const newer = await openApp(world.config, { clock: world.clock, version: "99.0.0" });
    await expect(writeBy(world.app, "old")).rejects.toMatchObject({ code: "superseded" });
    expect(await writeBy(newer, "new")).toMatchObject({ status: "done" });
    expect(await world.read("get_lists")).toMatchObject({ status: "done" });
    const late = await openApp(world.config, { clock: world.clock });
    await expect(writeBy(late, "late")).rejects.toMatchObject({ code: "superseded" });
    expect(writesSeen()).toBe(2);
    // Going back on purpose is the owner's word.
    expect(await late.gate.resume("anna")).toEqual({ was: ["superseded"] });
    expect(await writeBy(late, "late")).toMatchObject({ status: "done" });
    await expect(writeBy(newer, "new 2")).rejects.toMatchObject({ code: "superseded" });
    await late.close();
    await newer.close();
  });

  it("a write that waits when the newer takes over does not leave", async () => {
    let newer: App | undefined;
    const old = await openApp(world.config, {
      clock: world.clock,
      rateWindows: (port) => ({
        ...port,
        take: async (windows, atMs) => {
          newer ??= await openApp(world.config, { clock: world.clock, version: "99.0.0" });
          return port.take(windows, atMs);
        },
      }),
    });
    expect(await writeBy(old, "VIP")).toMatchObject({ status: "failed", error: { code: "superseded" } });
    expect(writesSeen()).toBe(0);
    await old.close();
    await newer?.close();
  });

  it("a write that was given up while its process slept does not leave when it wakes", async () => {
    const asleep = await openApp(world.config, {
      clock: world.clock,
      rateWindows: (port) => ({
        ...port,
        take: async (windows, atMs) => {
          world.clock.advance(6 * 60_000);
          await world.app.gate.recover();
          return port.take(windows, atMs);
        },
      }),
    });
    expect(await writeBy(asleep, "VIP")).toMatchObject({ status: "failed", error: { code: "conflict" } });
    expect(writesSeen()).toBe(0);
    await asleep.close();
  });
});
