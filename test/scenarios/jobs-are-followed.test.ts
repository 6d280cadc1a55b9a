import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: what Klaviyo only took is followed to its end, and the end is told with its numbers (M4). */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy(
    "version: 1\npreset: operator\nrules: [{id: all, effect: allow, risk: [0, 1, 2, 3, 4]}]\negress: {hosts: [example.com]}\n",
  );
});
afterEach(() => world.close());

async function pass(ms: number): Promise<void> {
  world.clock.advance(ms);
  world.sandbox.control.advance(ms);
  await world.app.gate.reconcile();
}

async function storyOf(callId: string) {
  const { call, events } = await world.app.callStory(callId);
  return { call, followed: events.filter(({ event }) => event === "followed").map(({ fields }) => fields) };
}

const items = (...ids: string[]) => ({
  items: ids.map((id) => ({
    external_id: id,
    integration_type: "$custom",
    catalog_type: "$default",
    title: id,
    description: id,
    url: `https://example.com/${id}`,
  })),
});

describe("a job", () => {
  it("that ends well goes from accepted to done", async () => {
    const taken = await world.write("bulk_create_catalog_items", items("A", "B"));
    expect(taken).toMatchObject({ status: "accepted" });
    for (let i = 0; i < 5; i++) await pass(30_000);
    const { call, followed } = await storyOf(taken.call_id);
    expect(call.status).toBe("done");
    expect(followed).toEqual([
      expect.objectContaining({ from: "accepted", status: "done", counts: expect.objectContaining({ total: 2, completed: 2, failed: 0 }) }),
    ]);
  });

  it("that does only a part has failed, with its numbers", async () => {
    await world.write("bulk_create_catalog_items", items("A"));
    await pass(60_000);
    const taken = await world.write("bulk_create_catalog_items", items("A", "B"));
    for (let i = 0; i < 5; i++) await pass(30_000);
    const { call, followed } = await storyOf(taken.call_id);
    expect(call).toMatchObject({ status: "failed", error_code: "job_failed" });
    expect(followed).toEqual([expect.objectContaining({ status: "failed", counts: expect.objectContaining({ total: 2, failed: 1 }) })]);
  });

  it("under an approval is told by approval_status, first as accepted, then as what it came to", async () => {
    world.setPolicy("version: 1\npreset: read-only\nrules: []\n");
    const asked = await world.write("bulk_create_catalog_items", items("A"));
    if (asked.status !== "approval_required") throw new Error(asked.status);
    await world.app.gate.approve(asked.approval_id, "anna", { run: true });
    expect(await world.app.gate.approval(world.agent, asked.approval_id)).toMatchObject({ result: { status: "accepted" } });
    for (let i = 0; i < 5; i++) await pass(30_000);
    expect(await world.app.gate.approval(world.agent, asked.approval_id)).toMatchObject({
      result: { status: "done", job: { status: "complete", total: 1, failed: 0 } },
    });
  });

  it("whose answer was lost is found, and then followed as well", async () => {
    world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: "drop_after", times: 1 }]);
    const lost = await world.write("bulk_create_catalog_items", items("A", "B", "C"));
    expect(lost).toMatchObject({ status: "unknown" });
    await pass(2000);
    expect((await storyOf(lost.call_id)).call.status).toBe("accepted");
    for (let i = 0; i < 5; i++) await pass(30_000);
    expect((await storyOf(lost.call_id)).call.status).toBe("done");
  });
});

describe("a campaign", () => {
  it("that nobody can get is cancelled by Klaviyo, and told as failed", async () => {
    const list = await world.write("create_list", { name: "Nobody" });
    const listId = idIn(list);
    const campaign = await world.write("create_campaign", {
      name: "To nobody",
      audiences: { included: [listId] },
      campaign_messages: [
        {
          definition: {
            channel: "email",
            label: "m",
            content: { subject: "Hi", preview_text: "p", from_email: "a@example.com", from_label: "A" },
          },
        },
      ],
    });
    const id = idIn(campaign);
    const message = JSON.stringify(await world.read("get_message_ids_for_campaign", { id }));
    const messageId = /"type":"campaign-message","id":"([^"]+)"/.exec(message)?.[1] ?? "";
    const template = await world.write("create_template", {
      name: "T",
      editor_type: "CODE",
      html: "<html><body>Hi {% unsubscribe %}</body></html>",
    });
    expect(await world.write("assign_template_to_campaign_message", { id: messageId, template: idIn(template) })).toMatchObject({
      status: "done",
    });
    const sent = await world.write("send_campaign", { id });
    expect(sent).toMatchObject({ status: "accepted" });
    for (let i = 0; i < 8; i++) await pass(30_000);
    const { call, followed } = await storyOf(sent.call_id);
    expect(call).toMatchObject({ status: "failed", error_code: "job_failed" });
    expect(followed).toEqual([expect.objectContaining({ counts: expect.objectContaining({ status: "cancelled" }) })]);
  });
});

describe("an event", () => {
  it("is followed until it can be read", async () => {
    const taken = await world.write("create_event", { properties: {}, metric: { name: "Tried" }, profile: { email: "e@example.com" } });
    expect(taken).toMatchObject({ status: "accepted" });
    for (let i = 0; i < 3; i++) await pass(10_000);
    expect((await storyOf(taken.call_id)).call.status).toBe("done");
  });
});

function idIn(result: object): string {
  const id = /"data":\{"type":"[^"]+","id":"([^"]+)"/.exec(JSON.stringify(result))?.[1];
  if (id === undefined) throw new Error(`no id in ${JSON.stringify(result)}`);
  return id;
}
