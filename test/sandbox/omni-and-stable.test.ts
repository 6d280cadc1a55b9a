import { afterEach, beforeEach, describe, expect } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { HOUR, MINUTE, NOW } from "./campaigning.ts";
import { iso, openOmni, type Omni } from "./omni.ts";
import { schemaViolations } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Omni;
beforeEach(async () => {
  account = await openOmni();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

/** No document says how the two models meet; one account has one truth. */
const assumed = { as: "assumed", from: "behaviour.md §2.10" } as const;
const advance = (ms: number) => account.control.advance(ms);
const emails = `filter=${encodeURIComponent('equals(messages.channel,"email")')}`;

describe("a campaign of the stable model", () => {
  behaviour("has one audience, one message and one variation in beta", assumed, async () => {
    const list = await account.crowd(1);
    const id = await account.ready([list], { name: "Summer", send_options: { use_smart_sending: false } });
    const [audience = ""] = await account.ids(`/api/campaigns/${id}/campaign-audiences`);
    const [message = ""] = await account.ids(`/api/campaigns/${id}/campaign-messages`);
    const [variation = ""] = await account.ids(`/api/campaign-messages/${message}/campaign-variations`);
    expect(await account.definition("campaign-audience", audience)).toMatchObject({ included: [list], excluded: [] });
    expect(await account.definition("campaign-message", message)).toMatchObject({
      name: "Summer",
      status: "draft",
      send_options: { throttling_type: "none" },
    });
    expect(message).toBe(await account.messageId(id));
    const template = idOf(await account.call(`GET /api/campaign-messages/${message}/template`));
    expect(await account.definition("campaign-variation", variation)).toMatchObject({
      details: { channel: "email", subject: "Hello", template_id: template, reply_to_email: "" },
    });
  });

  behaviour("can be edited and scheduled in beta, and stopped in stable", assumed, async () => {
    const id = await account.ready([await account.crowd(2)]);
    const message = await account.messageId(id);
    const [variation = ""] = await account.ids(`/api/campaign-messages/${message}/campaign-variations`);
    await account.change("campaign-variation", variation, { definition: { details: { channel: "email", subject: "Changed" } } });
    const stable = await account.call(`GET /api/campaign-messages/${message}`);
    expect(attributesOf(stable)["definition"]).toMatchObject({ content: { subject: "Changed" } });
    await account.schedule(message);
    advance(MINUTE);
    expect(await account.campaign(id)).toMatchObject({
      status: "Scheduled",
      send_strategy: { method: "static", datetime: "2026-07-15T11:00:00+00:00" },
      send_time: "2026-07-15T11:00:00.000000+00:00",
    });
    expect((await account.stop(id, "revert")).status).toBe(204);
    expect([await account.status(id), await account.messageStatus(message)]).toEqual(["Draft", "draft"]);
  });

  behaviour("that is sent in stable is sent in beta", assumed, async () => {
    const id = await account.ready([await account.crowd(1)]);
    const message = await account.messageId(id);
    await account.send(id);
    expect(await account.messageStatus(message)).toBe("sending");
    advance(MINUTE);
    expect(await account.messageStatus(message)).toBe("sent");
    expect(await account.ids(`/api/campaign-messages?filter=${encodeURIComponent('equals(status,"sent")')}`)).toEqual([message]);
    expect((await account.beta(`DELETE /api/campaigns/${id}`)).status).toBe(409);
  });
});

describe("a campaign of the beta model", () => {
  behaviour("with one message can be seen, sent and cloned in stable", assumed, async () => {
    const list = await account.crowd(2);
    const { campaign, message } = await account.whole([list]);
    const listed = await account.call(`GET /api/campaigns?${emails}`);
    expect(idOf(listed)).toBe(campaign);
    expect(await account.campaign(campaign)).toMatchObject({
      name: "Autumn",
      status: "Draft",
      audiences: { included: [list], excluded: [] },
    });
    expect(await account.messageId(campaign)).toBe(message);
    expect((await account.send(campaign)).status).toBe(202);
    advance(MINUTE);
    expect([await account.status(campaign), await account.jobStatus(campaign), await account.messageStatus(message)]).toEqual([
      "Sent",
      "complete",
      "sent",
    ]);
    const clone = await account.call("POST /api/campaign-clone", { data: { type: "campaign", id: campaign, attributes: {} } });
    expect([clone.status, attributesOf(clone)]).toMatchObject([201, { name: "Clone of Autumn", status: "Draft" }]);
  });

  behaviour("is right by the stable schema, whatever its channel, and the other way round", assumed, async () => {
    const list = await account.crowd(1);
    const push = { channel: "push", title: "T", action_buttons: [{ label: "Go", action_type: "open_app" }] };
    for (const details of [{ channel: "email" }, { channel: "sms", body: "Hi" }, push, { channel: "whatsapp", template_id: "t" }]) {
      const { campaign, message } = await account.whole([list], details);
      const seen = await account.call(`GET /api/campaigns/${campaign}?include=campaign-messages`);
      expect(schemaViolations("get_campaign", seen)).toEqual([]);
      expect(schemaViolations("get_campaign_message", await account.call(`GET /api/campaign-messages/${message}`))).toEqual([]);
    }
    for (const channel of ["email", "sms", "mobile_push"]) {
      const id = await account.draft(
        { audiences: { included: [list] } },
        { channel, ...(channel === "mobile_push" && { content: { body: "Hi" } }) },
      );
      const message = await account.messageId(id);
      const seen = await account.beta(`GET /api/campaign-messages/${message}?include=campaign,campaign-variations`);
      expect([seen.status, schemaViolations("get_campaign_message_beta", seen)]).toEqual([200, []]);
    }
  });

  behaviour("with several messages shows them together, and is sent by message only", assumed, async () => {
    const [list, other] = [await account.crowd(2), await account.list("More")];
    const { campaign, message } = await account.whole([list]);
    const audience = idOf(
      await account.make("campaign-audience", { definition: { included: [other] } }, { campaign: `campaign:${campaign}` }),
    );
    const to = { campaign: `campaign:${campaign}`, "campaign-audience": `campaign-audience:${audience}` };
    const variations = [{ definition: { details: { channel: "sms", body: "Hi" } } }];
    await account.make("campaign-message", { definition: {}, variations }, to);
    expect(await account.campaign(campaign)).toMatchObject({ status: "Draft", audiences: { included: [list, other] } });
    expect((await account.send(campaign)).status).toBe(409);
    const strategy = { send_strategy: { method: "static", datetime: iso(NOW + HOUR) } };
    const edit = (attributes: object) =>
      account.call(`PATCH /api/campaigns/${campaign}`, { data: { type: "campaign", id: campaign, attributes } });
    expect([(await edit(strategy)).status, (await edit({ name: "Renamed" })).status]).toEqual([409, 200]);
    const job = { data: { type: "campaign-recipient-estimation-job", id: campaign } };
    await account.call("POST /api/campaign-recipient-estimation-jobs", job);
    advance(MINUTE);
    const estimation = await account.call(`GET /api/campaign-recipient-estimations/${campaign}`);
    expect(attributesOf(estimation)).toEqual({ estimated_recipient_count: 2 });
    await account.schedule(message);
    advance(MINUTE);
    expect(await account.status(campaign)).toBe("Scheduled");
    advance(2 * HOUR);
    expect(await account.status(campaign)).toBe("Draft");
  });

  behaviour("for WhatsApp has no definition in stable, which knows no such message", assumed, async () => {
    const { message } = await account.whole([await account.crowd(1)], { channel: "whatsapp", template_id: "hello" });
    expect(attributesOf(await account.call(`GET /api/campaign-messages/${message}`))["definition"]).toBeNull();
    expect(await account.ids("/api/campaigns")).toHaveLength(1);
    expect(idOf(await account.call(`GET /api/campaigns?${emails}`))).toBe("");
  });

  behaviour("is deleted in stable with all its parts", assumed, async () => {
    const { campaign, audience, variation } = await account.whole([await account.crowd(1)]);
    expect((await account.call(`DELETE /api/campaigns/${campaign}`)).status).toBe(204);
    expect((await account.beta(`GET /api/campaign-audiences/${audience}`)).status).toBe(404);
    expect((await account.beta(`GET /api/campaign-variations/${variation}`)).status).toBe(404);
  });
});

behaviour("the shop's campaigns are sent, scheduled and drafts in beta too", assumed, async () => {
  const shop = await createSandbox({ limits: "off", clock: "manual", profiles: 40 });
  const headers = { authorization: `Klaviyo-API-Key ${shop.keys.full}`, revision: "2026-07-15.pre" };
  const answer = await fetch(`${shop.url}/api/campaign-messages?page[size]=100&include=campaign-variations`, { headers });
  const { data, included } = (await answer.json()) as { data: { attributes: { definition: { status: string } } }[]; included: unknown[] };
  const statuses = data.map(({ attributes }) => attributes.definition.status);
  expect(new Set(statuses)).toEqual(new Set(["cancelled", "draft", "scheduled", "sent"]));
  expect(statuses.filter((status) => status === "sent").length).toBeGreaterThan(10);
  expect(included.length).toBeGreaterThanOrEqual(data.length);
  await shop.close();
});
