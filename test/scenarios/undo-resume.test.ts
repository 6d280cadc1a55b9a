import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp, type App } from "../../src/app.ts";
import type { CallResult } from "../../src/gate/call.ts";
import type { Store } from "../../src/store/store.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: an undoing whose process was killed goes on where it was, and does no step twice that must not be done twice. */
let world: World;
let next: App | undefined;
let call: string;
let people: string[];
let tag: string;

beforeEach(async () => {
  world = await createWorld();
  world.setPolicy("version: 1\npreset: read-only\nrules:\n  - id: all\n    effect: allow\n    risk: [1, 2, 3, 4]\n");
  const list = idIn(await world.write("create_list", { name: "Lost" }));
  people = idsIn(await world.read("get_profiles", { page_size: 2 })).slice(0, 2);
  // Who has lately read of people is asked before anything goes out to them.
  world.clock.advance(3_600_000);
  await world.write("add_profiles_to_list", { id: list, profiles: people });
  tag = idIn(await world.write("create_tag", { name: "Kept" }));
  await world.write("tag_lists", { id: tag, lists: [list] });
  call = (await world.write("delete_list", { id: list })).call_id;
  world.ledger();
});
afterEach(async () => {
  await next?.close();
  next = undefined;
  await world.close();
});

const dataIn = (result: CallResult): unknown => ("body" in result ? (result.body as { data: unknown }).data : []);
const idsIn = (result: CallResult): string[] => [dataIn(result)].flat().map((one) => (one as { id: string }).id);
const idIn = (result: CallResult): string => idsIn(result)[0] ?? "";
const writes = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));
const undo = (app: App): Promise<CallResult> => app.gate.call(world.agent, { action: "undo", args: { call }, intent: "write" });

/** From the moment that the nth write is let go, nothing that this process does is on record any more: as if it had been killed there. */
function killAt(store: Store, nth: number, moment: "before" | "after"): void {
  const { leave } = store.intents;
  const { transaction } = store;
  const killed = new Error("killed");
  let left = 0;
  let isDead = false;
  store.intents.leave = async (...of) => {
    isDead ||= ++left === nth && moment === "before";
    if (isDead) throw killed;
    const isLet = await leave(...of);
    isDead = left === nth;
    return isLet;
  };
  store.transaction = (work) => (isDead ? Promise.reject(killed) : transaction(work));
}

async function killed(nth: number, moment: "before" | "after"): Promise<App> {
  killAt(world.app.store, nth, moment);
  await undo(world.app).catch(() => undefined);
  // It finds an open intent of a process that does not run any more.
  next = await openApp(world.config, { clock: world.clock });
  return next;
}

async function expectWhole(app: App): Promise<void> {
  const made = await app.gate.call(world.agent, { action: "get_lists", args: { filter: 'equals(name,"Lost")' }, intent: "read" });
  expect(idsIn(made)).toHaveLength(1);
  const members = await app.gate.call(world.agent, { action: "get_profile_ids_for_list", args: { id: idIn(made) }, intent: "read" });
  expect(idsIn(members).toSorted()).toEqual(people.toSorted());
  const tagged = await app.gate.call(world.agent, { action: "get_list_ids_for_tag", args: { id: tag }, intent: "read" });
  expect(idsIn(tagged)).toEqual(idsIn(made));
  expect(await app.store.beforeImages.find(call)).toMatchObject({ steps_done: 3, step_call: null, undone_at: expect.any(Number) });
  expect(await app.verifyAudit()).not.toHaveProperty("bad");
}

describe("an undoing that is killed", () => {
  it.each(["before", "after"] as const)("%s its second step was sent goes on: that step may be done again", async (moment) => {
    const app = await killed(2, moment);
    const result = await undo(app);
    expect(result).toMatchObject({ status: "done", undo: { steps_done: 3, steps: 3 } });
    const [create, ...rest] = writes();
    expect(create).toBe("POST /api/lists");
    expect(rest.filter((line) => line === "POST /api/lists")).toEqual([]);
    await expectWhole(app);
  });

  it.each(["before", "after"] as const)("%s its first step was sent stays there: whether that was done is not known", async (moment) => {
    const app = await killed(1, moment);
    await expect(undo(app)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("not known") });
    expect(writes()).toEqual(moment === "before" ? [] : ["POST /api/lists"]);
    expect(await app.store.beforeImages.find(call)).toMatchObject({ steps_done: 0, undone_at: null });
  });

  it("while another process does a step, is not done by two", async () => {
    killAt(world.app.store, 2, "after");
    await undo(world.app).catch(() => undefined);
    await expect(undo(world.app)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("at this moment") });
    expect(writes()).toHaveLength(2);
  });

  it("in its last step is over once that is found to have happened", async () => {
    const app = await killed(3, "after");
    const { step_call: last } = (await app.store.beforeImages.find(call)) ?? {};
    await app.store.calls.update(last ?? "", { status: "done" });
    await expect(undo(app)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(`was undone by ${last}`) });
    expect(writes()).toHaveLength(3);
    await expectWhole(app);
    const { events } = await app.callStory(call);
    expect(events.filter(({ event }) => event === "undone")).toHaveLength(1);
  });
});
