import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "../../test/fixtures/world.ts";
import type { ApprovalRequired, CallResult } from "./call.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const VIP = { name: "VIP customers" };
const lists = async (): Promise<string[]> => {
  const result = await world.read("get_lists");
  return [...JSON.stringify(result).matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name);
};

async function asked(action = "create_list", args: Parameters<World["write"]>[1] = VIP): Promise<ApprovalRequired> {
  const result = await world.write(action, args);
  if (result.status !== "approval_required") throw new Error(`expected to be asked, got ${result.status}`);
  return result;
}

const approve = (id: string, run = true) => world.app.gate.approve(id, "anna", { run });
const writesSeen = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));

describe("a read", () => {
  it("runs, and is on the record", async () => {
    expect(await lists()).toContain("Email List");
    const [call] = await world.app.activity({ limit: 1 });
    expect(call).toMatchObject({ action: "get_lists", operation: "get_lists", status: "done", verdict: "allow", http_status: 200 });
    const { events } = await world.app.callStory(call?.id ?? "");
    expect(events.map(({ event }) => event)).toEqual(["read"]);
  });

  it("that Klaviyo refuses is an error of ours, without its text", async () => {
    await expect(world.read("get_list", { id: "Nope00" })).rejects.toMatchObject({ code: "not_found" });
    expect((await world.app.activity({ limit: 1 }))[0]).toMatchObject({ status: "failed", error_code: "not_found" });
  });
});

describe("a write on a fresh connection", () => {
  it("waits for the owner and reaches the account zero times", async () => {
    const { approval_id, because } = await asked();
    expect(because).toContain("read-only");
    expect(writesSeen()).toEqual([]);
    const { card, status } = await world.app.gate.approval(world.agent, approval_id);
    expect(status).toBe("pending");
    expect(card).toMatchObject({ operation: "create_list", leaves: [{ path: "name", value: "VIP customers" }], agent: "claude" });
  });

  it("runs once on the owner's yes, and the agent that asks again is told the outcome, once", async () => {
    const { approval_id, call_id } = await asked();
    const view = await approve(approval_id);
    expect(view.result).toMatchObject({ status: "done", http_status: 201, call_id });
    expect(await lists()).toContain("VIP customers");
    expect(await world.write("create_list", VIP)).toMatchObject({
      status: "done",
      earlier: true,
      approval_id,
      body: { data: { attributes: VIP } },
    });
    const next = await asked();
    expect(next.approval_id).not.toBe(approval_id);
    expect(writesSeen()).toEqual(["POST /api/lists"]);
  });

  it("is sent by the agent's own next call when the owner leaves it so", async () => {
    const { approval_id } = await asked();
    expect(await approve(approval_id, false)).toMatchObject({ status: "approved" });
    expect(writesSeen()).toEqual([]);
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "done", approval_id });
    expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({ status: "done", result: { status: "done" } });
    await asked();
    expect(writesSeen()).toEqual(["POST /api/lists"]);
  });

  it("asked again while it waits is the same approval, however the JSON is written", async () => {
    const first = await asked("create_list", { name: "A", opt_in_process: "double_opt_in" });
    const second = await asked("create_list", { opt_in_process: "double_opt_in", name: "A" });
    expect(second.approval_id).toBe(first.approval_id);
    expect(second.call_id).not.toBe(first.call_id);
  });

  it("with any change is another approval, and the old one lets nothing else through", async () => {
    const { approval_id } = await asked();
    await approve(approval_id, false);
    const changed = await asked("create_list", { name: "VIP customers " });
    expect(changed.approval_id).not.toBe(approval_id);
    expect(writesSeen()).toEqual([]);
  });

  it("on the owner's no is denied, and stays so for a while", async () => {
    const { approval_id } = await asked();
    expect(await world.app.gate.deny(approval_id, "anna", "not now")).toMatchObject({ status: "denied", status_reason: "not now" });
    expect(await world.write("create_list", VIP)).toMatchObject({
      status: "denied",
      because: expect.stringContaining("The owner said no"),
    });
    await expect(approve(approval_id)).rejects.toMatchObject({ code: "conflict" });
    world.clock.advance(3_600_001);
    await asked();
    expect(writesSeen()).toEqual([]);
  });
});

describe("an approval runs out", () => {
  it("when nobody decides in time", async () => {
    const { approval_id } = await asked();
    world.clock.advance(24 * 3_600_000 + 1);
    await expect(approve(approval_id)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("expired") });
    expect((await asked()).approval_id).not.toBe(approval_id);
    expect(writesSeen()).toEqual([]);
  });

  it("when it is not used in time", async () => {
    const { approval_id } = await asked();
    await approve(approval_id, false);
    world.clock.advance(3_600_001);
    expect((await asked()).approval_id).not.toBe(approval_id);
    expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({ status: "expired" });
    expect(writesSeen()).toEqual([]);
  });
});

describe("an approval is void", () => {
  const cases: [what: string, change: () => Promise<void> | void, why: string][] = [
    [
      "the policy changed",
      () => world.setPolicy("version: 1\npreset: assistant\nrules: [{id: a, effect: ask, actions: [create_list]}]\n"),
      "policy",
    ],
    ["the policy file broke", () => world.setPolicy("version: 1\npreset: nonsense\n"), "unused"],
    ["the agent was revoked", async () => void (await world.app.agents.revoke("claude", "anna")), "agent"],
    ["the connection was revoked", async () => void (await world.app.connections.revoke("shop", "anna")), "connection"],
    ["the clock was set back", () => world.clock.advance(-120_000), "clock"],
  ];
  it.each(cases)("when %s before it is used", async (_, change, why) => {
    const { approval_id } = await asked();
    await approve(approval_id, false);
    await change();
    const caller = { ...world.agent };
    await world.app.gate.call(caller, { action: "create_list", args: VIP, intent: "write" }).catch(() => undefined);
    const row = await world.app.store.approvals.find(approval_id);
    expect(row?.status === "voided" ? row.status_reason : `not used: ${row?.status}`).toMatch(
      why === "unused" ? /not used: approved/ : new RegExp(why),
    );
    expect(writesSeen()).toEqual([]);
  });

  it("when its row was changed behind our back", async () => {
    const { approval_id } = await asked();
    await world.app.store.approvals.transition(approval_id, ["pending"], "pending", { card: JSON.stringify({ title: "harmless" }) });
    await expect(approve(approval_id)).rejects.toMatchObject({ code: "audit_broken" });
  });
});

describe("who may see and use an approval", () => {
  it("is its own agent and the owner", async () => {
    const { approval_id } = await asked();
    const { token } = await world.app.agents.add({ name: "other", connection: "shop" });
    const other = await world.app.agents.byToken(token.reveal(), "http");
    await expect(world.app.gate.approval(other, approval_id)).rejects.toMatchObject({ code: "not_found" });
    await approve(approval_id, false);
    expect(await world.app.gate.call(other, { action: "create_list", args: VIP, intent: "write" })).toMatchObject({
      status: "approval_required",
    });
    expect(writesSeen()).toEqual([]);
  });
});

describe("a call that is refused", () => {
  it.each([
    ["unknown_action", "crate_list", {}],
    ["invalid_arguments", "create_list", { nmae: "x" }],
    ["invalid_arguments", "create_list", []],
    ["ambiguous_action", "create_tag_relationships", { id: "x" }],
    ["usage", "get_lists", {}],
  ] as const)("%s leaves a row and reaches nothing", async (code, action, args) => {
    await expect(world.write(action, args as never)).rejects.toMatchObject({ code });
    expect((await world.app.activity({ limit: 1 }))[0]).toMatchObject({ status: "refused", error_code: code });
    expect(world.ledger()).toEqual([]);
  });

  it("a write through the read tool", async () => {
    await expect(world.read("delete_list", { id: "Abc123" })).rejects.toMatchObject({
      code: "usage",
      hint: expect.stringContaining("write"),
    });
    expect(world.ledger()).toEqual([]);
  });

  it("when too many wait already", async () => {
    await world.close();
    world = await createWorld({ limits: { maxPending: 2 } });
    await asked("create_list", { name: "1" });
    await asked("create_list", { name: "2" });
    expect(await world.write("create_list", { name: "3" })).toMatchObject({
      status: "denied",
      because: expect.stringContaining("2 approvals are waiting"),
    });
    await asked("create_list", { name: "1" });
  });
});

describe("a write that the policy allows", () => {
  beforeEach(() => world.setPolicy("version: 1\npreset: operator\nrules: []\n"));

  it("runs at once, with intent before and outcome after", async () => {
    const result: CallResult = await world.write("create_list", VIP);
    expect(result).toMatchObject({ status: "done", http_status: 201 });
    const { call, events } = await world.app.callStory(result.call_id);
    expect(call).toMatchObject({ status: "done", verdict: "allow", approval_id: null });
    expect(events.map(({ event }) => event)).toEqual(["received", "decided", "intent", "outcome"]);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("that Klaviyo refuses is rejected, and says what was wrong", async () => {
    const person = { email: "twice@example.com" };
    await world.write("create_profile", person);
    world.clock.advance(60_000);
    expect(await world.write("create_profile", person)).toMatchObject({ status: "rejected", error: { code: "conflict" } });
  });
});

it("the story of an approved call is whole, in order, and verifies", async () => {
  const { approval_id, call_id } = await asked();
  await approve(approval_id);
  const { events } = await world.app.callStory(call_id);
  expect(events.map(({ event }) => event)).toEqual([
    "received",
    "looked",
    "decided",
    "approval.asked",
    "approval.approved",
    "looked",
    "approval.consumed",
    "intent",
    "approval.done",
    "outcome",
  ]);
  expect(await world.app.verifyAudit()).toMatchObject({ rows: expect.any(Number) });
  expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
});

it("fifty that use one approval at the same time send once", async () => {
  const { approval_id } = await asked();
  await approve(approval_id, false);
  const results = await Promise.all(Array.from({ length: 50 }, () => world.write("create_list", VIP)));
  expect(writesSeen()).toEqual(["POST /api/lists"]);
  expect(results.filter((result) => result.status === "done" && !result.earlier)).toHaveLength(1);
  // The others meet it while it is on its way, or are told what became of it; none makes a new approval.
  const others = results.filter((result) => result.status === "in_progress" || ("earlier" in result && result.earlier));
  expect(others.length).toBeGreaterThan(0);
});

it("approve and deny at the same time: what holds is one of the two, and both are told which", async () => {
  const { approval_id } = await asked();
  await Promise.allSettled([approve(approval_id), world.app.gate.deny(approval_id, "ben", null)]);
  const { status } = await world.app.gate.approval(world.agent, approval_id);
  expect(["done", "denied", "voided"]).toContain(status);
  expect(writesSeen()).toEqual(status === "done" ? ["POST /api/lists"] : []);
});

it("a yes that was left to the agent can be taken back", async () => {
  const { approval_id } = await asked();
  await approve(approval_id, false);
  expect(await world.app.gate.deny(approval_id, "anna", null)).toMatchObject({ status: "voided", status_reason: "the owner took it back" });
  await asked();
  expect(writesSeen()).toEqual([]);
});

describe("what stands between deciding and sending", () => {
  beforeEach(() => world.setPolicy("version: 1\npreset: operator\nrules: []\n"));

  it.each([
    ["the policy is locked", () => Promise.resolve(world.setPolicy("version: 1\npreset: locked\nrules: []\n"))],
    ["the agent is revoked", () => world.app.agents.revoke("claude", "anna")],
    ["the connection is revoked", () => world.app.connections.revoke("shop", "anna")],
  ])("a write that waits for a free window does not go once %s", async (_, change) => {
    // The first takes the windows; the wait for the next is when things change.
    world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: "rate_limit", times: 1 }]);
    world.clock.advance(61_000);
    const wait = world.clock.wait;
    let changed: unknown;
    world.clock.wait = async (waitMs) => {
      changed ??= await change();
      return wait(waitMs);
    };
    const result = await world.write("create_list", VIP);
    expect(result).toMatchObject({ status: "failed" });
    expect(world.sandbox.control.ledger().filter(({ method, status }) => method === "POST" && status < 300)).toEqual([]);
  });

  it("an answer that cannot be written down is told as it is", async () => {
    const { store } = world.app;
    await world.write("create_tag", { name: "first" });
    world.ledger();
    const { transaction } = store;
    let transactions = 0;
    store.transaction = (work) => (++transactions > 1 ? Promise.reject(new Error("disk")) : transaction(work));
    const result = await world.write("create_list", VIP).finally(() => (store.transaction = transaction));
    expect(result).toMatchObject({ status: "done", unrecorded: true });
    expect(writesSeen()).toEqual(["POST /api/lists"]);
  });

  it("a close waits for what is under way and refuses what comes after", async () => {
    const running = world.write("create_list", VIP);
    await world.app.gate.close();
    expect(await running).toMatchObject({ status: "done" });
    await expect(world.write("create_list", VIP)).rejects.toMatchObject({ code: "store_unavailable" });
  });
});

it("the owner's own call is sent each time it is confirmed", async () => {
  const owner = await world.app.agents.owner("shop");
  const create = () => world.app.gate.call(owner, { action: "create_list", args: VIP, intent: "write" }) as Promise<ApprovalRequired>;
  await approve((await create()).approval_id);
  await approve((await create()).approval_id);
  expect(writesSeen()).toEqual(["POST /api/lists", "POST /api/lists"]);
});

it("an outcome that nobody asked for in time is no answer to a new call", async () => {
  const { approval_id } = await asked();
  await approve(approval_id);
  world.clock.advance(3_600_001);
  expect((await asked()).approval_id).not.toBe(approval_id);
});

it("an unknown outcome stays the answer until someone has looked", async () => {
  const { approval_id } = await asked();
  world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: "drop_after", times: 1 }]);
  expect(await approve(approval_id)).toMatchObject({ result: { status: "unknown" } });
  for (const _ of [1, 2])
    expect(await world.write("create_list", VIP)).toMatchObject({ status: "unknown", how_to_check: expect.any(String) });
  expect(writesSeen()).toEqual(["POST /api/lists"]);
});

it("what a broken policy denied before stays denied, reads included", async () => {
  world.setPolicy("version: 1\npreset: read-only\nrules: [{id: no-people, effect: deny, areas: [profiles]}]\n");
  expect(await world.read("get_profiles")).toMatchObject({ status: "denied" });
  world.setPolicy("version: 1\npreset: read-onl\n");
  expect(await world.read("get_profiles")).toMatchObject({ status: "denied" });
  expect(await world.read("get_lists")).toMatchObject({ status: "done" });
});

describe("what the owner saw", () => {
  const listIds = async () =>
    [...JSON.stringify(await world.read("get_lists")).matchAll(/"type":"list","id":"(\w+)"|"id":"(\w+)"[^{}]*"type":"list"/g)].map(
      (found) => found[1] ?? found[2] ?? "",
    );

  it("is on the card with its name, and a change of it voids the yes", async () => {
    const [id = ""] = await listIds();
    const first = await asked("delete_list", { id });
    expect((await world.app.gate.approval(world.agent, first.approval_id)).card.target).toMatchObject({
      id,
      type: "list",
      name: expect.any(String),
    });
    world.setPolicy("version: 1\npreset: read-only\nrules: [{id: rename, effect: allow, actions: [update_list]}]\n");
    const second = await asked("delete_list", { id });
    await world.write("update_list", { id, name: "Renamed meanwhile" });
    expect(await approve(second.approval_id)).toMatchObject({
      status: "voided",
      status_reason: expect.stringContaining("not as the owner saw it"),
    });
    expect(world.ledger().filter((line) => line.startsWith("DELETE"))).toEqual([]);
    const third = await asked("delete_list", { id });
    expect((await world.app.gate.approval(world.agent, third.approval_id)).card.target?.name).toBe("Renamed meanwhile");
    expect(await approve(third.approval_id)).toMatchObject({ status: "done", result: { status: "done" } });
  });

  it("of a send is the audience with its numbers; another audience or subject needs another yes", async () => {
    world.setPolicy("version: 1\npreset: operator\nrules: []\n");
    const campaigns = JSON.stringify(
      await world.read("get_campaigns", { filter: 'equals(messages.channel,"email"),equals(status,"Draft")' }),
    );
    const id = /"type":"campaign","id":"(\w+)"/.exec(campaigns)?.[1] ?? /"id":"(\w{26})"/.exec(campaigns)?.[1] ?? "";
    const lists = await listIds();
    const first = await asked("send_campaign", { id });
    const { card } = await world.app.gate.approval(world.agent, first.approval_id);
    expect(card.target).toMatchObject({ type: "campaign", id });
    expect(card.audience.length).toBeGreaterThan(0);
    expect(card.people).toMatchObject({ basis: "estimated", count: expect.any(Number) });
    expect(await world.write("update_campaign", { id, audiences: { included: lists.slice(0, 3) } })).toMatchObject({ status: "done" });
    expect(await approve(first.approval_id)).toMatchObject({ status: "voided" });
    expect(world.ledger().filter((line) => line === "POST /api/campaign-send-jobs")).toEqual([]);
  });
});

it("a raise does not carry a call out of the rule that its operation falls under", async () => {
  world.setPolicy(
    "version: 1\npreset: operator\nrules: [{id: none-new, effect: deny, kinds: [create]}, {id: out, effect: allow, kinds: [export]}]\n",
  );
  const args = { name: "feed", url: "https://feeds.example/x", request_method: "get", content_type: "json" };
  const result = await world.write("create_web_feed", args);
  expect(result).toMatchObject({ status: "denied", because: "The owner's policy does not allow this call." });
  const [call] = await world.app.activity({ limit: 1 });
  expect(call).toMatchObject({ status: "denied", because: expect.stringContaining("none-new") });
});
