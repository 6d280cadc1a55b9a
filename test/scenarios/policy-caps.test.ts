import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallResult } from "../../src/gate/call.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: what is counted over time is never exceeded, however it is cut into calls, and whatever the rules say. */
let world: World;
beforeEach(async () => {
  world = await createWorld({ limits: { maxPending: 50 } });
});
afterEach(() => world.close());

const HOUR_MS = 3_600_000;
const caps = (text: string, rule = "effect: allow, risk: [1, 2, 3, 4]"): void =>
  world.setPolicy(`version: 1\npreset: operator\nrules: [{id: all, ${rule}}]\ncaps: ${text}\n`);
const statusOf = ({ status }: CallResult): string => status;
let serial = 0;
const tag = (): Promise<CallResult> => {
  // So that the newest call is the last one.
  world.clock.advance(1);
  return world.write("create_tag", { name: `t${serial++}` });
};
const because = async (): Promise<string> => (await world.app.activity({ limit: 1 }))[0]?.because ?? "";
const idsOf = async (action: string): Promise<string[]> => {
  // By the owner: an agent that reads what outsiders can write is asked more.
  const result = await world.app.gate.call(await world.app.agents.owner("shop"), { action, args: {}, intent: "read" });
  return "body" in result ? (result.body as { data: { id: string }[] }).data.map(({ id }) => id) : [];
};

const writes = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));

describe("writes", () => {
  it("up to the cap run, the next is denied with its reason, and time frees it", async () => {
    caps("{writes: {per_hour: 2, per_day: 3}}");
    expect([await tag(), await tag(), await tag()].map(statusOf)).toEqual(["done", "done", "denied"]);
    expect(await because()).toBe('The cap "writes" is 2 in an hour; 2 are used, and this call would use 1.');
    world.clock.advance(HOUR_MS);
    expect([await tag(), await tag()].map(statusOf)).toEqual(["done", "denied"]);
    expect(await because()).toContain("3 in a day");
    world.clock.advance(23 * HOUR_MS);
    expect([await tag(), await tag(), await tag()].map(statusOf)).toEqual(["done", "done", "denied"]);
    expect(writes()).toHaveLength(5);
  });

  it("the agent is not told which cap, nor how much", async () => {
    caps("{writes: {per_hour: 1}}");
    await tag();
    expect(await tag()).toMatchObject({ status: "denied", because: "A limit that the owner set is reached; time frees it again." });
  });

  it("that come at once: exactly as many as the cap", async () => {
    caps("{writes: {per_day: 5}}");
    const results = await Promise.all(Array.from({ length: 20 }, tag));
    expect(results.filter(({ status }) => status === "done")).toHaveLength(5);
    expect(results.filter(({ status }) => status === "denied")).toHaveLength(15);
    expect(writes()).toHaveLength(5);
  });

  it("of several agents count together, and each by itself", async () => {
    caps("{writes: {per_day: 3, each_agent: {per_day: 2}}}");
    const { token } = await world.app.agents.add({ name: "cursor", connection: "shop" });
    const other = await world.app.agents.byToken(token.reveal(), "http");
    const byOther = (): Promise<CallResult> => {
      world.clock.advance(1);
      return world.app.gate.call(other, { action: "create_tag", args: { name: `t${serial++}` }, intent: "write" });
    };
    expect([await tag(), await tag(), await tag()].map(statusOf)).toEqual(["done", "done", "denied"]);
    expect(await because()).toContain("2 in a day for each agent");
    expect([await byOther(), await byOther()].map(statusOf)).toEqual(["done", "denied"]);
    expect(await because()).toContain("3 in a day;");
  });

  it("survive a policy that came later, a restart of the count, and a clock that is set back", async () => {
    caps("{}");
    await tag();
    await tag();
    caps("{writes: {per_day: 2}}");
    expect(statusOf(await tag())).toBe("denied");
    world.clock.advance(-2 * HOUR_MS);
    expect(statusOf(await tag())).toBe("denied");
  });

  it("that the owner approves count too: an approved call over the cap does not go", async () => {
    caps("{writes: {per_day: 1}}", "effect: ask, risk: [1, 2, 3, 4]");
    const [first, second] = [await tag(), await tag()];
    if (first.status !== "approval_required" || second.status !== "approval_required") throw new Error("expected to be asked");
    expect(await world.app.gate.approve(first.approval_id, "anna", { run: true })).toMatchObject({
      status: "done",
      result: { status: "done" },
    });
    expect(await world.app.gate.approve(second.approval_id, "anna", { run: true })).toMatchObject({
      status: "voided",
      status_reason: "the policy denies it: A limit that the owner set is reached; time frees it again.",
    });
    const { events } = await world.app.callStory(second.call_id);
    expect(events.map(({ fields }) => fields["because"])).toContainEqual(expect.stringContaining('The cap "writes" is 1 in a day'));
    expect(statusOf(await tag())).toBe("denied");
    expect(writes()).toHaveLength(1);
  });
});

describe("deletions", () => {
  it("cut into single calls meet the cap, and so does one call that holds many", async () => {
    caps("{deletes: {per_day: 3}}");
    const tags: string[] = [];
    for (let n = 0; n < 5; n++) {
      const made = await tag();
      tags.push("body" in made ? (made.body as { data: { id: string } }).data.id : "");
    }
    const statuses: string[] = [];
    for (const id of tags) statuses.push(statusOf(await world.write("delete_tag", { id })));
    expect(statuses).toEqual(["done", "done", "done", "denied", "denied"]);
    const items = Array.from({ length: 4 }, (_, at) => `$custom:::$default:::${at}`);
    expect(statusOf(await world.write("bulk_delete_catalog_items", { items }))).toBe("denied");
  });
});

describe("people", () => {
  it("are counted by how many a call touches, not by calls", async () => {
    caps("{people_touched: {per_day: 5}}");
    const [list = ""] = await idsOf("get_lists");
    const people = await idsOf("get_profiles");
    const add = (from: number, to: number) => world.write("add_profiles_to_list", { id: list, profiles: people.slice(from, to) });
    expect([await add(0, 3), await add(3, 6), await add(3, 5), await add(5, 6)].map(statusOf)).toEqual([
      "done",
      "denied",
      "done",
      "denied",
    ]);
    expect(statusOf(await tag())).toBe("done");
  });

  it("behind a list count as its members, looked up; and where that fails, the call is denied", async () => {
    caps("{people_touched: {per_day: 1000000}}");
    const [list = ""] = await idsOf("get_lists");
    expect(statusOf(await world.write("bulk_suppress_profiles", { list }))).toMatch(/done|accepted/);
    const { people_touched: used } = await world.app.store.capUses.used(world.agent.connectionId, world.agent.agentId, world.clock.now());
    const size = await world.read("get_list", { id: list, additional_fields_list: ["profile_count"] });
    const members = "body" in size ? (size.body as { data: { attributes: { profile_count: number } } }).data.attributes.profile_count : -1;
    expect(used.all.day).toBe(members);
    world.clock.advance(1);
    expect(statusOf(await world.write("bulk_suppress_profiles", { list: "Nope00" }))).toBe("denied");
    expect(await because()).toContain("How many people it touches cannot be told");
    expect(statusOf(await world.write("create_profile_bulk_export_job_beta", {}))).toBe("denied");
  });
});

describe("sends, rows and approvals", () => {
  it("a send is one, whatever it is called", async () => {
    caps("{sends: {per_day: 0}}");
    expect(statusOf(await world.write("send_campaign", { id: "01ABC" }))).toBe("denied");
    expect(statusOf(await world.write("update_flow", { id: "F1", status: "live" }))).toBe("denied");
    expect(statusOf(await tag())).toBe("done");
  });

  it("rows that were read are added up, and then reads end", async () => {
    caps("{reads_rows: {per_hour: 25}}");
    const read = async (): Promise<string> => statusOf(await world.read("get_profiles", { page_size: 10 }));
    expect([await read(), await read(), await read(), await read()]).toEqual(["done", "done", "done", "denied"]);
    expect(statusOf(await tag())).toBe("done");
    world.clock.advance(HOUR_MS);
    expect(await read()).toBe("done");
  });

  it("approvals wait up to the cap, of each agent and of all", async () => {
    caps("{pending_approvals: {at_once: 3, each_agent: {at_once: 2}}}", "effect: ask, risk: [1]");
    expect([await tag(), await tag(), await tag()].map(statusOf)).toEqual(["approval_required", "approval_required", "denied"]);
    const { token } = await world.app.agents.add({ name: "cursor", connection: "shop" });
    const other = await world.app.agents.byToken(token.reveal(), "http");
    const byOther = (): Promise<CallResult> => {
      world.clock.advance(1);
      return world.app.gate.call(other, { action: "create_tag", args: { name: `t${serial++}` }, intent: "write" });
    };
    expect([await byOther(), await byOther()].map(statusOf)).toEqual(["approval_required", "denied"]);
  });
});
