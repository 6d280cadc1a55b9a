import { afterEach, beforeEach, describe, expect } from "vitest";
import { HOUR, MINUTE, NOW } from "./campaigning.ts";
import { iso, openOmni, type Omni } from "./omni.ts";
import { errorOf } from "./open.ts";
import { attributesOf, consentBody, idOf, SUBSCRIBE, subscribed } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Omni;
beforeEach(async () => {
  account = await openOmni();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const DOCUMENT = "openapi/beta-2026-07-15.pre.json";
const query = { as: "documented", from: `${DOCUMENT} CampaignMessageScheduleQueryResourceObject` } as const;
const spec = (schema: string) => ({ as: "documented", from: `${DOCUMENT} ${schema}` }) as const;
const assumed = (schema: string) => ({ as: "assumed", from: `${DOCUMENT} ${schema}` }) as const;
const advance = (ms: number) => account.control.advance(ms);
const received = async (metric = "Received Email") => (await account.tally())[metric] ?? 0;

describe("schedule_campaign_message_beta", () => {
  behaviour("schedules, sends at its time and tells of it", query, async () => {
    const { message } = await account.whole([await account.crowd(3)]);
    const answer = await account.schedule(message);
    expect([answer.status, idOf(answer), attributesOf(answer)]).toEqual([
      201,
      message,
      { strategy: "static", send_time: "2026-07-15T11:00:00+00:00", send_date: null, throttling_percentage: null, throttle_unit: null },
    ]);
    expect(await account.definition("campaign-message", message)).toMatchObject({
      status: "scheduled",
      send_options: { send_strategy: "static", send_time: "2026-07-15T11:00:00+00:00" },
    });
    expect((await account.schedule(message)).status).toBe(409);
    advance(HOUR - 1000);
    expect([await account.messageStatus(message), await received()]).toEqual(["scheduled", 0]);
    advance(15_000);
    expect([await account.messageStatus(message), await received()]).toEqual(["sending", 0]);
    advance(MINUTE);
    expect([await account.messageStatus(message), await received()]).toEqual(["sent", 3]);
  });

  behaviour("wants a time to come, and what its strategy needs", query, async () => {
    const { message } = await account.whole([await account.crowd(1)]);
    const soon = iso(NOW + HOUR);
    const wrong = [
      { strategy: "static" },
      { strategy: "static", send_time: iso(NOW) },
      { strategy: "smart_send_time", send_time: soon },
      { strategy: "smart_send_time", send_date: "2026-07-14" },
      { strategy: "throttled", send_time: soon },
      { strategy: "throttled", send_time: soon, throttled_options: { throttling_percentage: 12 } },
    ];
    const answers = [];
    for (const attributes of wrong) answers.push(await account.schedule(message, attributes));
    expect(answers.map((answer) => [answer.status, errorOf(answer).source["pointer"]])).toEqual([
      [400, "/data/attributes/send_time"],
      [400, "/data/attributes/send_time"],
      [400, "/data/attributes/send_date"],
      [400, "/data/attributes/send_date"],
      [400, "/data/attributes/throttled_options"],
      [400, "/data/attributes/throttled_options/throttling_percentage"],
    ]);
    expect(await account.messageStatus(message)).toBe("draft");
    expect((await account.schedule("nope")).status).toBe(404);
  });

  behaviour("wants content and an audience", assumed("schedule_campaign_message_beta"), async () => {
    const { message, audience, variation } = await account.whole([await account.crowd(1)]);
    await account.change("campaign-variation", variation, { definition: { details: null } });
    expect(errorOf(await account.schedule(message)).detail).toBe("The message has no content.");
    await account.change("campaign-variation", variation, { definition: { details: { channel: "sms", body: "Hi" } } });
    await account.change("campaign-audience", audience, { definition: { included: [] } });
    const answer = await account.schedule(message);
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/relationships/campaign-message" }]);
  });

  behaviour("throttled goes out by so many percent a minute", spec("ThrottledOptions"), async () => {
    const { message } = await account.whole([await account.crowd(4)]);
    const throttled_options = { throttling_percentage: 25, throttle_unit: "minute" };
    const answer = await account.schedule(message, { strategy: "throttled", send_time: iso(NOW + HOUR), throttled_options });
    expect(attributesOf(answer)).toMatchObject({ strategy: "throttled", throttling_percentage: 25, throttle_unit: "minute" });
    advance(HOUR + 25_500);
    const counts = [await received()];
    for (let minute = 0; minute < 3; minute++) {
      advance(MINUTE);
      counts.push(await received());
    }
    expect([counts, await account.messageStatus(message)]).toEqual([[1, 2, 3, 4], "sending"]);
    advance(2000);
    expect(await account.messageStatus(message)).toBe("sent");
  });

  behaviour("by local time reaches each zone at its own, and a past one at once or the next day", spec("TimezoneOptions"), async () => {
    const list = await account.crowd(2, (i) => ({ location: { timezone: ["America/New_York", "Asia/Tokyo"][i] ?? "" } }));
    const local = { strategy: "local_timezone", send_time: iso(NOW + 2 * HOUR) };
    const [one, other] = [await account.whole([list]), await account.whole([list])];
    await account.change("campaign-message", other.message, { definition: { send_options: { throttling_type: "none" } } });
    await account.schedule(one.message, local);
    await account.schedule(other.message, { ...local, timezone_options: { send_past_timezones_tomorrow: true } });
    advance(MINUTE);
    expect(await received()).toBe(1);
    advance(7 * HOUR);
    expect([await received(), await account.messageStatus(one.message), await account.messageStatus(other.message)]).toEqual([
      3,
      "sent",
      "sending",
    ]);
    advance(11 * HOUR);
    expect([await received(), await account.messageStatus(other.message)]).toEqual([4, "sent"]);
  });

  behaviour("smart send time spreads over the day that it names", assumed("CampaignMessageScheduleQuery"), async () => {
    const { message } = await account.whole([await account.crowd(20)]);
    const answer = await account.schedule(message, { strategy: "smart_send_time", send_date: "2026-07-16" });
    expect(attributesOf(answer)).toMatchObject({ strategy: "smart_send_time", send_date: "2026-07-16", send_time: null });
    advance(14 * HOUR + MINUTE);
    const first = await received();
    expect(first).toBeLessThan(10);
    advance(24 * HOUR);
    expect([await received(), await account.messageStatus(message)]).toEqual([20, "sent"]);
  });
});

describe("update_campaign_message_schedule_beta", () => {
  behaviour("reverts to a draft that can be scheduled again", spec("CampaignMessageScheduleUpdateQuery"), async () => {
    const { message } = await account.whole([await account.crowd(1)]);
    expect((await account.stopMessage(message, "revert")).status).toBe(409);
    await account.schedule(message);
    advance(MINUTE);
    expect(await account.stopMessage(message, "revert")).toMatchObject({ status: 204, text: "" });
    expect(await account.definition("campaign-message", message)).toMatchObject({ status: "draft", send_options: { send_time: null } });
    advance(2 * HOUR);
    expect(await received()).toBe(0);
    await account.schedule(message, { strategy: "static", send_time: iso(NOW + 4 * HOUR) });
    advance(2 * HOUR);
    expect([await account.messageStatus(message), await received()]).toEqual(["sent", 1]);
  });

  behaviour("cancels for good, and not what is sent", spec("CampaignMessageScheduleUpdateQuery"), async () => {
    const list = await account.crowd(1);
    const [one, other] = [await account.whole([list]), await account.whole([list])];
    await account.schedule(one.message);
    expect((await account.stopMessage(one.message, "cancel")).status).toBe(204);
    expect([await account.messageStatus(one.message), (await account.schedule(one.message)).status]).toEqual(["cancelled", 409]);
    await account.schedule(other.message);
    advance(2 * HOUR);
    expect(await received()).toBe(1);
    const late = [await account.stopMessage(other.message, "cancel"), await account.stopMessage(other.message, "revert")];
    expect(late.map(({ status }) => status)).toEqual([409, 409]);
    expect((await account.stopMessage("nope", "cancel")).status).toBe(404);
  });
});

describe("recipients", () => {
  behaviour("of each message are its own audience's", { as: "documented", from: "behaviour.md §2.10" }, async () => {
    const [list, other] = [await account.crowd(3, (i) => ({ phone_number: `+1202555012${i}` })), await account.list("Not them")];
    await account.call(SUBSCRIBE, consentBody("create", [{ phone_number: "+12025550121", subscriptions: { sms: subscribed() } }]));
    const out = (await account.find("p0002@gmail.com")) ?? "";
    await account.call(`POST /api/lists/${other}/relationships/profiles`, { data: [{ type: "profile", id: out }] });
    const { campaign, message } = await account.whole([list]);
    const definition = { included: [list], excluded: [other] };
    const audience = idOf(await account.make("campaign-audience", { definition }, { campaign: `campaign:${campaign}` }));
    const text = await account.make(
      "campaign-message",
      { definition: {}, variations: [{ definition: { details: { channel: "sms", body: "Hi" } } }] },
      { campaign: `campaign:${campaign}`, "campaign-audience": `campaign-audience:${audience}` },
    );
    await account.schedule(message);
    await account.schedule(idOf(text));
    advance(2 * HOUR);
    expect([await received(), await received("Received Text Message")]).toEqual([3, 1]);
  });

  behaviour("are passed over by the kind of Smart Sending that the message has", spec("MessageSendOptions"), async () => {
    const list = await account.crowd(2);
    const sendWith = async (throttling_type: string) => {
      const { message } = await account.whole([list]);
      await account.change("campaign-message", message, { definition: { send_options: { throttling_type } } });
      await account.schedule(message, { strategy: "static", send_time: iso(account.control.clock().now + MINUTE) });
      advance(3 * MINUTE);
      return [await account.messageStatus(message), await received()];
    };
    expect(await sendWith("throttle-for-campaigns")).toEqual(["sent", 2]);
    expect(await sendWith("throttle-for-campaigns")).toEqual(["cancelled", 2]);
    expect(await sendWith("throttle-for-flows")).toEqual(["sent", 4]);
    expect(await sendWith("none")).toEqual(["sent", 6]);
  });

  behaviour("who unsubscribed get it where the message says so", spec("MessageSendOptions"), async () => {
    const list = await account.crowd(2);
    const gone = {
      type: "profile",
      attributes: { email: "p0000@gmail.com", subscriptions: { email: { marketing: { consent: "UNSUBSCRIBED" } } } },
    };
    await account.call("POST /api/profile-subscription-bulk-delete-jobs", {
      data: { type: "profile-subscription-bulk-delete-job", attributes: { profiles: { data: [gone] } } },
    });
    advance(MINUTE);
    const [one, other] = [await account.whole([list]), await account.whole([list])];
    const send_options = { is_ignoring_unsubscribes: true, throttling_type: "none" };
    await account.change("campaign-message", other.message, { definition: { send_options } });
    await account.schedule(one.message);
    advance(2 * HOUR);
    expect(await received()).toBe(1);
    await account.schedule(other.message, { strategy: "static", send_time: iso(NOW + 4 * HOUR) });
    advance(3 * HOUR);
    expect(await received()).toBe(3);
  });

  behaviour("are cut to the percentage of the message", spec("MessageSendOptions"), async () => {
    const { message } = await account.whole([await account.crowd(60)]);
    await account.change("campaign-message", message, { definition: { send_options: { recipient_percentage: 30 } } });
    await account.schedule(message);
    advance(2 * HOUR);
    const got = await received();
    expect(got).toBeGreaterThan(8);
    expect(got).toBeLessThan(30);
  });

  behaviour("leave the campaign by its exit condition", assumed("SendSettings"), async () => {
    const list = await account.crowd(2);
    const { campaign, audience, message } = await account.whole([list]);
    const order = (email: string) =>
      account.call("POST /api/events", {
        data: {
          type: "event",
          attributes: {
            properties: {},
            metric: { data: { type: "metric", attributes: { name: "Placed Order" } } },
            profile: { data: { type: "profile", attributes: { email } } },
          },
        },
      });
    await order("somebody@example.com");
    advance(MINUTE);
    const metric = await account.metricId("Placed Order");
    const send_settings = { exit_condition_enabled: true, exit_condition_conversion_metric_id: metric };
    expect((await account.change("campaign", campaign, { definition: { send_settings } })).status).toBe(200);
    const to = { campaign: `campaign:${campaign}`, "campaign-audience": `campaign-audience:${audience}` };
    const details = { channel: "email", subject: "Still there?", template_id: await account.template() };
    const send_options = { throttling_type: "none" };
    const second = idOf(
      await account.make("campaign-message", { definition: { send_options }, variations: [{ definition: { details } }] }, to),
    );
    await account.schedule(message);
    await account.schedule(second, { strategy: "static", send_time: iso(NOW + 5 * HOUR) });
    advance(2 * HOUR);
    await order("p0000@gmail.com");
    advance(4 * HOUR);
    expect(await received()).toBe(3);
  });
});

describe("variations", () => {
  behaviour("share the audience equally, are named in events, and are told apart in reports", assumed("VariationDefinition"), async () => {
    const { campaign, message, variation } = await account.whole([await account.crowd(60)]);
    const details = { channel: "email", subject: "Other", template_id: await account.template() };
    const other = idOf(
      await account.make(
        "campaign-variation",
        { definition: { name: "B", details } },
        { "campaign-message": `campaign-message:${message}` },
      ),
    );
    await account.schedule(message);
    expect(await account.definition("campaign-message", message)).toMatchObject({ send_options: { send_strategy: "content_variation" } });
    advance(HOUR + MINUTE);
    const person = (await account.find("p0007@gmail.com")) ?? "";
    const [event] = await account.events(person);
    const isFirst = event?.properties["$variation"] === variation;
    expect([isFirst ? variation : other, isFirst ? "Hello" : "Other"]).toEqual([
      event?.properties["$variation"],
      event?.properties["Subject"],
    ]);
    const report = await account.call("POST /api/campaign-values-reports", {
      data: {
        type: "campaign-values-report",
        attributes: {
          statistics: ["recipients"],
          timeframe: { key: "last_7_days" },
          conversion_metric_id: await account.metricId("Received Email"),
          group_by: ["campaign_id", "campaign_message_id", "variation", "variation_name"],
        },
      },
    });
    const rows = attributesOf(report)["results"] as { groupings: object; statistics: { recipients: number } }[];
    const of = (id: string, name: string) => ({ campaign_id: campaign, campaign_message_id: message, variation: id, variation_name: name });
    const found = (groupings: object) =>
      rows.find((row) => JSON.stringify(row.groupings) === JSON.stringify(groupings))?.statistics.recipients ?? 0;
    const counts = [found(of(variation, "A")), found(of(other, "B"))];
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(60);
    for (const count of counts) expect(count).toBeGreaterThan(15);
  });

  behaviour("of WhatsApp and push go to those who can get them", { as: "assumed", from: "behaviour.md §2.10" }, async () => {
    const list = await account.crowd(2, (i) => ({ phone_number: `+1202555012${i}` }));
    const whatsapp = { email: "p0001@gmail.com", phone_number: "+12025550121", subscriptions: { whatsapp: subscribed() } };
    await account.call(SUBSCRIBE, consentBody("create", [whatsapp]));
    advance(MINUTE);
    const profile = { data: { type: "profile", attributes: { email: "p0000@gmail.com" } } };
    const attributes = { token: "t", platform: "ios", vendor: "apns", enablement_status: "AUTHORIZED", profile };
    await account.call("POST /api/push-tokens", { data: { type: "push-token", attributes } });
    const one = await account.whole([list], { channel: "whatsapp", template_id: "hello" });
    const other = await account.whole([list], { channel: "push", title: "Hi", body: "There" });
    await account.schedule(one.message);
    await account.schedule(other.message);
    advance(2 * HOUR);
    expect([await received("Received WhatsApp"), await received("Received Push")]).toEqual([1, 1]);
  });
});

behaviour("a send leaves opens, and consent follows what people do", { as: "documented", from: "behaviour.md §2.10" }, async () => {
  const { message } = await account.whole([await account.crowd(400)]);
  await account.schedule(message);
  advance(80 * HOUR);
  const tally = await account.tally();
  expect(tally["Received Email"]).toBe(400);
  expect(tally["Opened Email"]).toBeGreaterThan(120);
  expect(tally["Clicked Email"]).toBeGreaterThan(3);
  expect(tally["Bounced Email"]).toBeGreaterThan(0);
  expect(tally["Unsubscribed from Email Marketing"] ?? 0).toBe(tally["Clicked email to unsubscribe"] ?? 0);
});
