import { afterEach, beforeEach, describe, expect } from "vitest";
import { MINUTE } from "./campaigning.ts";
import { openOmni, relationsTo, type Omni } from "./omni.ts";
import { dataOf, errorOf, tag } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Omni;
let list: string;
beforeEach(async () => {
  account = await openOmni();
  list = await account.list("News");
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const DOCUMENT = "openapi/beta-2026-07-15.pre.json";
const spec = (schema: string) => ({ as: "documented", from: `${DOCUMENT} ${schema}` }) as const;
const assumed = (schema: string) => ({ as: "assumed", from: `${DOCUMENT} ${schema}` }) as const;
const campaignWith = (attributes: object, relationships: object = {}) =>
  account.beta("POST /api/campaigns", { data: { type: "campaign", attributes: { definition: {}, ...attributes }, relationships } });
const sent = async () => {
  const whole = await account.whole([await account.crowd(1)]);
  await account.schedule(whole.message);
  account.control.advance(62 * MINUTE);
  expect(await account.messageStatus(whole.message)).toBe("sent");
  return whole;
};

describe("create_campaign_beta", () => {
  behaviour("makes audiences, messages and variations along", spec("CampaignCreateQuery"), async () => {
    const { campaign, audience, message, variation } = await account.whole([list]);
    const answer = await account.beta(`GET /api/campaigns/${campaign}?include=campaign-audiences,campaign-messages`);
    expect(attributesOf(answer)["definition"]).toMatchObject({ name: "Autumn", archived: false, builder: null });
    expect((answer.body["included"] as { id: string }[]).map(({ id }) => id)).toEqual([audience, message]);
    expect(await account.definition("campaign-audience", audience)).toEqual({
      name: "All",
      included: [list],
      excluded: [],
      priority: null,
    });
    expect(await account.definition("campaign-message", message)).toMatchObject({ name: "First", status: "draft" });
    expect(await account.definition("campaign-variation", variation)).toMatchObject({
      name: "A",
      details: { channel: "email", subject: "Hello" },
    });
  });

  behaviour("gives a message without variations a default one", spec("MessageInlineCreate"), async () => {
    const answer = await campaignWith({
      audiences: [{ temporary_id: "a" }],
      messages: [{ audience_temporary_id: "a", is_add_utm: true, throttling_type: "FOR_FLOWS" }],
    });
    const [message = ""] = await account.ids(`/api/campaigns/${idOf(answer)}/campaign-messages`);
    expect(dataOf(await account.beta(`GET /api/campaign-messages/${message}/campaign-variations`))).toMatchObject([
      { attributes: { definition: { name: null, details: null } } },
    ]);
    expect(await account.definition("campaign-message", message)).toMatchObject({
      tracking_options: { is_add_utm: true },
      send_options: { throttling_type: "throttle-for-flows" },
    });
  });

  behaviour("refuses a temporary id that no audience or that two have", spec("MessageInlineCreate"), async () => {
    const stray = await campaignWith({ audiences: [{ temporary_id: "a" }], messages: [{ audience_temporary_id: "b" }] });
    expect([stray.status, errorOf(stray).source]).toEqual([400, { pointer: "/data/attributes/messages/0/audience_temporary_id" }]);
    const twice = await campaignWith({ audiences: [{ temporary_id: "a" }, { temporary_id: "a" }] });
    expect([twice.status, errorOf(twice).source]).toEqual([400, { pointer: "/data/attributes/audiences/1/temporary_id" }]);
    expect(await account.ids("/api/campaigns")).toEqual([]);
  });

  behaviour("refuses groups, metrics, builders and parts that do not fit", assumed("CampaignDefinition"), async () => {
    const { message } = await account.whole([list]);
    const parts = { "campaign-messages": { data: [{ type: "campaign-message", id: message }] } };
    const answers = [
      await campaignWith({ audiences: [{ temporary_id: "a", included: ["nope"] }] }),
      await campaignWith({ definition: { builder: "hammer" } }),
      await campaignWith({ definition: { color: "red" } }),
      await campaignWith({ definition: { send_settings: { exit_condition_conversion_metric_id: "nope" } } }),
      await campaignWith({}, parts),
    ];
    expect(answers.map((answer) => [answer.status, errorOf(answer).source["pointer"]])).toEqual([
      [400, "/data/attributes/audiences/0/included"],
      [400, "/data/attributes/definition/builder"],
      [400, "/data/attributes/definition/color"],
      [400, "/data/attributes/definition/send_settings/exit_condition_conversion_metric_id"],
      [400, "/data/relationships/campaign-messages/data"],
    ]);
  });

  behaviour("takes tags, which its messages show too", assumed("get_tags_for_campaign_message_beta"), async () => {
    const label = idOf(await account.call("POST /api/tags", tag("Autumn")));
    const campaign = idOf(
      await campaignWith(
        { audiences: [{ temporary_id: "a" }], messages: [{ audience_temporary_id: "a" }] },
        { tags: { data: [{ type: "tag", id: label }] } },
      ),
    );
    const [message = ""] = await account.ids(`/api/campaigns/${campaign}/campaign-messages`);
    expect(await account.ids(`/api/campaign-messages/${message}/tags`)).toEqual([label]);
    expect(await account.ids(`/api/campaign-messages/${message}/relationships/tags`)).toEqual([label]);
  });
});

describe("parts", () => {
  behaviour("are made one by one", spec("MessageCreateQuery"), async () => {
    const campaign = idOf(await campaignWith({}));
    const audience = idOf(
      await account.make("campaign-audience", { definition: { included: [list] } }, { campaign: `campaign:${campaign}` }),
    );
    const to = { campaign: `campaign:${campaign}`, "campaign-audience": `campaign-audience:${audience}` };
    const message = idOf(await account.make("campaign-message", { definition: { name: "One" } }, to));
    const made = await account.make(
      "campaign-variation",
      { definition: { name: "B", details: { channel: "sms", body: "Hi" } } },
      { "campaign-message": `campaign-message:${message}` },
    );
    expect([made.status, await account.ids(`/api/campaign-audiences/${audience}/campaign-messages`)]).toEqual([201, [message]]);
    expect((await account.ids(`/api/campaign-messages/${message}/campaign-variations`)).length).toBe(2);
    expect(await account.ids(`/api/campaign-variations/${idOf(made)}/campaign-message`)).toEqual([message]);
  });

  behaviour("of another campaign are not taken", assumed("MessageCreateQuery"), async () => {
    const [one, other] = [await account.whole([list]), await account.whole([list])];
    const to = { campaign: `campaign:${one.campaign}`, "campaign-audience": `campaign-audience:${other.audience}` };
    expect((await account.make("campaign-message", { definition: {} }, to)).status).toBe(400);
    const data = {
      type: "campaign-audience",
      attributes: { definition: {} },
      relationships: {
        ...relationsTo({ campaign: `campaign:${one.campaign}` }),
        "campaign-messages": { data: [{ type: "campaign-message", id: other.message }] },
      },
    };
    expect((await account.beta("POST /api/campaign-audiences", { data })).status).toBe(400);
  });

  behaviour("a new audience takes over the messages that it names", assumed("AudienceCreateQuery"), async () => {
    const { campaign, audience, message } = await account.whole([list]);
    const relationships = {
      ...relationsTo({ campaign: `campaign:${campaign}` }),
      "campaign-messages": { data: [{ type: "campaign-message", id: message }] },
    };
    const data = { type: "campaign-audience", attributes: { definition: { name: "New" } }, relationships };
    const made = idOf(await account.beta("POST /api/campaign-audiences", { data }));
    expect(await account.ids(`/api/campaign-messages/${message}/campaign-audience`)).toEqual([made]);
    expect(await account.ids(`/api/campaign-audiences/${audience}/campaign-messages`)).toEqual([]);
  });

  behaviour("all variations of a message have one channel", assumed("VariationDefinition"), async () => {
    const { message } = await account.whole([list]);
    const to = { "campaign-message": `campaign-message:${message}` };
    const answer = await account.make("campaign-variation", { definition: { details: { channel: "sms", body: "Hi" } } }, to);
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/definition/details/channel" }]);
  });

  behaviour("the cost of a text cannot be set", spec("SMSChannelDetails"), async () => {
    const { variation } = await account.whole([list], { channel: "sms", body: "Hi" });
    const answer = await account.change("campaign-variation", variation, { definition: { details: { channel: "sms", cost: 2 } } });
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/definition/details/cost" }]);
  });

  behaviour("a variation keeps what an update leaves out, and begins anew on another channel", assumed("VariationDefinition"), async () => {
    const { variation } = await account.whole([list]);
    const details = async (given: object) => {
      await account.change("campaign-variation", variation, { definition: { details: given } } as never);
      return (await account.definition("campaign-variation", variation))["details"];
    };
    expect(await details({ channel: "email", preview_text: "Soon" })).toMatchObject({ subject: "Hello", preview_text: "Soon" });
    expect(await details({ channel: "push", title: "T", badge: true })).toMatchObject({
      channel: "push",
      title: "T",
      body: "",
      badge: true,
    });
    expect((await account.definition("campaign-variation", variation))["name"]).toBe("A");
  });

  behaviour(
    "of push have an image of the account, of text too, and no translation as long as nobody made one",
    spec("PushChannelDetails"),
    async () => {
      const attributes = { import_from_url: "https://example.com/mug.png" };
      const image = idOf(await account.call("POST /api/images", { data: { type: "image", attributes } }));
      const asset = Number(image);
      const push = await account.whole([list], { channel: "push", body: "Hi", static_asset_id: asset });
      expect(await account.ids(`/api/campaign-variations/${push.variation}/image`)).toEqual([image]);
      const none = await account.beta(`GET /api/campaign-variations/${push.variation}/relationships/translation`);
      expect([none.status, none.body["data"]]).toEqual([200, null]);
      const text = await account.whole([list], { channel: "sms", body: "Hi", mms_static_image_asset_id: asset });
      expect(await account.definition("campaign-variation", text.variation)).toMatchObject({
        details: { mms_static_image_asset_id: asset },
      });
      expect(idOf(await account.call(`GET /api/campaign-messages/${text.message}/image`))).toBe(image);
      const details = { channel: "push", static_asset_id: 1 };
      expect((await account.change("campaign-variation", push.variation, { definition: { details } })).status).toBe(400);
    },
  );

  behaviour("status and times are not set by hand, and may be sent back as read", assumed("MessageDefinition"), async () => {
    const { message } = await account.whole([list]);
    const read = await account.definition("campaign-message", message);
    expect((await account.change("campaign-message", message, { definition: read })).status).toBe(200);
    const status = await account.change("campaign-message", message, { definition: { status: "sent" } });
    const time = await account.change("campaign-message", message, { definition: { send_options: { send_strategy: "static" } } });
    expect([status, time].map((answer) => [answer.status, errorOf(answer).source["pointer"]])).toEqual([
      [400, "/data/attributes/definition/status"],
      [400, "/data/attributes/definition/send_options/send_strategy"],
    ]);
  });
});

describe("deleting", () => {
  behaviour("takes the parts along", assumed("delete_campaign_beta"), async () => {
    const { campaign, audience, message, variation } = await account.whole([list]);
    expect((await account.beta(`DELETE /api/campaigns/${campaign}`)).status).toBe(204);
    const paths = [`campaign-audiences/${audience}`, `campaign-messages/${message}`, `campaign-variations/${variation}`];
    const statuses = await Promise.all(paths.map(async (path) => (await account.beta(`GET /api/${path}`)).status));
    expect(statuses).toEqual([404, 404, 404]);
  });

  behaviour("an audience takes its messages, a message its variations", assumed("delete_campaign_audience_beta"), async () => {
    const { campaign, audience, message, variation } = await account.whole([list]);
    expect((await account.beta(`DELETE /api/campaign-audiences/${audience}`)).status).toBe(204);
    expect((await account.beta(`GET /api/campaign-messages/${message}`)).status).toBe(404);
    expect((await account.beta(`GET /api/campaign-variations/${variation}`)).status).toBe(404);
    expect(await account.ids(`/api/campaigns/${campaign}/campaign-messages`)).toEqual([]);
  });

  behaviour("leaves a message its last variation", assumed("delete_campaign_variation_beta"), async () => {
    const { message, variation } = await account.whole([list]);
    expect((await account.beta(`DELETE /api/campaign-variations/${variation}`)).status).toBe(400);
    await account.make("campaign-variation", { definition: {} }, { "campaign-message": `campaign-message:${message}` });
    expect((await account.beta(`DELETE /api/campaign-variations/${variation}`)).status).toBe(204);
    expect(await account.ids(`/api/campaign-messages/${message}/campaign-variations`)).not.toContain(variation);
  });
});

describe("what is sent", () => {
  behaviour("is neither edited nor deleted", assumed("update_campaign_message_beta"), async () => {
    const { campaign, audience, message, variation } = await sent();
    const to = { "campaign-message": `campaign-message:${message}` };
    const answers = [
      await account.change("campaign", campaign, { definition: { name: "New" } }),
      await account.change("campaign-audience", audience, { definition: { included: [] } }),
      await account.change("campaign-message", message, { definition: { name: "New" } }),
      await account.change("campaign-variation", variation, { definition: { name: "New" } }),
      await account.make("campaign-variation", { definition: {} }, to),
      await account.beta(`DELETE /api/campaigns/${campaign}`),
      await account.beta(`DELETE /api/campaign-audiences/${audience}`),
      await account.beta(`DELETE /api/campaign-messages/${message}`),
      await account.beta(`DELETE /api/campaign-variations/${variation}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 409));
  });

  behaviour("can be archived", assumed("CampaignDefinition"), async () => {
    const { campaign } = await sent();
    expect((await account.change("campaign", campaign, { definition: { archived: true, color: "ff5733" } })).status).toBe(200);
    expect(await account.ids("/api/campaigns?filter=equals(archived,true)")).toEqual([campaign]);
  });
});

describe("clones", () => {
  behaviour("of a campaign are drafts with copies of all parts", spec("CampaignCloneQuery"), async () => {
    const { campaign, message } = await sent();
    const clone = async (attributes: object) =>
      account.beta("POST /api/campaign-clone", { data: { type: "campaign", id: campaign, attributes } });
    const made = await clone({});
    expect([made.status, (attributesOf(made)["definition"] as { name: string }).name]).toEqual([201, "Copy of Autumn"]);
    const [copy = ""] = await account.ids(`/api/campaigns/${idOf(made)}/campaign-messages`);
    expect(copy).not.toBe(message);
    expect(await account.definition("campaign-message", copy)).toMatchObject({
      name: "First",
      status: "draft",
      send_options: { send_time: null },
    });
    expect((await account.schedule(copy, { strategy: "static", send_time: "2026-07-16T10:00:00Z" })).status).toBe(201);
    expect(attributesOf(await clone({ name: "Again" }))["definition"]).toMatchObject({ name: "Again" });
  });

  behaviour("of an audience go to the campaign that is named, or stay", spec("AudienceCloneQuery"), async () => {
    const [one, other] = [await account.whole([list]), await account.whole([])];
    const clone = async (to: Record<string, string>, attributes: object = {}) =>
      account.beta("POST /api/campaign-audience-clone", {
        data: {
          type: "campaign-audience-clone",
          id: one.audience,
          attributes: { id: one.audience, ...attributes },
          relationships: relationsTo(to),
        },
      });
    const there = await clone({ campaign: `campaign:${other.campaign}` }, { name: "Twin" });
    expect(attributesOf(there)["definition"]).toMatchObject({ name: "Twin", included: [list] });
    expect(await account.ids(`/api/campaigns/${other.campaign}/campaign-audiences`)).toEqual([other.audience, idOf(there)]);
    const here = await clone({});
    expect(await account.ids(`/api/campaign-audiences/${idOf(here)}/campaign`)).toEqual([one.campaign]);
    expect((await clone({}, { id: other.audience })).status).toBe(400);
  });

  behaviour("of a message go to another audience", spec("MessageCloneQuery"), async () => {
    const [one, other] = [await account.whole([list]), await account.whole([list])];
    const made = await account.beta("POST /api/campaign-message-clone", {
      data: {
        type: "campaign-message",
        id: one.message,
        attributes: { id: one.message },
        relationships: relationsTo({ "campaign-audience": `campaign-audience:${other.audience}` }),
      },
    });
    expect(await account.ids(`/api/campaign-messages/${idOf(made)}/campaign`)).toEqual([other.campaign]);
    const [variation = ""] = await account.ids(`/api/campaign-messages/${idOf(made)}/campaign-variations`);
    expect(await account.definition("campaign-variation", variation)).toMatchObject({ details: { subject: "Hello" } });
  });
});
