import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import type { ApprovalRequired } from "../../src/gate/call.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: what an owner approved to be sent waits, can be stopped until it has left, and then goes once, whoever is there to send it. */
let world: World;
let campaign: string;
beforeEach(async () => {
  world = await createWorld();
  // As with the real clock, a wait lets the network have its turn.
  const { wait } = world.clock;
  world.clock.wait = async (waitMs) => {
    await turn();
    return wait(waitMs);
  };
  campaign = await draftCampaign();
});
afterEach(() => world.close());

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function draftCampaign(): Promise<string> {
  const filter = 'equals(messages.channel,"email"),equals(status,"Draft")';
  const found = await world.read("get_campaigns", { filter });
  const ids = [...JSON.stringify(found).matchAll(/"type":"campaign","id":"(\w+)"/g)].map(([, id = ""]) => id);
  // One that can be sent has a subject and a template.
  for (const id of ids) {
    const whole = JSON.stringify(await world.read("get_campaign", { id, include: ["campaign-messages"] }));
    if (!whole.includes('"subject":""')) return id;
  }
  throw new Error("The shop has no campaign that can be sent");
}

const sends = (): string[] => world.ledger().filter((line) => line === "POST /api/campaign-send-jobs");
const approve = (id: string) => world.app.gate.approve(id, "anna", { run: true });
const ask = async (): Promise<ApprovalRequired> => {
  const result = await world.write("send_campaign", { id: campaign }, "it is Wednesday");
  if (result.status !== "approval_required") throw new Error(`expected to be asked, got ${JSON.stringify(result)}`);
  return result;
};

it("goes when its time has come, once, and the agent is told in between", async () => {
  const { approval_id } = await ask();
  const held = await approve(approval_id);
  expect(held).toMatchObject({ status: "approved", goes_by_itself: true, goes_at: "2026-07-15T10:01:00.000Z" });
  expect(await world.write("send_campaign", { id: campaign })).toMatchObject({ status: "held", approval_id, by_itself: true });
  // Looking at the account may have taken a while.
  world.clock.set(Date.parse(held.goes_at ?? "") - 1);
  expect(await world.app.gate.sendDue()).toBe(0);
  expect(sends()).toEqual([]);
  world.clock.advance(1);
  expect(await world.app.gate.sendDue()).toBe(1);
  expect(await world.app.gate.sendDue()).toBe(0);
  expect(sends()).toHaveLength(1);
  expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({ status: "accepted", result: { status: "accepted" } });
  expect(await world.write("send_campaign", { id: campaign })).toMatchObject({ status: "accepted", earlier: true });
});

it("is sent by another process as well, for the hold is in the store", async () => {
  const { approval_id } = await ask();
  await approve(approval_id);
  world.clock.advance(60_000);
  const other = await openApp(world.config, { clock: world.clock });
  expect(await other.gate.sendDue()).toBe(1);
  expect(await world.app.gate.sendDue()).toBe(0);
  await other.close();
  expect(sends()).toHaveLength(1);
});

it("a process that stays sends it by itself", async () => {
  const { approval_id } = await ask();
  await approve(approval_id);
  const stopping = new AbortController();
  const attending = world.app.gate.attend(stopping.signal);
  while ((await world.app.gate.approval(world.agent, approval_id)).status !== "accepted") await turn();
  stopping.abort();
  await attending;
  expect(sends()).toHaveLength(1);
});

it("is stopped by the id of the approval or of the call, and stays stopped", async () => {
  const first = await ask();
  await approve(first.approval_id);
  expect(await world.app.gate.stop(first.approval_id, "anna")).toMatchObject({
    outcome: "stopped",
    approval: { status: "voided", status_reason: "the owner stopped it" },
  });
  await expect(world.app.gate.stop(first.approval_id, "anna")).rejects.toMatchObject({ code: "conflict" });
  const second = await ask();
  expect(second.approval_id).not.toBe(first.approval_id);
  await approve(second.approval_id);
  expect(await world.app.gate.stop(second.call_id, "anna")).toMatchObject({ outcome: "stopped" });
  world.clock.advance(120_000);
  await world.app.gate.sendDue();
  expect(sends()).toEqual([]);
});

it("what still waits for a decision, or went without one, cannot be stopped", async () => {
  const { approval_id } = await ask();
  await expect(world.app.gate.stop(approval_id, "anna")).rejects.toMatchObject({ code: "conflict", hint: expect.stringContaining("deny") });
  world.setPolicy("version: 1\npreset: operator\nrules: []\n");
  const ran = await world.write("create_list", { name: "VIP" });
  await expect(world.app.gate.stop(ran.call_id, "anna")).rejects.toMatchObject({ code: "conflict" });
});

it("expires when no process was there in time", async () => {
  const { approval_id } = await ask();
  await approve(approval_id);
  world.clock.advance(60_000 + 3_600_001);
  await world.app.gate.sendDue();
  expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({ status: "expired" });
  expect(sends()).toEqual([]);
});

it("does not go once the policy was tightened, and nothing else is asked in its place", async () => {
  const { approval_id } = await ask();
  await approve(approval_id);
  world.setPolicy("version: 1\npreset: locked\nrules: []\n");
  world.clock.advance(60_000);
  await world.app.gate.sendDue();
  expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({
    status: "voided",
    status_reason: expect.stringContaining("policy"),
  });
  expect(sends()).toEqual([]);
});

it("waits as long as the policy says, and not at all where it says 0", async () => {
  world.setPolicy("version: 1\npreset: read-only\nrules: []\nhold: { sends_seconds: 300 }\n");
  const long = await ask();
  expect((await world.app.gate.approval(world.agent, long.approval_id)).card.hold_seconds).toBe(300);
  expect(await approve(long.approval_id)).toMatchObject({ goes_at: "2026-07-15T10:05:00.000Z" });
  await world.app.gate.stop(long.approval_id, "anna");
  world.setPolicy("version: 1\npreset: read-only\nrules: []\nhold: { sends_seconds: 0 }\n");
  expect(await approve((await ask()).approval_id)).toMatchObject({ status: "accepted" });
});

it("what sends nothing does not wait", async () => {
  const result = await world.write("create_list", { name: "VIP" });
  const id = result.status === "approval_required" ? result.approval_id : "";
  expect(await approve(id)).toMatchObject({ status: "done" });
});

describe("a stop and the sending at the same moment", () => {
  it.each(Array.from({ length: 12 }, (_, round) => round))("end in one of the two, and both say which (%i)", async (round) => {
    const { approval_id } = await ask();
    await approve(approval_id);
    world.clock.advance(60_000);
    const other = await openApp(world.config, { clock: world.clock });
    // The stop comes at another point of the sending in every round.
    const later = async (turns: number): Promise<void> => {
      for (let past = 0; past < turns; past++) await turn();
    };
    const [stopped] = await Promise.all([later(round * 3).then(() => world.app.gate.stop(approval_id, "anna")), other.gate.sendDue()]);
    await other.close();
    const { status } = await world.app.gate.approval(world.agent, approval_id);
    const sent = sends().length;
    expect([stopped.outcome, sent]).toEqual(sent === 0 ? ["stopped", 0] : ["too_late", 1]);
    expect(sent === 0 ? ["voided", "failed"] : ["accepted"]).toContain(status);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("the stop wins until the first byte has left", async () => {
    const { approval_id } = await ask();
    await approve(approval_id);
    world.clock.advance(60_000);
    const { find } = world.app.store.approvals;
    let stopping: Promise<unknown> | undefined;
    // The sender looks once more, after its intent is on record: that is the moment.
    world.app.store.approvals.find = async (id) => {
      const row = await find(id);
      if (row?.status !== "consumed" || stopping) return row;
      stopping = world.app.store.approvals.askStop(id, world.clock.now());
      await stopping;
      return find(id);
    };
    await world.app.gate.sendDue().finally(() => (world.app.store.approvals.find = find));
    expect(await world.app.gate.stop(approval_id, "anna")).toMatchObject({ outcome: "stopped", approval: { status: "failed" } });
    expect(sends()).toEqual([]);
  });
});
