import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nameOfCase, UNGUARDED, type Case } from "./cases.ts";
import { createChildren, runCase, type Children } from "./run-case.ts";
import { setScene, type Scene } from "./scene.ts";

/** A few cases of the crash matrix; `npm run crash` plays all of them. */
const SAMPLE: Case[] = [
  { retryClass: "readable", behaviour: "dropped after effect", way: "allowed", kill: { phase: "call", point: "send.answered", nth: 1 } },
  { retryClass: "readable", behaviour: "ok", way: "approved", kill: { phase: "call", point: "outcome.committed", nth: 1 } },
  { retryClass: "natural-key", behaviour: "late effect", way: "allowed", kill: { phase: "call", point: "outcome.finished", nth: 1 } },
  { retryClass: "idempotent", behaviour: "dropped after effect", way: "allowed", kill: { phase: "call", point: "client.waited", nth: 1 } },
  { retryClass: "unreadable", behaviour: "dropped before", way: "allowed", kill: { phase: "call", point: "send.permitted", nth: 1 } },
  { retryClass: "readable", behaviour: "dropped before", way: "allowed", kill: { phase: "recovery", point: "look.settle", nth: 1 } },
  { retryClass: "readable", behaviour: "dropped after effect", way: "planned", kill: { phase: "call", point: "send.answered", nth: 1 } },
  { retryClass: "natural-key", behaviour: "ok", way: "planned", kill: { phase: "call", point: "plan.step-ended", nth: 1 } },
  { retryClass: "readable", behaviour: "late effect", way: "planned", kill: { phase: "call", point: "intent.inserted", nth: 1 } },
  // Found out, told, and the process is gone before the agent heard it.
  {
    retryClass: "readable",
    behaviour: "dropped after effect",
    way: "allowed",
    kill: { phase: "recovery", point: "gate.turn-committed", nth: 1 },
  },
];

describe("a process that is killed with SIGKILL", { timeout: 60_000 }, () => {
  let scene: Scene | undefined;
  let children: Children | undefined;
  beforeAll(async () => {
    children = createChildren(2);
    scene = await setScene("sqlite");
  });
  afterAll(async () => {
    await children?.end();
    await scene?.close();
  });

  it.each(SAMPLE.map((one) => [nameOfCase(one), one] as const))("%s: once, and truly told", async (_, one) => {
    if (!scene || !children) throw new Error("not started");
    const verdict = await runCase(scene, children, one);
    expect(verdict.why).toEqual([]);
    expect(verdict.wasKilled).toBe(true);
    expect(verdict.isOwnerAsked).toBe(one.retryClass === "unreadable");
  });

  it("would be found out by the oracles if the gate did not wait: a late effect is then one too many", async () => {
    if (!scene || !children) throw new Error("not started");
    const verdict = await runCase(scene, children, UNGUARDED, { windowMs: 0 });
    expect(verdict.wrong).toContain("duplicate");
  });
});
