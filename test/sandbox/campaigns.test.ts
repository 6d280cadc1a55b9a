import { afterEach, beforeEach, describe, expect } from "vitest";
import { assignBody, campaignBody, EMAIL, NOW, openCampaigning, type Campaigning } from "./campaigning.ts";
import { dataOf, errorOf } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Campaigning;
let list: string;
beforeEach(async () => {
  account = await openCampaigning();
  list = await account.list("News");
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.10" } as const;
const recorded = { as: "observed", from: "recorded/create-campaign.json" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.10" } as const;
const EMAILS = `filter=${encodeURIComponent("equals(messages.channel,'email')")}`;
const create = (attributes: object, definition?: object) =>
  account.call("POST /api/campaigns", campaignBody({ audiences: { included: [list] }, ...attributes }, definition as never));
const patch = (id: string, attributes: object) =>
  account.call(`PATCH /api/campaigns/${id}`, { data: { type: "campaign", id, attributes } });
const patchMessage = (id: string, definition: object, more: object = {}) =>
  account.call(`PATCH /api/campaign-messages/${id}`, { data: { type: "campaign-message", id, attributes: { definition }, ...more } });
const stamp = "2026-07-15T10:00:00.000000+00:00";

describe("create_campaign", () => {
  behaviour("fills in what is left out, as the recorded account does", recorded, async () => {
    const answer = await create({
      send_strategy: { method: "static", datetime: "2027-01-15T13:00:00+01:00" },
      tracking_options: { is_tracking_opens: true, is_tracking_clicks: true },
    });
    expect(answer.status).toBe(201);
    expect(attributesOf(answer)).toEqual({
      name: "Summer",
      status: "Draft",
      archived: false,
      audiences: { included: [list], excluded: [] },
      send_options: { use_smart_sending: true, ignore_unsubscribes: false },
      tracking_options: { add_tracking_params: false, custom_tracking_params: [], is_tracking_clicks: true, is_tracking_opens: true },
      send_strategy: { method: "static", datetime: "2027-01-15T12:00:00+00:00", options: { is_local: false } },
      created_at: stamp,
      scheduled_at: null,
      updated_at: stamp,
      send_time: null,
    });
    const relationships = dataOf(answer)[0]?.relationships ?? {};
    expect(relationships["campaign-messages"]).toMatchObject({
      data: [{ type: "campaign-message", id: expect.stringMatching(/^[0-9A-Z]{26}$/) as string }],
    });
    expect(relationships["tags"]).not.toHaveProperty("data");
  });

  behaviour("goes out immediately unless told otherwise", spec, async () => {
    expect(attributesOf(await create({}))["send_strategy"]).toEqual({ method: "immediate" });
    const local = { method: "static", datetime: "2026-08-01T09:00:00Z", options: { is_local: true } };
    expect(at(attributesOf(await create({ send_strategy: local })), "send_strategy")["options"]).toEqual({
      is_local: true,
      send_past_recipients_immediately: false,
    });
    const throttled = { method: "throttled", datetime: "2026-08-01T09:00:00Z", throttle_percentage: 25 };
    expect(attributesOf(await create({ send_strategy: throttled }))["send_strategy"]).toEqual({
      ...throttled,
      datetime: "2026-08-01T09:00:00+00:00",
    });
    expect((await create({ send_strategy: { ...throttled, throttle_percentage: 12 } })).status).toBe(400);
    expect(attributesOf(await create({ send_strategy: { method: "smart_send_time", date: "2026-08-01" } }))["send_strategy"]).toEqual({
      method: "smart_send_time",
      date: "2026-08-01",
    });
  });

  behaviour("by local time is set in UTC", { as: "documented", from: "openapi/stable-2026-07-15.json StaticSendStrategy" }, async () => {
    const local = (datetime: string) => create({ send_strategy: { method: "static", datetime, options: { is_local: true } } });
    expect((await local("2026-08-01T09:00:00Z")).status).toBe(201);
    expect((await local("2026-08-01T09:00:00+00:00")).status).toBe(201);
    expect(errorOf(await local("2026-08-01T09:00:00+02:00")).source).toEqual({ pointer: "/data/attributes/send_strategy/datetime" });
  });

  behaviour("tracks as the account does unless told otherwise", spec, async () => {
    const adds = async (more: object = {}) => at(attributesOf(await create(more)), "tracking_options")["add_tracking_params"];
    const id = account.accountId;
    expect(await adds()).toBe(false);
    await account.call(`PATCH /api/tracking-settings/${id}`, {
      data: { type: "tracking-setting", id, attributes: { auto_add_parameters: true } },
    });
    expect([await adds(), await adds({ tracking_options: { add_tracking_params: false } })]).toEqual([true, false]);
  });

  behaviour("takes exactly one message, and audiences that exist", assumed, async () => {
    const message = { type: "campaign-message", attributes: { definition: EMAIL } };
    for (const data of [[], [message, message]]) expect((await create({ "campaign-messages": { data } })).status).toBe(400);
    const answer = await create({ audiences: { included: [list], excluded: ["nobody"] } });
    expect([answer.status, errorOf(answer).detail]).toEqual([400, "There is no list or segment with id nobody."]);
    expect(account.control.state().counts).toMatchObject({ campaigns: 0, campaign_messages: 0 });
  });

  behaviour(
    "gives an email message the account's sender and the campaign's name",
    { as: "observed", from: "behaviour.md §2.10" },
    async () => {
      const id = await account.messageId(idOf(await create({}, { channel: "email" })));
      const [message] = dataOf(await account.call(`GET /api/campaign-messages/${id}`));
      expect(message?.attributes).toEqual({
        definition: {
          channel: "email",
          label: "Summer",
          content: {
            subject: "",
            preview_text: "",
            from_email: "hello@harbourandpine.example",
            from_label: "Harbour & Pine",
            reply_to_email: null,
            cc_email: null,
            bcc_email: null,
          },
        },
        send_times: [],
        created_at: stamp,
        updated_at: stamp,
      });
    },
  );

  behaviour("gives SMS its render options, and push its kind", spec, async () => {
    const definition = async (given: object) => {
      const id = await account.messageId(idOf(await create({}, given)));
      return at(attributesOf(await account.call(`GET /api/campaign-messages/${id}`)), "definition");
    };
    expect(await definition({ channel: "sms", content: { body: "Hi" }, render_options: { add_opt_out_language: true } })).toEqual({
      channel: "sms",
      content: { body: "Hi", media_url: null },
      render_options: { shorten_links: true, add_org_prefix: true, add_info_link: true, add_opt_out_language: true },
    });
    expect(await definition({ channel: "mobile_push", content: { body: "Hi" } })).toMatchObject({
      notification_type: "standard",
      content: { title: null, body: "Hi" },
    });
    expect(await definition({ channel: "mobile_push", notification_type: "silent", kv_pairs: { a: "1" } })).toEqual({
      channel: "mobile_push",
      notification_type: "silent",
      kv_pairs: { a: "1" },
    });
  });

  behaviour("gives push three buttons at most, in their order", spec, async () => {
    const button = { label: "Go", action_type: "open_url", url: "https://a.example" };
    const push = (buttons: object[]) => create({}, { channel: "mobile_push", content: { body: "Hi", action_buttons: buttons } });
    const made = await push([button, { label: "No", action_type: "dismiss" }, { ...button, position: 7 }]);
    const message = await account.call(`GET /api/campaign-messages/${await account.messageId(idOf(made))}`);
    expect(at(attributesOf(message), "definition", "content")["action_buttons"]).toMatchObject([
      { label: "Go", position: 0 },
      { label: "No", position: 1 },
      { position: 7 },
    ]);
    const AT = "/data/attributes/campaign-messages/data/0/attributes/definition/content/action_buttons";
    for (const [buttons, pointer] of [
      [[button, button, button, button], ""],
      [[button, { ...button, label: "x".repeat(41) }], "/1/label"],
      [[{ ...button, url: `https://a/${"x".repeat(2048)}` }], "/0/url"],
      [[{ ...button, url: null }], "/0/url"],
      [[{ ...button, action_type: "fly" }], "/0/action_type"],
    ] as const)
      expect(errorOf(await push([...buttons])).source).toEqual({ pointer: AT + pointer });
  });
});

describe("get_campaigns", () => {
  behaviour("must be asked for one channel", { as: "documented", from: "behaviour.md §1.8" }, async () => {
    expect((await account.call("GET /api/campaigns")).status).toBe(400);
    expect((await account.call(`GET /api/campaigns?filter=${encodeURIComponent('contains(name,"a")')}`)).status).toBe(400);
    expect((await account.call(`GET /api/campaigns?filter=${encodeURIComponent("equals(messages.channel,'fax')")}`)).status).toBe(400);
    await create({});
    expect(dataOf(await account.call(`GET /api/campaigns?${EMAILS}`))).toHaveLength(1);
    expect(dataOf(await account.call(`GET /api/campaigns?filter=${encodeURIComponent("equals(messages.channel,'sms')")}`))).toEqual([]);
  });

  behaviour(
    "shows the last changed first, filters, sorts and includes",
    { as: "observed", from: "recorded/list-campaigns.json" },
    async () => {
      const first = idOf(await create({ name: "One" }));
      account.control.advance(1000);
      const second = idOf(await create({ name: "Two" }));
      const idsOf = async (query: string) => dataOf(await account.call(`GET /api/campaigns?${query}`)).map(({ id }) => id);
      expect(await idsOf(EMAILS)).toEqual([second, first]);
      account.control.advance(1000);
      await patch(first, { name: "One more" });
      expect(await idsOf(EMAILS)).toEqual([first, second]);
      expect(await idsOf(`${EMAILS}&sort=created_at`)).toEqual([first, second]);
      const filtered = (more: string) => idsOf(`filter=${encodeURIComponent(`and(equals(messages.channel,'email'),${more})`)}`);
      expect(await filtered('contains(name,"more")')).toEqual([first]);
      expect(await filtered('any(status,["Draft","Sent"])')).toHaveLength(2);
      expect(await filtered('equals(status,"Sent")')).toEqual([]);
      expect(await filtered("equals(archived,true)")).toEqual([]);
      expect(await filtered("greater-than(created_at,2026-07-15T10:00:00Z)")).toEqual([second]);
      const { body } = await account.call(`GET /api/campaigns?${EMAILS}&include=campaign-messages,tags`);
      expect((body["included"] as { type: string }[]).map(({ type }) => type)).toEqual(["campaign-message", "campaign-message"]);
    },
  );

  behaviour("refuses times to come", { as: "observed", from: "behaviour.md §1.8" }, async () => {
    const filter = `and(equals(messages.channel,'email'),less-than(updated_at,${new Date(NOW + 60_000).toISOString()}))`;
    expect((await account.call(`GET /api/campaigns?filter=${encodeURIComponent(filter)}`)).status).toBe(400);
  });
});

describe("changing a campaign", () => {
  behaviour("keeps what is left out and moves updated_at", { as: "observed", from: "recorded/update-campaign.json" }, async () => {
    const id = idOf(await create({ send_strategy: { method: "static", datetime: "2027-01-01T10:00:00Z" } }));
    account.control.advance(5000);
    const other = await account.list("Other");
    const answer = await patch(id, {
      name: "Autumn",
      audiences: { excluded: [other] },
      tracking_options: { is_tracking_opens: false },
      send_options: { use_smart_sending: false },
    });
    expect([answer.status, attributesOf(answer)]).toMatchObject([
      200,
      {
        name: "Autumn",
        audiences: { included: [list], excluded: [other] },
        tracking_options: { is_tracking_opens: false, is_tracking_clicks: true },
        send_options: { use_smart_sending: false },
        send_strategy: { method: "static", datetime: "2027-01-01T10:00:00+00:00" },
        created_at: stamp,
        updated_at: "2026-07-15T10:00:05.000000+00:00",
      },
    ]);
  });

  behaviour("deletes it with its message and its tags' links", assumed, async () => {
    const id = idOf(await create({}));
    const message = await account.messageId(id);
    const tag = idOf(await account.call("POST /api/tags", { data: { type: "tag", attributes: { name: "sale" } } }));
    expect((await account.call(`POST /api/tags/${tag}/relationships/campaigns`, { data: [{ type: "campaign", id }] })).status).toBe(204);
    expect(dataOf(await account.call(`GET /api/campaigns/${id}/tags`))[0]?.attributes).toEqual({ name: "sale" });
    expect((await account.call(`DELETE /api/campaigns/${id}`)).status).toBe(204);
    for (const path of [`campaigns/${id}`, `campaign-messages/${message}`])
      expect((await account.call(`GET /api/${path}`)).status).toBe(404);
    expect(account.control.state().counts).toMatchObject({ tags: 1, tag_links: 0 });
  });

  behaviour("deletes it with its jobs, its numbers and its copy of a template", assumed, async () => {
    const id = await account.ready([list]);
    const template = idOf(await account.call(`GET /api/campaign-messages/${await account.messageId(id)}/template`));
    await account.call("POST /api/campaign-recipient-estimation-jobs", { data: { type: "campaign-recipient-estimation-job", id } });
    account.control.advance(5000);
    await account.send(id);
    account.control.advance(60_000);
    const paths = ["send-jobs", "recipient-estimation-jobs", "recipient-estimations"].map((each) => `campaign-${each}/${id}`);
    const statuses = () =>
      Promise.all([...paths, `templates/${template}`].map(async (path) => (await account.call(`GET /api/${path}`)).status));
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    expect((await account.call(`DELETE /api/campaigns/${id}`)).status).toBe(204);
    expect(await statuses()).toEqual([404, 404, 404, 404]);
  });

  behaviour(
    "keeps the copy of a template out of the library",
    { as: "documented", from: "openapi/stable-2026-07-15.json assign_template_to_campaign_message" },
    async () => {
      const id = await account.ready([list]);
      const copy = idOf(await account.call(`GET /api/campaign-messages/${await account.messageId(id)}/template`));
      expect((await account.call(`GET /api/templates/${copy}`)).status).toBe(200);
      expect(dataOf(await account.call("GET /api/templates")).map(({ attributes }) => attributes["name"])).toEqual(["T"]);
      const clone = await account.call("POST /api/template-clone", { data: { type: "template", id: copy, attributes: { name: "Kept" } } });
      expect(clone.status).toBe(201);
      expect(dataOf(await account.call("GET /api/templates?sort=name")).map(({ attributes }) => attributes["name"])).toEqual(["Kept", "T"]);
    },
  );

  behaviour("clones to a new draft with messages and templates of its own", spec, async () => {
    const id = await account.ready([list]);
    const answer = await account.call("POST /api/campaign-clone", { data: { type: "campaign", id, attributes: { new_name: "Again" } } });
    expect([answer.status, attributesOf(answer)["name"], attributesOf(answer)["status"]]).toEqual([201, "Again", "Draft"]);
    const ids = await Promise.all([id, idOf(answer)].map((each) => account.messageId(each)));
    const templates = await Promise.all(ids.map(async (each) => idOf(await account.call(`GET /api/campaign-messages/${each}/template`))));
    expect(new Set([...ids, ...templates]).size).toBe(4);
    expect((await account.call("POST /api/campaign-clone", { data: { type: "campaign", id: "x", attributes: {} } })).status).toBe(404);
  });
});

describe("campaign messages", () => {
  behaviour("change by their definition, member by member", spec, async () => {
    const id = await account.messageId(idOf(await create({})));
    const answer = await patchMessage(id, { channel: "email", label: "Main", content: { preview_text: "Look", from_label: null } });
    expect(attributesOf(answer)["definition"]).toMatchObject({
      label: "Main",
      content: { subject: "Hello", preview_text: "Look", from_label: null },
    });
    const wrong = await patchMessage(id, { channel: "sms", content: { body: "x" } });
    expect([wrong.status, errorOf(wrong).source]).toEqual([400, { pointer: "/data/attributes/definition/channel" }]);
  });

  behaviour(
    "get a copy of the template, and show themselves in the older form",
    { as: "observed", from: "recorded/assign-template-to-campaign-message.json" },
    async () => {
      const message = await account.messageId(idOf(await create({})));
      const template = await account.template("<html><body>One</body></html>");
      const answer = await account.call("POST /api/campaign-message-assign-template", assignBody(message, template));
      const [shown] = dataOf(answer);
      const copy = String(at(shown?.relationships ?? {}, "template", "data")["id"]);
      expect(answer.status).toBe(200);
      expect(Object.keys(shown?.attributes ?? {})).toEqual([
        "label",
        "channel",
        "content",
        "render_options",
        "send_times",
        "created_at",
        "updated_at",
      ]);
      expect(Object.keys(shown?.relationships ?? {})).toEqual(["campaign", "template"]);
      expect(copy).not.toBe(template);
      expect(answer.body["included"]).toMatchObject([
        { type: "template", id: copy, attributes: { name: `Clone of ${template}`, html: "<html><head></head><body>One</body></html>" } },
      ]);
      await account.call(`PATCH /api/templates/${template}`, {
        data: { type: "template", id: template, attributes: { html: "<html><body>Two</body></html>" } },
      });
      const kept = await account.call(`GET /api/campaign-messages/${message}?include=template,campaign`);
      expect(JSON.stringify(kept.body["included"])).toContain("One");
      await account.call(`DELETE /api/templates/${copy}`);
      expect((await account.call(`GET /api/campaign-messages/${message}/relationships/template`)).body["data"]).toBeNull();
    },
  );

  behaviour("take images on SMS and push, by their own relationship", spec, async () => {
    const upload = await account.call("POST /api/images", {
      data: { type: "image", attributes: { import_from_url: "https://a.example/logo.png" } },
    });
    const image = { data: { type: "image", id: idOf(upload) } };
    const sms = await account.messageId(idOf(await create({}, { channel: "sms", content: { body: "Hi" } })));
    expect((await account.call(`PATCH /api/campaign-messages/${sms}/relationships/image`, image)).status).toBe(204);
    expect(idOf(await account.call(`GET /api/campaign-messages/${sms}/image`))).toBe(image.data.id);
    expect(
      (await account.call(`PATCH /api/campaign-messages/${sms}/relationships/image`, { data: { type: "image", id: "0" } })).status,
    ).toBe(404);
    const email = await account.messageId(idOf(await create({})));
    expect((await account.call(`PATCH /api/campaign-messages/${email}/relationships/image`, image)).status).toBe(400);
  });
});

describe("recipient estimation", () => {
  behaviour("counts after a few seconds; there is none before", spec, async () => {
    const id = idOf(await create({ audiences: { included: [await account.crowd(3)], excluded: [] } }));
    const estimation = () => account.call(`GET /api/campaign-recipient-estimations/${id}`);
    const job = async () => attributesOf(await account.call(`GET /api/campaign-recipient-estimation-jobs/${id}`))["status"];
    const refresh = () =>
      account.call("POST /api/campaign-recipient-estimation-jobs", { data: { type: "campaign-recipient-estimation-job", id } });
    expect((await estimation()).status).toBe(404);
    const asked = await refresh();
    expect([asked.status, idOf(asked), attributesOf(asked)]).toEqual([202, id, { status: "queued" }]);
    account.control.advance(1500);
    expect([await job(), (await estimation()).status]).toEqual(["processing", 404]);
    account.control.advance(1500);
    expect([await job(), attributesOf(await estimation())]).toEqual(["complete", { estimated_recipient_count: 3 }]);
    await refresh();
    expect([await job(), (await estimation()).status]).toEqual(["queued", 200]);
    expect(
      (await account.call("POST /api/campaign-recipient-estimation-jobs", { data: { type: "campaign-recipient-estimation-job", id: "x" } }))
        .status,
    ).toBe(404);
  });
});
