import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApprovalRequired, CallResult } from "../../src/gate/call.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise (F9): an undo that comes before the sending cancels it, one that comes after says that it was sent; never both, never neither. */
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
  const found = JSON.stringify(await world.read("get_campaigns", { filter }));
  for (const [, id = ""] of found.matchAll(/"type":"campaign","id":"(\w+)"/g)) {
    const whole = JSON.stringify(await world.read("get_campaign", { id, include: ["campaign-messages"] }));
    if (!whole.includes('"subject":""')) return id;
  }
  throw new Error("The shop has no campaign that can be sent");
}

const sends = (): string[] => world.ledger().filter((line) => line === "POST /api/campaign-send-jobs");
const approve = (id: string) => world.app.gate.approve(id, "anna", { run: true });
const undo = (call: string): Promise<CallResult> => world.write("undo", { call });
const statusOf = async (id: string) => (await world.app.gate.approval(world.agent, id)).status;

function asked(result: CallResult): ApprovalRequired {
  if (result.status !== "approval_required") throw new Error(`expected to be asked, got ${JSON.stringify(result)}`);
  return result;
}
async function held(): Promise<ApprovalRequired> {
  const result = asked(await world.write("send_campaign", { id: campaign }, "it is Wednesday"));
  expect(await approve(result.approval_id)).toMatchObject({ status: "approved", goes_by_itself: true });
  return result;
}
async function whenDue(): Promise<void> {
  world.clock.advance(120_000);
  await world.app.gate.sendDue();
}

describe("an undo of a send that is held", () => {
  it("stops it as the owner's stop does, and says so to both", async () => {
    const { call_id, approval_id } = await held();
    expect(await undo(call_id)).toEqual({ status: "cancelled", call_id, operation: "send_campaign" });
    expect(await world.app.gate.approval(world.agent, approval_id)).toMatchObject({
      status: "voided",
      status_reason: "taken back before it was sent",
    });
    await expect(world.app.gate.stop(approval_id, "anna")).rejects.toMatchObject({ code: "conflict" });
    await whenDue();
    expect(sends()).toEqual([]);
    await expect(undo(call_id)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("changed nothing") });
    const { events } = await world.app.callStory(call_id);
    expect(events.at(-1)).toMatchObject({ event: "approval.voided", fields: { by: "claude", reason: "taken back before it was sent" } });
  });

  it("is the same by the id of a call that only heard of the hold, and for what waits for the owner", async () => {
    await held();
    const again = await world.write("send_campaign", { id: campaign });
    expect(again).toMatchObject({ status: "held" });
    expect(await undo(again.call_id)).toMatchObject({ status: "cancelled" });
    const waiting = asked(await world.write("send_campaign", { id: campaign }));
    expect(await undo(waiting.call_id)).toMatchObject({ status: "cancelled" });
    await expect(approve(waiting.approval_id)).rejects.toMatchObject({ code: "conflict" });
    await whenDue();
    expect(sends()).toEqual([]);
  });

  it("stops all of a plan, since that was decided as a whole", async () => {
    const calls = [
      { action: "create_tag", args: { name: "sent" } },
      { action: "send_campaign", args: { id: campaign } },
    ];
    const plan = asked(await world.write("plan", { calls }));
    expect(await approve(plan.approval_id)).toMatchObject({ status: "approved" });
    expect(await undo(plan.call_id)).toMatchObject({ status: "cancelled", operation: "plan" });
    expect(await statusOf(plan.approval_id)).toBe("voided");
    await whenDue();
    // Its card had the template rendered; nothing else was asked of Klaviyo than reads.
    expect(world.ledger().filter((line) => !/^GET|template-render/.test(line))).toEqual([]);
  });

  it("is none of another agent's business", async () => {
    const { call_id, approval_id } = await held();
    const { token } = await world.app.agents.add({ name: "other", connection: "shop" });
    const other = await world.app.agents.byToken(token.reveal(), "stdio");
    const input = { action: "undo", args: { call: call_id }, intent: "write" } as const;
    await expect(world.app.gate.call(other, input)).rejects.toMatchObject({ code: "not_found" });
    expect(await statusOf(approval_id)).toBe("approved");
  });
});

describe("an undo at the moment of the sending", () => {
  it.each(Array.from({ length: 12 }, (_, round) => round))("is one of cancelled and sent, and says which (%i)", async (round) => {
    const { approval_id, call_id } = await held();
    world.clock.advance(60_000);
    // The undo comes at another point of the sending in every round.
    const later = async (turns: number): Promise<void> => {
      for (let past = 0; past < turns; past++) await turn();
    };
    const [undone] = await Promise.all([
      later(round * 3).then(() => undo(call_id).catch((thrown: unknown) => thrown)),
      world.app.gate.sendDue(),
    ]);
    const sent = sends().length;
    expect(["voided", "failed"].includes(await statusOf(approval_id))).toBe(sent === 0);
    // What has gone is called off like anything that has: by a call of its own, which the owner decides.
    if (sent === 0) expect(undone).toMatchObject({ status: "cancelled" });
    else expect([sent, undone]).toMatchObject([1, { status: "approval_required", operation: "cancel_campaign_send" }]);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("wins until the first byte has left", async () => {
    const { approval_id, call_id } = await held();
    world.clock.advance(60_000);
    const { approvals } = world.app.store;
    const { find } = approvals;
    let undone: Promise<CallResult> | undefined;
    // The sender looks once more, after its intent is on record: that is the moment.
    approvals.find = async (id) => {
      const row = await find(id);
      if (row?.status !== "consumed" || undone) return row;
      undone = undo(call_id);
      while (((await find(id))?.stop_asked_at ?? null) === null) await turn();
      return find(id);
    };
    await world.app.gate.sendDue().finally(() => (approvals.find = find));
    expect(await undone).toMatchObject({ status: "cancelled", call_id });
    expect(await statusOf(approval_id)).toBe("failed");
    expect(sends()).toEqual([]);
  });

  it("that comes when it has gone says so, and asks to call it off; too late, it says that", async () => {
    const { call_id } = await held();
    await whenDue();
    expect(sends()).toHaveLength(1);
    const { approval_id, operation } = asked(await undo(call_id));
    expect(operation).toBe("cancel_campaign_send");
    const { card } = await world.app.gate.approval(world.agent, approval_id);
    expect(card.undoes).toMatchObject({
      call: call_id,
      class: "compensation",
      notes: [expect.stringContaining("Mail that is out stays out")],
    });
    await world.app.gate.deny(approval_id, "anna", null);
    world.sandbox.control.advance(3_600_000);
    await expect(undo(call_id)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("It has been sent") });
  });
});

it("a step that sends again is held itself, and a stop gives it back", async () => {
  const { call_id } = await held();
  await whenDue();
  // Whether others changed it since a job was taken cannot be told, so calling it off is asked.
  const off = asked(await undo(call_id));
  expect((await approve(off.approval_id)).result).toMatchObject({ status: "done", operation: "cancel_campaign_send" });
  const again = asked(await undo(off.call_id));
  expect(again.operation).toBe("send_campaign");
  world.ledger();
  expect(await approve(again.approval_id)).toMatchObject({ status: "approved", goes_by_itself: true });
  expect(await world.app.gate.stop(again.approval_id, "anna")).toMatchObject({ outcome: "stopped" });
  await whenDue();
  expect(sends()).toEqual([]);
  expect(await world.app.store.beforeImages.find(off.call_id)).toMatchObject({ steps_done: 0, step_call: null, undone_at: null });
  expect(await undo(off.call_id)).toMatchObject({ status: "approval_required", operation: "send_campaign" });
});
