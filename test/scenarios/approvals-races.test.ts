import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp, type App } from "../../src/app.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: of two decisions the first that is on record holds, the other is told so, and neither clock nor age of a record changes that. */
let world: World;
let other: App;
beforeEach(async () => {
  world = await createWorld();
  other = await openApp(world.config, { clock: world.clock });
});
afterEach(async () => {
  await other.close();
  await world.close();
});

const posts = (): number => world.ledger().filter((line) => line === "POST /api/lists").length;
const ask = async (name: string): Promise<string> => {
  const result = await world.write("create_list", { name });
  return result.status === "approval_required" ? result.approval_id : "";
};
const approve = (app: App, id: string, by: string) => app.gate.approve(id, by, { run: true });

describe("approve and deny from two processes at once", () => {
  it.each(Array.from({ length: 8 }, (_, round) => round))("one holds, the other hears of it (%i)", async (round) => {
    const id = await ask(`Race ${round}`);
    const yes = () => approve(world.app, id, "anna");
    const no = () => other.gate.deny(id, "ben", "no");
    const [first, second] = round % 2 === 0 ? [yes(), no()] : [no(), yes()];
    const results = await Promise.allSettled([first, second]);
    const { status, decided_by } = await world.app.gate.approval(world.agent, id);
    const isSent = posts() === 1;
    expect(isSent ? ["done"] : ["denied", "voided"]).toContain(status);
    if (status === "denied") expect(decided_by).toBe("ben");
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "conflict" });
    const events = (await world.app.store.audit.list({ limit: 1000 })).filter(
      ({ fields }) => fields["approval"] === id && fields["from"] === "pending",
    );
    expect(events).toHaveLength(1);
  });
});

it("two that approve at once: one is told that it is approved already, and it is sent once", async () => {
  const id = await ask("Twice");
  const results = await Promise.allSettled([approve(world.app, id, "anna"), approve(other, id, "ben")]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(posts()).toBe(1);
});

it.each([
  [0, "done"],
  [1, "expired"],
] as const)("at the deadline and %i ms: %s, never both", async (late, ended) => {
  const id = await ask("Deadline");
  const { decide_by } = await world.app.gate.approval(world.agent, id);
  world.clock.set(Date.parse(decide_by) + late);
  await Promise.allSettled([approve(world.app, id, "anna"), other.gate.recover()]);
  expect(await world.app.gate.approval(world.agent, id)).toMatchObject({ status: ended });
  expect(posts()).toBe(ended === "done" ? 1 : 0);
});

it("a yes given in time is no use after its own clock", async () => {
  const id = await ask("Late use");
  const { decide_by } = await world.app.gate.approval(world.agent, id);
  world.clock.set(Date.parse(decide_by) - 1);
  await world.app.gate.approve(id, "anna", { run: false });
  world.clock.advance(3_600_001);
  expect(await world.write("create_list", { name: "Late use" })).toMatchObject({ status: "approval_required" });
  expect(posts()).toBe(0);
});

it("a clock that was set back brings no deadline back", async () => {
  const id = await ask("Back");
  const { decide_by } = await world.app.gate.approval(world.agent, id);
  // The record has seen a later time than the clock tells now.
  world.clock.set(Date.parse(decide_by) - 1000);
  await world.read("get_lists");
  world.clock.set(Date.parse(decide_by) - 120_000);
  await expect(approve(world.app, id, "anna")).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("clock") });
  expect(posts()).toBe(0);
  expect(await other.gate.deny(id, "ben", null)).toMatchObject({ status: "denied" });
});

it("a record that an earlier Halyard wrote is voided, not used", async () => {
  const id = await ask("Old");
  await world.app.gate.approve(id, "anna", { run: false });
  // As an upgrade finds it: the same row, of the form before.
  await world.app.store.approvals.transition(id, ["approved"], "approved", { record_version: 1 });
  expect(await world.write("create_list", { name: "Old" })).toMatchObject({ status: "approval_required" });
  expect(await world.app.gate.approval(world.agent, id)).toMatchObject({
    status: "voided",
    status_reason: expect.stringContaining("another version"),
  });
  expect(posts()).toBe(0);
});

it.each([
  ["the hold", { held_until: 1 }],
  ["the risk", { risk: 0 }],
  ["who edited it", { edited_by: "anna" }],
  ["the deadline", { use_by: Number.MAX_SAFE_INTEGER }],
  ["what was seen", { seen_sealed: null }],
] as const)("%s cannot be changed behind our back", async (_, patch) => {
  const id = await ask("Tampered");
  const change = patch as Parameters<typeof world.app.store.approvals.transition>[3];
  const before = await world.app.store.approvals.find(id);
  await world.app.store.approvals.transition(id, ["pending"], "pending", change ?? {});
  const isChanged = JSON.stringify(await world.app.store.approvals.find(id)) !== JSON.stringify(before);
  if (isChanged) await expect(approve(world.app, id, "anna")).rejects.toMatchObject({ code: "audit_broken" });
  else expect(before?.seen_sealed).toBeNull();
  expect(posts()).toBe(0);
});
