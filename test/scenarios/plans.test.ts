import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import type { ApprovalRequired, CallResult } from "../../src/gate/call.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: several calls can be asked as one, in their order and with every value shown; nothing beyond, reordered or changed goes under that yes. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const call = (action: string, args: JsonObject): JsonObject => ({ action, args });
const list = (name: string): JsonObject => call("create_list", { name });
const THREE = [list("Spring 1"), list("Spring 2"), call("create_tag", { name: "spring" })];
const plan = (calls: JsonObject[]): Promise<CallResult> => world.write("plan", { calls }, "spring sale");
const writes = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));
const approve = (id: string) => world.app.gate.approve(id, "anna", { run: true });

async function asked(calls: JsonObject[]): Promise<ApprovalRequired> {
  const result = await plan(calls);
  if (result.status !== "approval_required") throw new Error(`expected to be asked, got ${JSON.stringify(result)}`);
  return result;
}

it("is one card with a card for each step, runs in order on one yes, and is told step by step", async () => {
  const { approval_id } = await asked(THREE);
  const { card } = await world.app.gate.approval(world.agent, approval_id);
  expect(card).toMatchObject({ operation: "plan", agent_says: "spring sale", effect: { risk: 1 } });
  expect(card.steps?.map(({ leaves }) => leaves)).toEqual([
    [{ path: "name", value: "Spring 1" }],
    [{ path: "name", value: "Spring 2" }],
    [{ path: "name", value: "spring" }],
  ]);
  expect(await world.app.gate.approvals({ status: "pending" })).toHaveLength(1);
  expect(writes()).toEqual([]);
  const view = await approve(approval_id);
  expect(view).toMatchObject({ status: "done", result: { status: "plan_done" } });
  expect(writes()).toEqual(["POST /api/lists", "POST /api/lists", "POST /api/tags"]);
  const again = await plan(THREE);
  expect(again).toMatchObject({
    status: "plan_done",
    earlier: true,
    steps: [{ step: 1, result: { status: "done" } }, { step: 2 }, { step: 3 }],
  });
  expect(writes()).toEqual([]);
  expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
});

it("the same plan asked again is the same approval; any other is another", async () => {
  const { approval_id } = await asked(THREE);
  expect((await asked(THREE)).approval_id).toBe(approval_id);
  const others = [[...THREE, list("Spring 3")], THREE.toReversed(), THREE.slice(0, 2), [list("Spring 1 "), ...THREE.slice(1)]];
  for (const other of others) expect((await asked(other)).approval_id).not.toBe(approval_id);
  await world.app.gate.approve(approval_id, "anna", { run: false });
  for (const other of others) expect(await plan(other)).toMatchObject({ status: "approval_required" });
  // Nor does one of its calls go alone.
  expect(await world.write("create_list", { name: "Spring 1" })).toMatchObject({ status: "approval_required" });
  expect(writes()).toEqual([]);
});

it("left to the agent, it goes when the agent asks again, once", async () => {
  const { approval_id } = await asked(THREE);
  await world.app.gate.approve(approval_id, "anna", { run: false });
  expect(writes()).toEqual([]);
  expect(await plan(THREE)).toMatchObject({ status: "plan_done", approval_id });
  expect(writes()).toHaveLength(3);
  expect((await asked(THREE)).approval_id).not.toBe(approval_id);
});

it("its steps are not decided one by one", async () => {
  const { approval_id } = await asked(THREE);
  const [, step] = await world.app.store.approvals.stepsOf(approval_id);
  await expect(approve(step?.id ?? "")).rejects.toMatchObject({ code: "usage" });
  await expect(world.app.gate.deny(step?.id ?? "", "anna", null)).rejects.toMatchObject({ code: "usage" });
});

it("stops at the first step that does not succeed, and tells which", async () => {
  const { approval_id } = await asked([list("Spring 1"), call("update_list", { id: "Nope00", name: "x" }), list("Spring 2")]);
  const { status, result } = await approve(approval_id);
  expect(status).toBe("rejected");
  expect(result).toMatchObject({
    status: "plan_stopped",
    steps: [{ result: { status: "done" } }, { result: { status: "rejected" } }, { step: 3 }],
  });
  expect(result && "steps" in result && result.steps[2]).not.toHaveProperty("result");
  expect(writes()).toEqual(["POST /api/lists", "PATCH /api/lists/Nope00"]);
  expect((await world.app.store.approvals.stepsOf(approval_id)).map((step) => step.status)).toEqual(["done", "rejected", "voided"]);
});

it("a step that may have happened ends it as unknown", async () => {
  const { approval_id } = await asked(THREE);
  world.sandbox.control.setFaults([{ match: { method: "POST", path: "/api/lists" }, fault: "drop_after", times: 1 }]);
  expect(await approve(approval_id)).toMatchObject({
    status: "unknown",
    result: { status: "plan_stopped", steps: [{ result: { status: "unknown" } }, {}, {}] },
  });
  expect(writes()).toHaveLength(1);
});

describe("the policy decides each call, and the strictest is the plan's", () => {
  it("a denied step denies all of it", async () => {
    world.setPolicy("version: 1\npreset: operator\nrules: [{id: no-tags, effect: deny, actions: [create_tag]}]\n");
    const result = await plan(THREE);
    expect(result).toMatchObject({ status: "denied", because: expect.stringContaining("Step 3") });
    expect(result.status === "denied" && result.because).not.toContain("no-tags");
    expect(writes()).toEqual([]);
  });

  it("what is allowed runs without being asked", async () => {
    world.setPolicy("version: 1\npreset: operator\nrules: []\n");
    expect(await plan(THREE)).toMatchObject({ status: "plan_done", steps: [{ result: { status: "done" } }, {}, {}] });
    expect(writes()).toHaveLength(3);
  });

  it("one that is asked has all of it asked", async () => {
    world.setPolicy("version: 1\npreset: operator\nrules: [{id: ask-tags, effect: ask, actions: [create_tag]}]\n");
    await asked(THREE);
    expect(writes()).toEqual([]);
  });
});

it("is voided as a whole where what one step acts on has changed", async () => {
  const found = /"type":"list","id":"(\w+)"/.exec(JSON.stringify(await world.read("get_lists")))?.[1] ?? "";
  world.setPolicy("version: 1\npreset: read-only\nrules: [{id: rename, effect: allow, actions: [update_list]}]\n");
  const { approval_id } = await asked([list("Spring 1"), call("delete_list", { id: found })]);
  await world.write("update_list", { id: found, name: "Renamed meanwhile" });
  world.ledger();
  expect(await approve(approval_id)).toMatchObject({ status: "voided", status_reason: expect.stringContaining("step 2") });
  expect(writes()).toEqual([]);
});

it("a no is for all of it, and lasts", async () => {
  const { approval_id } = await asked(THREE);
  await world.app.gate.deny(approval_id, "anna", "not in spring");
  expect((await world.app.store.approvals.stepsOf(approval_id)).map(({ status }) => status)).toEqual(["denied", "denied", "denied"]);
  expect(await plan(THREE)).toMatchObject({ status: "denied", because: expect.stringContaining("not in spring") });
});

it.each([
  ["no list", {}],
  ["a single call", { calls: [list("x")] }],
  ["a plan inside", { calls: [list("x"), { action: "plan", args: {} }] }],
  ["something beside", { calls: [list("x"), list("y")], approved: true }],
  ["more than an action and its arguments", { calls: [list("x"), { ...list("y"), confirm: true }] }],
  ["a read", { calls: [list("x"), call("get_lists", {})] }],
  ["a call that is wrong", { calls: [list("x"), call("create_list", { nmae: "y" })] }],
] as const)("with %s is refused, and leaves a row", async (_, args) => {
  await expect(world.write("plan", args as never)).rejects.toMatchObject({ code: expect.stringMatching(/invalid_arguments|usage/) });
  expect((await world.app.activity({ limit: 1 }))[0]).toMatchObject({ action: "plan", status: "refused" });
  expect(world.ledger()).toEqual([]);
});

it("a process that dies between two steps leaves an end that is true", async () => {
  const { approval_id } = await asked(THREE);
  const { transaction } = world.app.store;
  let intents = 0;
  // The second step's transaction never comes.
  world.app.store.transaction = (work) =>
    transaction(async (tables) => {
      const { insert } = tables.intents;
      return work({
        ...tables,
        intents: { ...tables.intents, insert: (row) => (++intents > 1 ? Promise.reject(new Error("killed")) : insert(row)) },
      });
    });
  await approve(approval_id).catch(() => undefined);
  world.app.store.transaction = transaction;
  expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({ status: "consumed" });
  world.clock.advance(6 * 60_000);
  const next = await openApp(world.config, { clock: world.clock });
  await next.close();
  expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({
    status: "failed",
    result: { status: "plan_stopped", steps: [{ result: { status: "done" } }, {}, {}] },
  });
  expect(writes()).toEqual(["POST /api/lists"]);
});

describe("a cap that a plan would go over in the middle", () => {
  const capped = (preset: string, perDay: number): void =>
    world.setPolicy(`version: 1\npreset: ${preset}\nrules: []\ncaps: {writes: {per_day: ${perDay}}}\n`);
  const OVER = "A limit that the owner set is reached; time frees it again.";

  it.each(["read-only", "operator"])("denies all of it, whether it would be asked or is allowed: %s", async (preset) => {
    capped(preset, 2);
    expect(await plan(THREE)).toMatchObject({ status: "denied", because: OVER });
    expect((await world.app.activity({ limit: 1 }))[0]?.because).toBe(
      'The cap "writes" is 2 in a day; 0 are used, and this plan would use 3.',
    );
    expect(writes()).toEqual([]);
    expect(await plan(THREE.slice(0, 2))).toMatchObject({ status: preset === "operator" ? "plan_done" : "approval_required" });
  });

  it("keeps an approved one from beginning, when others used the cap up meanwhile", async () => {
    world.setPolicy(
      "version: 1\npreset: read-only\nrules: [{id: tags, actions: [create_tag], effect: allow}]\ncaps: {writes: {per_day: 3}}\n",
    );
    const { approval_id } = await asked([list("Spring 1"), list("Spring 2"), list("Spring 3")]);
    expect(await world.write("create_tag", { name: "first" })).toMatchObject({ status: "done" });
    world.ledger();
    expect(await approve(approval_id)).toMatchObject({
      status: "voided",
      status_reason: "all of it together goes over a limit that the owner set",
    });
    expect(writes()).toEqual([]);
  });
});
