import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallResult } from "../../src/gate/call.ts";
import { createWorld, type World } from "../fixtures/world.ts";
import { halyard, httpAgent } from "../fixtures/doors.ts";

/** The promise: a call can be taken back like any call is made, never easier, and what is said of it is true. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  policy("allow");
});
afterEach(() => world.close());

const DAY_MS = 24 * 3_600_000;

function policy(effect: "allow" | "ask" | "deny", deletes: "allow" | "ask" | "deny" = effect): void {
  const rule = (id: string, kinds: string, verdict: string) => `  - id: ${id}\n    effect: ${verdict}\n    kinds: [${kinds}]\n`;
  world.setPolicy(
    `version: 1\npreset: read-only\nrules:\n${rule("writes", "create, update, relate, unrelate, send-message", effect)}${rule("deletes", "delete", deletes)}`,
  );
}

const undo = (call: string): Promise<CallResult> => world.write("undo", { call });
const approve = (id: string) => world.app.gate.approve(id, "anna", { run: true });
const writes = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));

async function listOf(name: string): Promise<{ id: string; call: string }> {
  const result = await world.write("create_list", { name });
  const body = "body" in result ? (result.body as { data: { id: string } }) : undefined;
  return { id: body?.data.id ?? "", call: result.call_id };
}
async function renamed(): Promise<{ id: string; call: string }> {
  const { id } = await listOf("Before");
  const { call_id } = await world.write("update_list", { id, name: "After" });
  world.ledger();
  return { id, call: call_id };
}
async function nameOf(id: string): Promise<unknown> {
  const result = await world.read("get_list", { id });
  return "body" in result ? (result.body as { data: { attributes: { name: string } } }).data.attributes.name : result;
}

describe("an undo is decided like any write (H10)", () => {
  it("is done at once where the policy allows the inverse, and both calls tell of it", async () => {
    const { id, call } = await renamed();
    const result = await undo(call);
    expect(result).toMatchObject({
      status: "done",
      operation: "update_list",
      undo: { call, steps_done: 1, steps: 1, class: "exact", drift: "none" },
    });
    expect(await nameOf(id)).toBe("Before");
    for (const each of [call, result.call_id]) {
      const { events } = await world.app.callStory(each);
      expect(events.find(({ event }) => event === "undo")?.fields).toMatchObject({ call, by: result.call_id });
    }
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("is asked where the inverse is asked, although the write was allowed", async () => {
    const { call } = await listOf("Made");
    policy("allow", "ask");
    world.ledger();
    const asked = await undo(call);
    expect(asked).toMatchObject({ status: "approval_required", operation: "delete_list" });
    expect(writes()).toEqual([]);
    const approvalId = "approval_id" in asked ? (asked.approval_id ?? "") : "";
    const { card } = await world.app.gate.approval(world.agent, approvalId);
    expect(card.undoes).toMatchObject({ call, step: 1, steps: 1, drift: "none" });
    expect((await approve(approvalId)).result).toMatchObject({ status: "done" });
    expect(writes().map((line) => line.split("/").slice(0, 3).join("/"))).toEqual(["DELETE /api/lists"]);
    await expect(undo(call)).rejects.toMatchObject({ code: "conflict" });
  });

  it("is denied where the inverse is denied, and does not use another call's approval", async () => {
    const { id, call } = await listOf("Made");
    policy("allow", "ask");
    const plain = await world.write("delete_list", { id });
    const approvalId = "approval_id" in plain ? (plain.approval_id ?? "") : "";
    await world.app.gate.approve(approvalId, "anna", { run: false });
    expect(await undo(call)).toMatchObject({ status: "approval_required" });
    policy("allow", "deny");
    world.ledger();
    expect(await undo(call)).toMatchObject({ status: "denied" });
    expect(writes()).toEqual([]);
  });

  it("is only for one's own calls, is no read, and takes a call's id alone", async () => {
    const { call } = await renamed();
    const { token } = await world.app.agents.add({ name: "other", connection: "shop" });
    const other = await world.app.agents.byToken(token.reveal(), "stdio");
    const input = { action: "undo", args: { call }, intent: "write" } as const;
    await expect(world.app.gate.call(other, input)).rejects.toMatchObject({ code: "not_found" });
    await expect(world.app.gate.call(world.agent, { ...input, intent: "read" })).rejects.toMatchObject({ code: "usage" });
    await expect(world.write("undo", { call, force: true })).rejects.toMatchObject({ code: "invalid_arguments" });
    await expect(world.write("undo", { call: "call_nothing" })).rejects.toMatchObject({ code: "not_found" });
    expect(writes()).toEqual([]);
  });

  it("undoes once; the undoing itself can be undone", async () => {
    const { id, call } = await renamed();
    const first = await undo(call);
    await expect(undo(call)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(first.call_id) });
    expect(await undo(first.call_id)).toMatchObject({ status: "done" });
    expect(await nameOf(id)).toBe("After");
  });

  it("two at once send one", async () => {
    const { call } = await renamed();
    const results = await Promise.allSettled([undo(call), undo(call), undo(call)]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(writes()).toHaveLength(1);
  });
});

describe("what others changed since", () => {
  it("is shown and asked, although the policy allows it, and a change after the card voids it", async () => {
    const { id, call } = await renamed();
    await world.write("update_list", { id, name: "Theirs" });
    world.ledger();
    const asked = await undo(call);
    expect(asked).toMatchObject({ status: "approval_required", undo: { drift: "changed" } });
    const approvalId = "approval_id" in asked ? (asked.approval_id ?? "") : "";
    const { card } = await world.app.gate.approval(world.agent, approvalId);
    expect(card.undoes?.changed_since.join()).toContain('"After" → "Theirs"');
    expect(writes()).toEqual([]);
    await world.write("update_list", { id, name: "Theirs again" });
    expect(await approve(approvalId)).toMatchObject({ status: "voided" });
    expect(await nameOf(id)).toBe("Theirs again");
  });

  it("is not overwritten by --yes alone", async () => {
    await world.close();
    world = await createWorld({ realTime: true });
    policy("allow");
    const { id, call } = await renamed();
    await world.write("update_list", { id, name: "Theirs" });
    const plain = await halyard(world, ["undo", call, "--yes"]);
    expect([plain.status, plain.stderr]).toEqual([2, expect.stringContaining("--over-changes")]);
    expect(await nameOf(id)).toBe("Theirs");
  });
});

describe("the before-image", () => {
  it("is read once, together with the look for the card", async () => {
    const { id } = await listOf("Once");
    policy("ask");
    world.ledger();
    await world.write("update_list", { id, name: "Twice" });
    expect(world.ledger().filter((line) => line.startsWith(`GET /api/lists/${id}`))).toHaveLength(1);
  });

  it("of something that is not there refuses a write that nobody is asked about, before anything is sent", async () => {
    await expect(world.write("update_list", { id: "Nope00", name: "x" })).rejects.toMatchObject({ code: "not_found" });
    expect(writes()).toEqual([]);
  });

  it("that cannot be read stops an allowed write: the owner decides on a card that says so", async () => {
    const { id } = await listOf("Kept");
    world.sandbox.control.setFaults([{ fault: "missing_scope", match: { operation: "get_list" } }]);
    world.ledger();
    const asked = await world.write("update_list", { id, name: "Blind" });
    expect(asked).toMatchObject({ status: "approval_required" });
    expect(writes()).toEqual([]);
    const { card } = await world.app.gate.approval(world.agent, "approval_id" in asked ? (asked.approval_id ?? "") : "");
    expect(card.undo).toMatchObject({ class: "none", until: null });
  });

  it("is sealed, and gone after its time", async () => {
    const { call } = await renamed();
    expect((await world.app.store.beforeImages.find(call))?.sealed).not.toContain("Before");
    world.clock.advance(30 * DAY_MS - 1000);
    expect((await world.app.activity({ limit: 5 })).find((row) => row.id === call)?.undo).toMatchObject({ state: "open" });
    world.clock.advance(2000);
    await world.app.gate.recover();
    expect(await world.app.store.beforeImages.find(call)).toMatchObject({ sealed: null, after_sealed: null });
    await expect(undo(call)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("could be undone until") });
  });

  it("goes with its connection", async () => {
    const { call } = await renamed();
    await world.app.connections.revoke("shop", "anna");
    expect(await world.app.store.beforeImages.find(call)).toMatchObject({ sealed: null });
  });
});

describe("an undo before or at the moment of the sending (F9)", () => {
  it("cancels what waits or is approved; it is not sent", async () => {
    policy("ask");
    const asked = await world.write("create_list", { name: "Wait" });
    const approvalId = "approval_id" in asked ? (asked.approval_id ?? "") : "";
    await world.app.gate.approve(approvalId, "anna", { run: false });
    world.ledger();
    expect(await undo(asked.call_id)).toEqual({ status: "cancelled", call_id: asked.call_id, operation: "create_list" });
    await expect(world.app.gate.approve(approvalId, "anna", { run: true })).rejects.toMatchObject({ code: "conflict" });
    expect(writes()).toEqual([]);
  });

  it.each(Array.from({ length: 12 }, (_, at) => at))("is one of cancelled and sent, truthfully (race %i)", async (at) => {
    policy("ask");
    const asked = await world.write("create_list", { name: `Race ${at}` });
    const approvalId = "approval_id" in asked ? (asked.approval_id ?? "") : "";
    world.ledger();
    const pair = [
      () => approve(approvalId).catch((thrown: unknown) => thrown),
      () => undo(asked.call_id).catch((thrown: unknown) => thrown),
    ];
    const [first, second] = at % 2 === 0 ? pair : pair.toReversed();
    const results = await Promise.all([first?.(), second?.()]);
    const isCancelled = results.some((result) => (result as CallResult).status === "cancelled");
    expect(writes()).toHaveLength(isCancelled ? 0 : 1);
  });
});

it("an agent at its door is told in words, and how far it has come", async () => {
  const { call } = await renamed();
  const agent = await httpAgent(world);
  const { data } = await agent.call("write", { action: "undo", args: { call }, reason: "a mistake" });
  expect(data).toMatchObject({ status: "done", undo: { call, steps_done: 1, steps: 1 } });
  await agent.close();
});
