import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import type { Json } from "../../src/lib/json.ts";
import type { FaultKind } from "../../src/sandbox/server/faults.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: when an answer is lost, the gate finds out by itself what became of the write, and nothing is done twice meanwhile. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy(
    "version: 1\npreset: operator\nrules: [{id: all, effect: allow, risk: [0, 1, 2, 3, 4]}]\negress: {hosts: [example.com]}\n",
  );
  world.clock.advance(61_000);
});
afterEach(() => world.close());

const VIP = { name: "VIP" };

function fault(kind: FaultKind, more: { ms?: number; status?: number; times?: number } = {}): void {
  world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: kind, times: 1, ...more }]);
}

/** Time passes for the gateway and the account alike, and whoever comes by looks up what is due. */
async function pass(ms: number): Promise<void> {
  world.clock.advance(ms);
  world.sandbox.control.advance(ms);
  await world.app.gate.reconcile();
}

const effects = (operation: string): number =>
  world.sandbox.control.ledger().filter((entry) => entry.operation === operation && entry.changed !== undefined).length;
const posts = (): number => world.sandbox.control.ledger().filter(({ method }) => method === "POST").length;
const lastCall = async () => (await world.app.activity({ limit: 1 }))[0];

async function eventsOf(callId: string) {
  return (await world.app.callStory(callId)).events.map(({ event, fields }) => [event, fields["status"] ?? null]);
}

describe("a write that happened although its answer was lost", () => {
  const cases: [action: string, args: Json][] = [
    ["create_list", VIP],
    ["create_tag", { name: "Not there yet" }],
    ["create_tag_group", VIP],
    ["create_coupon", { external_id: "SUMMER", description: "ten percent" }],
    ["create_template", { name: "Hello", editor_type: "CODE", html: "<html><body>Hi</body></html>" }],
    ["create_profile", { email: "lost@example.com", first_name: "Lost" }],
    [
      "create_catalog_item",
      { external_id: "X1", title: "Mug", description: "A mug", url: "https://example.com/mug", price: 9.5, integration_type: "$custom" },
    ],
    [
      "create_segment",
      {
        name: "All",
        definition: {
          condition_groups: [
            { conditions: [{ type: "profile-property", property: "email", filter: { type: "existence", operator: "is-set" } }] },
          ],
        },
      },
    ],
    ["create_web_feed", { name: "feed", url: "https://example.com/feed.json", request_method: "get", content_type: "json" }],
  ];
  it.each(cases)("%s: found, told as done with what was made, and a further ask is a new call", async (action, args) => {
    fault("drop_after");
    const lost = await world.write(action, args);
    expect(lost).toMatchObject({ status: "unknown", looking_until: expect.any(String) });
    await pass(2000);
    expect(await lastCall()).toMatchObject({ status: "done", error_code: null });
    expect(await eventsOf(lost.call_id)).toEqual([
      ["received", null],
      ["decided", null],
      ["intent", null],
      ["outcome", "unknown"],
      ["reconciled", "done"],
    ]);
    const told = await world.write(action, args);
    expect(told).toMatchObject({
      status: "done",
      earlier: true,
      found_out: expect.stringContaining("get_"),
      body: { data: { id: expect.any(String) } },
    });
    expect(posts()).toBe(1);
    expect(effects(action)).toBe(1);
    await world.write(action, args);
    expect(posts()).toBe(2);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });
});

describe("a delete whose every answer was lost", () => {
  const GONE = { status: "done", earlier: true, found_out: expect.any(String) };
  const NOT_THERE = expect.objectContaining({ code: "not_found" });
  async function lost(): Promise<{ id: string }> {
    const made = await world.write("create_list", VIP);
    if (!("body" in made)) throw new Error(`no list: ${made.status}`);
    const { id } = (made.body as { data: { id: string } }).data;
    world.sandbox.control.setFaults([{ match: { method: "DELETE" }, fault: "drop_after", times: 10 }]);
    expect(await world.write("delete_list", { id })).toMatchObject({ status: "unknown" });
    world.sandbox.control.clearFaults();
    return { id };
  }

  it("and asked again before anybody looked, is told as done, both times", async () => {
    const list = await lost();
    expect(await world.write("delete_list", list)).toMatchObject(GONE);
    expect((await world.app.activity({ limit: 2 })).map(({ status }) => status)).toEqual(["done", "done"]);
    expect(effects("delete_list")).toBe(1);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("and found out by looking, is told as done once; what comes after that is another delete", async () => {
    const list = await lost();
    await pass(2000);
    await pass(130_000);
    expect(await lastCall()).toMatchObject({ status: "done" });
    expect(await world.write("delete_list", list)).toMatchObject(GONE);
    await expect(world.write("delete_list", list)).rejects.toEqual(NOT_THERE);
  });

  it("of a kind whose state is not read before: sent again, and what it finds is told as done, once", async () => {
    const made = await world.write("create_webhook", {
      name: "orders",
      endpoint_url: "https://example.com/hook",
      secret_key: "a-secret-of-sixteen-or-more",
      webhook_topics: ["event:klaviyo.sent_sms"],
    });
    const made_ =
      made.status === "approval_required" ? (await world.app.gate.approve(made.approval_id, "anna", { run: true })).result : made;
    if (!made_ || !("body" in made_)) throw new Error(`no webhook: ${JSON.stringify(made_)}`);
    const { id } = (made_.body as { data: { id: string } }).data;
    world.sandbox.control.setFaults([{ match: { method: "DELETE" }, fault: "drop_after", times: 10 }]);
    expect(await world.write("delete_webhook", { id })).toMatchObject({ status: "unknown" });
    world.sandbox.control.clearFaults();
    expect(await world.write("delete_webhook", { id })).toMatchObject({ status: "done", http_status: 404 });
    expect(await world.write("delete_webhook", { id })).toMatchObject({ status: "rejected", error: { code: "not_found" } });
    expect(effects("delete_webhook")).toBe(1);
  });

  it("of something else says nothing of this one", async () => {
    await lost();
    await expect(world.write("delete_list", { id: "Nobody1" })).rejects.toEqual(NOT_THERE);
  });
});

it("what was found out can be undone, and what did not happen has nothing to undo", async () => {
  fault("drop_after");
  const lost = await world.write("create_tag", { name: "Made unseen" });
  await pass(2000);
  const tags = (): string => JSON.stringify([...world.sandbox.control.dump(["tags"])]);
  expect(tags()).toContain("Made unseen");
  // It was not read right after the write, so whether others changed it since cannot be told: that is asked.
  const asked = await world.write("undo", { call: lost.call_id });
  if (asked.status !== "approval_required") throw new Error(asked.status);
  expect(await world.app.gate.approve(asked.approval_id, "anna", { run: true })).toMatchObject({ status: "done" });
  expect(tags()).not.toContain("Made unseen");
  fault("drop_before");
  const never = await world.write("create_tag", { name: "Never made" });
  await pass(60_000);
  await pass(60_000);
  await expect(world.write("undo", { call: never.call_id })).rejects.toMatchObject({
    code: expect.stringMatching(/^(conflict|not_found|usage)$/),
  });
});

describe("a write that did not happen", () => {
  it("is not taken for absent before the window is over, and may then be sent again", async () => {
    fault("drop_before");
    const lost = await world.write("create_list", VIP);
    for (const ms of [2000, 3000, 10_000, 15_000, 30_000, 59_000]) {
      await pass(ms);
      expect(await world.write("create_list", VIP)).toMatchObject({ status: "unknown" });
    }
    await pass(1000);
    expect(await eventsOf(lost.call_id)).toContainEqual(["reconciled", "not_done"]);
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "done", http_status: 201 });
    expect([posts(), effects("create_list")]).toEqual([2, 1]);
  });

  it("is not taken for done because something like it was there before", async () => {
    await world.write("create_tag_group", VIP);
    await world.write("create_list", VIP);
    await pass(1000);
    fault("drop_before", { times: 2 });
    const group = await world.write("create_tag_group", VIP);
    const list = await world.write("create_list", VIP);
    await pass(60_000);
    await pass(60_000);
    for (const { call_id } of [group, list]) expect(await eventsOf(call_id)).toContainEqual(["reconciled", "not_done"]);
  });

  it("stays unknown while something has its name but another content", async () => {
    fault("drop_before");
    const args = { name: "Hello", editor_type: "CODE", html: "<html><body>Hi</body></html>" };
    const lost = await world.write("create_template", args);
    await world.write("create_template", { ...args, html: "<html><body>Ho</body></html>" });
    // Somebody else's: made with another key, so no call of ours claims it.
    await foreignTemplate("Hello");
    await pass(60_000);
    await pass(60_000);
    expect(await eventsOf(lost.call_id)).not.toContainEqual(["reconciled", expect.anything()]);
    await pass(24 * 3_600_000);
    expect(await world.write("create_template", args)).toMatchObject({
      status: "approval_required",
      because: expect.stringContaining("unknown"),
    });
  });
});

async function foreignTemplate(name: string): Promise<void> {
  const response = await fetch(`${world.sandbox.url}/api/templates`, {
    method: "POST",
    headers: { authorization: `Klaviyo-API-Key ${world.sandbox.keys.full}`, revision: "2026-07-15", "content-type": "application/json" },
    body: JSON.stringify({
      data: { type: "template", attributes: { name, editor_type: "CODE", html: "<html><body>Theirs</body></html>" } },
    }),
  });
  expect(response.status).toBe(201);
}

describe("an effect that comes late", () => {
  it("inside the window is found and told as done, once", async () => {
    fault("late_effect", { ms: 60_000 });
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "unknown" });
    await pass(30_000);
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "unknown" });
    await pass(30_000);
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "done", earlier: true });
    expect(effects("create_list")).toBe(1);
  });

  it("after the window is raised as late (M7)", async () => {
    fault("late_effect", { ms: 200_000 });
    const lost = await world.write("create_list", VIP);
    await pass(60_000);
    await pass(60_000);
    expect(await eventsOf(lost.call_id)).toContainEqual(["reconciled", "not_done"]);
    await pass(180_000);
    expect(await lastCall()).toMatchObject({ status: "done", error_code: "happened_late" });
    expect(await world.app.outcomes()).toMatchObject({ unknown: [], alarms: [{ call_id: lost.call_id, alarm: "late" }] });
    expect(await world.app.overview(world.agent)).toMatchObject({ unknown_outcomes: 0, late_or_twice: 1 });
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("after it was sent again is raised as twice (M7)", async () => {
    fault("late_effect", { ms: 200_000 });
    const lost = await world.write("create_list", VIP);
    await pass(60_000);
    await pass(60_000);
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "done", http_status: 201 });
    await pass(180_000);
    expect(effects("create_list")).toBe(2);
    expect(await world.app.outcomes()).toMatchObject({ alarms: [{ call_id: lost.call_id, alarm: "twice" }] });
  });

  it("of an event is dropped by Klaviyo, for the gate has set its key (M7)", async () => {
    const event = { properties: { n: 1 }, metric: { name: "Tried" }, profile: { email: "lost@example.com" } };
    fault("late_effect", { ms: 200_000 });
    expect(await world.write("create_event", event)).toMatchObject({ status: "unknown" });
    await pass(60_000);
    await pass(60_000);
    expect(await world.write("create_event", event)).toMatchObject({ status: "accepted" });
    await pass(180_000);
    await pass(60_000);
    expect(eventRows()).toBe(1);
    expect(await world.app.outcomes()).toMatchObject({ alarms: [] });
    // Once it is done and told, the same words are a new event.
    expect(await world.write("create_event", event)).toMatchObject({ status: "accepted" });
    await pass(60_000);
    expect(eventRows()).toBe(2);
  });

  it("that a proxy delivers twice is raised", async () => {
    fault("duplicate_delivery");
    world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: "drop_after", times: 1 }]);
    const lost = await world.write("create_list", VIP);
    await foreignList("VIP");
    await pass(2000);
    expect(await world.app.outcomes()).toMatchObject({ alarms: [{ call_id: lost.call_id, alarm: "twice" }] });
  });
});

async function foreignList(name: string): Promise<void> {
  await fetch(`${world.sandbox.url}/api/lists`, {
    method: "POST",
    headers: { authorization: `Klaviyo-API-Key ${world.sandbox.keys.full}`, revision: "2026-07-15", "content-type": "application/json" },
    body: JSON.stringify({ data: { type: "list", attributes: { name } } }),
  });
}

function eventRows(): number {
  return [...world.sandbox.control.dump(["events"])].filter(({ row }) => JSON.stringify(row).includes("halyard-")).length;
}

describe("a write that no read can find", () => {
  const subscribe = { profiles: [{ email: "lost@example.com", subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } } }] };

  it("stays unknown, says how to check, and only the owner has it sent again", async () => {
    fault("drop_after");
    const lost = await world.write("bulk_subscribe_profiles", subscribe);
    expect(lost).toMatchObject({ status: "unknown", how_to_check: expect.stringContaining("ask the owner") });
    expect(lost).not.toHaveProperty("looking_until");
    await pass(120_000);
    expect(await world.write("bulk_subscribe_profiles", subscribe)).toMatchObject({ status: "approval_required" });
    expect(posts()).toBe(1);
  });
});

describe("several processes", () => {
  it("share the looking: each look is one process's", async () => {
    fault("drop_after");
    await world.write("create_list", VIP);
    const other = await openApp(world.config, { clock: world.clock });
    world.clock.advance(2000);
    world.ledger();
    const looks = await Promise.all([world.app.gate.reconcile(), other.gate.reconcile(), world.app.gate.reconcile()]);
    expect(looks.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(world.ledger().filter((line) => line.startsWith("GET /api/lists"))).toHaveLength(1);
    await other.close();
  });
});
