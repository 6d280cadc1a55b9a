import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallResult } from "../../src/gate/call.ts";
import type { BeforeImageRow } from "../../src/store/tables/before-images.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: what is kept for undoing holds people's data no longer than it may, and nobody is brought back who was erased. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy("version: 1\npreset: read-only\nrules:\n  - id: all\n    effect: allow\n    risk: [1, 2, 3, 4, 5]\n");
});
afterEach(() => world.close());

const DAY_MS = 86_400_000;
const ERASED = { sealed: null, after_sealed: null, steps_sealed: null, erased_at: expect.any(Number) };

const idIn = (result: CallResult): string => ("body" in result ? (result.body as { data: { id: string } }).data.id : "");
const kept = async (call: string): Promise<BeforeImageRow | undefined> => world.app.store.beforeImages.find(call);
const undo = (call: string): Promise<CallResult> => world.write("undo", { call });

async function person(name: string): Promise<{ id: string; email: string }> {
  const email = `${name}@example.com`;
  const result = await world.write("create_profile", { email, first_name: name });
  expect(result).toMatchObject({ status: "done" });
  return { id: idIn(result), email };
}
/** Takes the calls under the owner's yes where they are asked. */
async function done(action: string, args: Record<string, unknown>): Promise<string> {
  const result = await world.write(action, JSON.parse(JSON.stringify(args)));
  if (result.status === "approval_required") await world.app.gate.approve(result.approval_id, "anna", { run: true });
  expect(await world.app.store.calls.find(result.call_id)).toMatchObject({ status: expect.stringMatching(/^(done|accepted)$/) });
  return result.call_id;
}
const renamed = ({ id }: { id: string }, name: string): Promise<string> => done("update_profile", { id, first_name: name });

describe("a day that is erased", () => {
  it("takes what was kept on it along; what was kept on another stays", async () => {
    const ada = await person("ada");
    const early = await renamed(ada, "Augusta");
    expect((await kept(early))?.sealed).toMatch(/^hd1\.day_2026-07-15_/);
    world.clock.advance(DAY_MS);
    const later = await renamed(ada, "Ada");
    world.clock.advance(DAY_MS);
    await world.app.audit.erase({ from: "2026-07-15", to: "2026-07-16" }, "anna");
    expect(await kept(early)).toMatchObject(ERASED);
    await expect(undo(early)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("is erased") });
    expect(await undo(later)).toMatchObject({ status: "done" });
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("takes along what was kept earlier once a step of its undoing was done on it", async () => {
    const list = idIn(await world.write("create_list", { name: "Lost" }));
    const { id } = await person("ada");
    await done("add_profiles_to_list", { id: list, profiles: [id] });
    const call = await done("delete_list", { id: list });
    world.clock.advance(DAY_MS);
    world.setPolicy(
      "version: 1\npreset: read-only\nrules:\n  - id: lists\n    effect: allow\n    actions: [create_list]\n  - id: joins\n    effect: deny\n    actions: [add_profiles_to_list]\n",
    );
    expect(await undo(call)).toMatchObject({ status: "denied", undo: { steps_done: 1, steps: 2 } });
    expect((await kept(call))?.steps_sealed).toMatch(/^hd1\.day_2026-07-16_/);
    world.clock.advance(DAY_MS);
    await world.app.audit.erase({ from: "2026-07-16", to: "2026-07-17" }, "anna");
    expect(await kept(call)).toMatchObject(ERASED);
  });
});

describe("a person who is erased", () => {
  it("is erased from what was kept as well, by whatever identifier; others are not", async () => {
    const [ada, bob] = [await person("ada"), await person("bob")];
    const list = idIn(await world.write("create_list", { name: "VIP" }));
    const calls = {
      ada: await renamed(ada, "Augusta"),
      adaJoins: await done("add_profiles_to_list", { id: list, profiles: [ada.id] }),
      bob: await renamed(bob, "Robert"),
    };
    // The list was kept by ids alone: the email stands beside the id in what else was kept.
    await done("request_profile_deletion", { profile: { email: ada.email.toUpperCase() } });
    expect([await kept(calls.ada), await kept(calls.adaJoins)]).toMatchObject([ERASED, ERASED]);
    expect((await kept(calls.bob))?.erased_at).toBeNull();
    await expect(undo(calls.ada)).rejects.toMatchObject({ code: "conflict" });
    expect(await undo(calls.bob)).toMatchObject({ status: "done" });
    const { events } = await world.app.callStory(calls.ada);
    expect(events.at(-1)).toMatchObject({ event: "before_image.erased", fields: { reason: "the person was erased" } });
  });

  it("stays in it where Klaviyo refused the erasure", async () => {
    const ada = await person("ada");
    const call = await renamed(ada, "Augusta");
    world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: "missing_scope" }]);
    const asked = await world.write("request_profile_deletion", { profile: { email: ada.email } });
    const approvalId = "approval_id" in asked ? (asked.approval_id ?? "") : "";
    expect(await world.app.gate.approve(approvalId, "anna", { run: true })).toMatchObject({ status: "rejected" });
    expect((await kept(call))?.erased_at).toBeNull();
  });
});

it("what was undone is not kept any longer", async () => {
  const call = await renamed(await person("ada"), "Augusta");
  expect((await kept(call))?.after_sealed).not.toBeNull();
  expect(await undo(call)).toMatchObject({ status: "done" });
  expect(await kept(call)).toMatchObject({ sealed: null, after_sealed: null, steps_sealed: null, undone_at: expect.any(Number) });
  const row = (await world.app.activity({ limit: 9 })).find(({ id }) => id === call);
  expect(row?.undo).toMatchObject({ state: "undone" });
});

it("what was kept through a connection is erased when that is revoked, on the disk as well", async () => {
  const call = await renamed(await person("ada"), "Augusta");
  const { purged } = await world.app.connections.revoke("shop", "anna");
  expect([await kept(call), purged]).toMatchObject([ERASED, true]);
});
