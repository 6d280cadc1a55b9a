import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApprovalRequired } from "../../src/gate/call.ts";
import type { Json } from "../../src/lib/json.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: what the owner changes, allows for good or refuses is what counts, and an agent cannot wear the owner down. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const gate = () => world.app.gate;
const approve = (id: string) => gate().approve(id, "anna", { run: true });
const writes = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));
const shownCard = async (id: string) => (await gate().approval(world.agent, id)).card;

async function asked(action: string, args: Json): Promise<ApprovalRequired> {
  const result = await world.write(action, args);
  if (result.status !== "approval_required") throw new Error(`expected to be asked, got ${JSON.stringify(result)}`);
  return result;
}

describe("approve, but change", () => {
  it("is a new card with its own digest; what is sent is what it shows, and the agent is told", async () => {
    const first = await asked("create_list", { name: "VIP 2025", opt_in_process: "single_opt_in" });
    const before = await gate().approval(world.agent, first.approval_id);
    const edited = await gate().edit(first.approval_id, "anna", { name: "VIP 2026" });
    expect(edited).toMatchObject({ status: "pending", edited_by: "anna", card: { since: { approval: first.approval_id } } });
    expect(edited.digest).not.toBe(before.digest);
    expect(edited.card.since?.changes).toEqual([{ path: "name", before: "VIP 2025", after: "VIP 2026" }]);
    expect(writes()).toEqual([]);
    await expect(approve(first.approval_id)).rejects.toMatchObject({ code: "conflict" });
    const args = { name: "VIP 2025", opt_in_process: "single_opt_in" };
    expect(await world.write("create_list", args)).toMatchObject({ status: "approval_required", approval_id: edited.approval_id });
    expect(await approve(edited.approval_id)).toMatchObject({ status: "done", result: { executed: { name: "VIP 2026" } } });
    expect(await world.write("create_list", args)).toMatchObject({
      status: "done",
      earlier: true,
      executed: { ...args, name: "VIP 2026" },
      body: { data: { attributes: { name: "VIP 2026" } } },
    });
    expect(writes()).toEqual(["POST /api/lists"]);
  });

  it("is held to the same rules as every call", async () => {
    const { approval_id } = await asked("create_list", { name: "VIP" });
    await expect(gate().edit(approval_id, "anna", { nmae: "x" })).rejects.toMatchObject({ code: "invalid_arguments" });
    await expect(gate().edit(approval_id, "anna", { name: "VIP" })).rejects.toMatchObject({ code: "usage" });
    world.setPolicy(
      'version: 1\npreset: read-only\nrules: [{id: no, effect: deny, actions: [create_list], where: {args.name: {equals: "Secret"}}}]\n',
    );
    await expect(gate().edit(approval_id, "anna", { name: "Secret" })).rejects.toMatchObject({ code: "denied" });
    expect(writes()).toEqual([]);
  });
});

describe("always allow this", () => {
  it("is a rule of the policy, for exactly these arguments, with its author", async () => {
    const { approval_id } = await asked("create_list", { name: "VIP" });
    const { rule } = await gate().standing(approval_id, "call");
    expect(rule.where).toEqual({ call: { equals: (await gate().approval(world.agent, approval_id)).digest } });
    expect(await gate().approve(approval_id, "anna", { run: true, always: "call" })).toMatchObject({ status: "done" });
    const [version] = await world.app.policyDesk.history(await world.app.connections.find("shop"));
    expect(version).toMatchObject({ author: "anna", document: expect.stringContaining(rule.id) });
    await world.write("create_list", { name: "VIP" });
    expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "done" });
    expect(await world.write("create_list", { name: "VIP 2" })).toMatchObject({ status: "approval_required" });
    const { token } = await world.app.agents.add({ name: "other", connection: "shop" });
    const other = await world.app.agents.byToken(token.reveal(), "http");
    expect(await gate().call(other, { action: "create_list", args: { name: "VIP" }, intent: "write" })).toMatchObject({
      status: "approval_required",
    });
  });

  it("of a target or an action covers those, of this agent alone", async () => {
    const made = await approve((await asked("create_list", { name: "A" })).approval_id);
    const id = /"id":"(\w{6})"/.exec(JSON.stringify(made.result))?.[1] ?? "";
    await gate().approve((await asked("update_list", { id, name: "B" })).approval_id, "anna", { run: true, always: "target" });
    expect(await world.write("update_list", { id, name: "C" })).toMatchObject({ status: "done" });
    expect(await world.write("update_list", { id, opt_in_process: "single_opt_in" })).toMatchObject({ status: "approval_required" });
    expect(await world.write("update_list", { id: "Other0", name: "C" })).toMatchObject({ status: "approval_required" });
    await gate().approve((await asked("create_tag", { name: "one" })).approval_id, "anna", { run: true, always: "action" });
    expect(await world.write("create_tag", { name: "two" })).toMatchObject({ status: "done" });
  });

  it("is refused from risk 4 on, and where another rule would ask all the same; then nothing is decided", async () => {
    world.setPolicy("version: 1\npreset: assistant\nrules: [{id: look, effect: ask, actions: [create_tag]}]\n");
    const grave = await asked("bulk_suppress_profiles", { profiles: [{ email: "a@example.com" }] });
    const asks = await asked("create_tag", { name: "one" });
    for (const { approval_id } of [grave, asks]) {
      await expect(gate().approve(approval_id, "anna", { run: true, always: "call" })).rejects.toMatchObject({ code: "usage" });
      expect(await gate().approval(world.agent, approval_id)).toMatchObject({ status: "pending" });
    }
    expect(writes()).toEqual([]);
  });
});

describe("a call that was denied", () => {
  const update = (name: string) => ({ id: "Abc123", name });

  it("and comes again a little changed is shown as a variant, and cools down", async () => {
    const first = await asked("update_list", update("VIP"));
    await gate().deny(first.approval_id, "anna", "leave it");
    expect(await world.write("update_list", update("VIP!"))).toMatchObject({
      status: "denied",
      because: expect.stringContaining("nearly this call"),
    });
    world.clock.advance(60_001);
    const second = await asked("update_list", update("VIP!"));
    expect((await shownCard(second.approval_id)).variant).toMatchObject({
      denied: first.approval_id,
      reason: "leave it",
      changes: [{ path: "name", before: "VIP", after: "VIP!" }],
    });
    await gate().deny(second.approval_id, "anna", null);
    world.clock.advance(60_001);
    expect(await world.write("update_list", update("VIP!!"))).toMatchObject({ status: "denied" });
    world.clock.advance(60_000);
    expect(await world.write("update_list", update("VIP!!"))).toMatchObject({ status: "approval_required" });
    expect(writes()).toEqual([]);
  });

  it("is no variant where it is about something else", async () => {
    await gate().deny((await asked("update_list", update("VIP"))).approval_id, "anna", null);
    await gate().deny((await asked("create_list", { name: "Friends of the house" })).approval_id, "anna", null);
    for (const [action, args] of [
      ["update_list", { id: "Xyz789", name: "VIP" }],
      ["create_list", { name: "Winter" }],
      ["create_tag", { name: "VIP" }],
    ] as const)
      expect((await shownCard((await asked(action, args)).approval_id)).variant).toBeUndefined();
  });

  it("three times over pauses the agent's writes until the owner lets it go on", async () => {
    await gate().deny((await asked("create_list", { name: "VIP" })).approval_id, "anna", null);
    for (let time = 1; time <= 3; time++) expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "denied" });
    await expect(world.write("create_tag", { name: "other" })).rejects.toMatchObject({ code: "paused" });
    expect(await world.read("get_lists")).toMatchObject({ status: "done" });
    expect((await world.app.agents.list())[0]).toMatchObject({ pause_reason: expect.stringContaining("create_list") });
    await world.app.agents.resume("claude", "anna");
    await expect(world.app.agents.resume("claude", "anna")).rejects.toMatchObject({ code: "conflict" });
    expect(await world.write("create_tag", { name: "other" })).toMatchObject({ status: "approval_required" });
    expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "denied" });
    expect(await world.write("create_tag", { name: "another" })).toMatchObject({ status: "approval_required" });
    expect(writes()).toEqual([]);
  });

  it("by a limit that time frees does not pause", async () => {
    world.setPolicy("version: 1\npreset: operator\nrules: []\ncaps: { writes: { per_day: 0 } }\n");
    for (let time = 1; time <= 5; time++) expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "denied" });
    expect((await world.app.agents.list())[0]?.paused_at).toBeNull();
  });
});

describe("cards of the same shape", () => {
  it("are known by it, whatever their values", async () => {
    for (const name of ["A", "Bee", "Century"]) await asked("create_list", { name });
    await asked("create_list", { name: "D", opt_in_process: "single_opt_in" });
    const shapes = (await gate().approvals({ status: "pending" })).map(({ shape }) => shape);
    const counts = [...new Set(shapes)].map((one) => shapes.filter((shape) => shape === one).length);
    expect(counts.toSorted((one, other) => one - other)).toEqual([1, 3]);
  });
});
