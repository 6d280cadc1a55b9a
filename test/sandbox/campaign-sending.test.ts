import { afterEach, beforeEach, describe, expect } from "vitest";
import { messagesOf } from "../../src/sandbox/resources/campaign-rows.ts";
import { suppress } from "../../src/sandbox/resources/consent.ts";
import { react } from "../../src/sandbox/sending/deliver.ts";
import { lettersOf } from "../../src/sandbox/sending/variations.ts";
import { HOUR, MINUTE, NOW, openCampaigning, type Campaigning } from "./campaigning.ts";
import { dataOf, errorOf } from "./open.ts";
import { consentBody, idOf, SUBSCRIBE, subscribed, UNSUBSCRIBE } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Campaigning;
beforeEach(async () => {
  account = await openCampaigning();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.10" } as const;
const recorded = { as: "observed", from: "recorded/list-campaigns.json" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.10" } as const;
const advance = (ms: number) => account.control.advance(ms);
const iso = (ms: number) => new Date(ms).toISOString();
const received = async (metric = "Received Email") => (await account.tally())[metric] ?? 0;

describe("send_campaign", () => {
  behaviour("answers 202 with a queued job that has the campaign's id", spec, async () => {
    const id = await account.ready([await account.crowd(1)]);
    const answer = await account.send(id);
    expect([answer.status, idOf(answer), answer.body["data"]]).toMatchObject([
      202,
      id,
      { type: "campaign-send-job", attributes: { status: "queued" } },
    ]);
    expect((await account.send("x")).status).toBe(404);
  });

  behaviour("needs a subject, a sender and a template", assumed, async () => {
    const list = await account.list("News");
    const empty = await account.draft({ audiences: { included: [list] } }, { channel: "email", content: { from_email: null } });
    const answer = await account.send(empty);
    expect(answer.status).toBe(400);
    expect((answer.body["errors"] as { detail: string }[]).map(({ detail }) => detail)).toEqual([
      "The message has no subject.",
      "The message has no from email.",
      "The message has no template.",
    ]);
    const sms = await account.draft({ audiences: { included: [list] } }, { channel: "sms" });
    expect(errorOf(await account.send(sms)).detail).toBe("The message has no body.");
    expect(await account.status(empty)).toBe("Draft");
  });

  behaviour("goes from preparing over sending to sent", spec, async () => {
    const id = await account.ready([await account.crowd(3)]);
    await account.send(id);
    expect([await account.status(id), await account.jobStatus(id)]).toEqual(["Preparing to send", "queued"]);
    advance(10_000);
    expect([await account.status(id), await account.jobStatus(id)]).toEqual(["Adding Recipients", "processing"]);
    advance(15_000);
    expect([await account.status(id), await received()]).toEqual(["Sending", 3]);
    advance(2000);
    expect([await account.status(id), await account.jobStatus(id)]).toEqual(["Sent", "complete"]);
    expect(await account.campaign(id)).toMatchObject({
      send_time: "2026-07-15T10:00:00.000000+00:00",
      scheduled_at: "2026-07-15T10:00:00.000000+00:00",
    });
    expect((await account.send(id)).status).toBe(409);
  });

  behaviour("ends without recipients after half a minute, its times set", recorded, async () => {
    const id = await account.ready([await account.list("Nobody")]);
    await account.send(id);
    advance(29_000);
    expect(await account.status(id)).toBe("Queued without Recipients");
    advance(1000);
    expect(await account.campaign(id)).toMatchObject({
      status: "Cancelled: No Recipients",
      send_time: expect.any(String) as string,
      scheduled_at: expect.any(String) as string,
    });
    expect(await account.jobStatus(id)).toBe("cancelled");
  });

  behaviour("ends as misconfigured when the template is gone by then", assumed, async () => {
    const id = await account.ready([await account.crowd(1)], { send_strategy: { method: "static", datetime: iso(NOW + HOUR) } });
    await account.send(id);
    const template = idOf(await account.call(`GET /api/campaign-messages/${await account.messageId(id)}/template`));
    await account.call(`DELETE /api/templates/${template}`);
    advance(2 * HOUR);
    expect([await account.status(id), await received()]).toEqual(["Cancelled: Misconfigured", 0]);
  });

  behaviour("is scheduled for a time to come, and begins then", spec, async () => {
    const id = await account.ready([await account.crowd(2)], { send_strategy: { method: "static", datetime: iso(NOW + 2 * HOUR) } });
    await account.send(id);
    expect(await account.status(id)).toBe("Preparing to schedule");
    advance(5000);
    expect(await account.campaign(id)).toMatchObject({
      status: "Scheduled",
      scheduled_at: "2026-07-15T10:00:02.000000+00:00",
      send_time: "2026-07-15T12:00:00.000000+00:00",
    });
    advance(2 * HOUR - 6000);
    expect([await account.status(id), await received()]).toEqual(["Scheduled", 0]);
    advance(MINUTE);
    expect([await account.status(id), await received()]).toEqual(["Sent", 2]);
  });

  behaviour("throttled goes out by so many percent an hour", spec, async () => {
    const id = await account.ready([await account.crowd(8)], {
      send_strategy: { method: "throttled", datetime: iso(NOW), throttle_percentage: 25 },
    });
    await account.send(id);
    advance(MINUTE);
    const counts = [await received()];
    for (let hour = 0; hour < 3; hour++) {
      expect(await account.status(id)).toBe("Sending");
      advance(HOUR);
      counts.push(await received());
    }
    expect(counts).toEqual([2, 4, 6, 8]);
    expect(await account.status(id)).toBe("Sent");
  });

  behaviour("by smart send time spreads over the day", assumed, async () => {
    const id = await account.ready([await account.crowd(12)], { send_strategy: { method: "smart_send_time", date: "2026-07-16" } });
    await account.send(id);
    advance(14 * HOUR - 1000);
    expect([await account.status(id), await received()]).toEqual(["Scheduled", 0]);
    advance(12 * HOUR);
    const half = await received();
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(12);
    advance(13 * HOUR);
    expect([await account.status(id), await received()]).toEqual(["Sent", 12]);
  });

  behaviour("by local time reaches each where the clock shows it", spec, async () => {
    const zones = ["Asia/Tokyo", "America/New_York"];
    const list = await account.crowd(2, (i) => ({ location: { timezone: zones[i] ?? "" } }));
    const id = await account.ready([list], {
      send_strategy: { method: "static", datetime: "2026-07-17T09:00:00Z", options: { is_local: true } },
    });
    await account.send(id);
    account.control.setClock(Date.UTC(2026, 6, 17, 0, 1));
    expect(await received()).toBe(1);
    account.control.setClock(Date.UTC(2026, 6, 17, 13, 1));
    expect([await received(), await account.status(id)]).toEqual([2, "Sent"]);
  });
});

describe("recipients", () => {
  behaviour("are the included less the excluded less those who cannot receive", spec, async () => {
    const [list, other] = [await account.list("News"), await account.list("Not them")];
    const people = await Promise.all(["in", "out", "suppressed"].map((name) => account.person({ email: `${name}@example.com` })));
    const phoneOnly = await account.person({ phone_number: "+12025550123" });
    const link = (id: string, members: string[]) =>
      account.call(`POST /api/lists/${id}/relationships/profiles`, { data: members.map((each) => ({ type: "profile", id: each })) });
    await link(list, [...people, phoneOnly]);
    await link(other, people.slice(1, 2));
    await account.within((ctx) => void suppress(ctx, people[2] ?? "", "USER_SUPPRESSED"));
    const definition = {
      condition_groups: [
        { conditions: [{ type: "profile-group-membership", is_member: true, group_ids: [list], timeframe_filter: null }] },
      ],
    };
    const segment = idOf(await account.call("POST /api/segments", { data: { type: "segment", attributes: { name: "S", definition } } }));
    const id = await account.ready([list, segment], { audiences: { included: [list, segment], excluded: [other] } });
    await account.send(id);
    advance(MINUTE);
    expect(await received()).toBe(1);
    expect((await account.events(people[0] ?? "")).map(({ metric }) => metric)).toContain("Received Email");
  });

  behaviour("who got an email within 16 hours are passed over, unless Smart Sending is off", spec, async () => {
    const list = await account.crowd(2);
    const sendOne = async (attributes = {}) => {
      const id = await account.ready([list], attributes);
      await account.send(id);
      advance(MINUTE);
      return account.status(id);
    };
    expect(await sendOne()).toBe("Sent");
    expect([await sendOne(), await received()]).toEqual(["Cancelled: Smart Sending", 2]);
    expect([await sendOne({ send_options: { use_smart_sending: false } }), await received()]).toEqual(["Sent", 4]);
    advance(16 * HOUR);
    expect(await sendOne()).toBe("Sent");
  });

  behaviour("of a text message have said yes to texts", spec, async () => {
    const list = await account.crowd(2, (i) => ({ phone_number: `+1202555012${i}` }));
    await account.call(SUBSCRIBE, consentBody("create", [{ phone_number: "+12025550121", subscriptions: { sms: subscribed() } }]));
    const id = await account.draft({ audiences: { included: [list] } }, { channel: "sms", content: { body: "Hi" } });
    await account.send(id);
    advance(MINUTE);
    expect(await received("Received Text Message")).toBe(1);
  });
});

describe("what recipients do", () => {
  behaviour("each gets one event with the message's properties", { as: "observed", from: "recorded/events.json" }, async () => {
    const id = await account.ready([await account.crowd(1)], { name: "Summer" });
    await account.send(id);
    advance(MINUTE);
    const message = await account.messageId(id);
    const person = (await account.find("p0000@gmail.com")) ?? "";
    expect((await account.events(person))[0]).toEqual({
      metric: "Received Email",
      properties: {
        Subject: "Hello",
        "Recipient Email Address": "p0000@gmail.com",
        "Email Domain": "gmail.com",
        "Inbox Provider": "Gmail",
        $_cohort$message_send_cohort: `1784109625:${message}`,
        $ESP: 2,
        "Campaign Name": "Summer",
        $message: message,
        $event_id: expect.stringMatching(new RegExp(`^${message}:[0-9A-Z]{26}:${(NOW + 25_000) / 1000}$`)) as string,
      },
    });
  });

  behaviour("is plausible, comes over the hours that follow, and the same each time", assumed, async () => {
    const run = async (there: Campaigning) => {
      const id = await there.ready([await there.crowd(400)]);
      await there.send(id);
      there.control.advance(MINUTE);
      const soon = (await there.tally())["Opened Email"] ?? 0;
      there.control.advance(72 * HOUR);
      return { soon, tally: await there.tally() };
    };
    const { soon, tally } = await run(account);
    expect(tally["Received Email"]).toBe(400);
    expect(tally["Opened Email"]).toBeGreaterThan(120);
    expect(tally["Opened Email"]).toBeLessThan(220);
    expect(soon).toBeLessThan(10);
    expect(tally["Clicked Email"]).toBeGreaterThan(3);
    expect(tally["Bounced Email"]).toBeGreaterThan(0);
    const same = await openCampaigning();
    expect((await run(same)).tally).toEqual(tally);
    await same.close();
  });

  behaviour("goes to nobody through a list that they left", { as: "assumed", from: "behaviour.md §2.3 rule 6" }, async () => {
    const list = await account.crowd(2);
    const other = await account.list("Other");
    const people = [(await account.find("p0000@gmail.com")) ?? "", (await account.find("p0001@gmail.com")) ?? ""];
    const out = { email: "p0000@gmail.com", subscriptions: { email: { marketing: { consent: "UNSUBSCRIBED" } } } };
    await account.call(UNSUBSCRIBE, consentBody("delete", [out], { list }));
    for (const id of [list, other]) {
      await account.call(`POST /api/lists/${id}/relationships/profiles`, { data: [{ type: "profile", id: people[0] ?? "" }] });
    }
    await account.send(await account.ready([list]));
    advance(MINUTE);
    expect(await received()).toBe(1);
    await account.send(await account.ready([other]));
    advance(MINUTE);
    expect(await received()).toBe(2);
  });

  behaviour("is counted by channel and by when it was sent", { as: "observed", from: "recorded/events.json" }, async () => {
    const id = await account.ready([await account.crowd(60)]);
    await account.send(id);
    advance(72 * HOUR);
    const metric = dataOf(await account.call("GET /api/metrics")).find(({ attributes }) => attributes["name"] === "Opened Email")?.id ?? "";
    const by = ["$campaign_channel", "$attributed_channel", "$flow_channel", "$message_send_cohort"];
    const filter = ["greater-or-equal(datetime,2026-07-15T00:00:00Z)", "less-than(datetime,2026-07-19T00:00:00Z)"];
    const attributes = { metric_id: metric, measurements: ["count"], interval: "month", by, filter };
    const answer = await account.call("POST /api/metric-aggregates", { data: { type: "metric-aggregate", attributes } });
    const { data } = answer.body as { data: { attributes: { data: { dimensions: string[] }[] } } };
    expect(data.attributes.data.length).toBeGreaterThan(0);
    for (const { dimensions } of data.attributes.data)
      expect(dimensions).toEqual(["email", "email", "", expect.stringMatching(/^17841\d{5}:\w+$/)]);
  });

  behaviour("changes consent and suppression", { as: "documented", from: "behaviour.md §2.3" }, async () => {
    const id = await account.ready([await account.crowd(3)]);
    const reactions = ["bounce hard", "complain", "unsubscribe"] as const;
    const people = await Promise.all(reactions.map((_, i) => account.find(`p000${i}@gmail.com`)));
    await account.within((ctx) => {
      for (const [i, reaction] of reactions.entries()) {
        const [message] = messagesOf({ id }, ctx);
        const person = people[i] ?? "";
        const letter = message && lettersOf(message, ctx)(person);
        if (letter) react(letter, person, { reaction, at: ctx.now }, ctx);
      }
    });
    const told = await Promise.all(people.map(async (each) => (await account.events(each ?? "")).map(({ metric }) => metric).toSorted()));
    expect(told).toEqual([
      ["Bounced Email"],
      ["Marked Email as Spam"],
      ["Clicked email to unsubscribe", "Unsubscribed from Email Marketing"],
    ]);
    const after = await Promise.all(people.map((each) => account.email(each ?? "")));
    expect(after.map(({ can_receive_email_marketing: can }) => can)).toEqual([false, false, false]);
    expect(after[0]?.["suppression"]).toMatchObject([{ reason: "HARD_BOUNCE" }]);
    await account.send(id);
    advance(MINUTE);
    expect(await account.status(id)).toBe("Cancelled: No Recipients");
  });

  behaviour("leaves no opens where they are not tracked", assumed, async () => {
    const id = await account.ready([await account.crowd(60)], { tracking_options: { is_tracking_opens: false } });
    await account.send(id);
    advance(72 * HOUR);
    expect((await account.tally())["Opened Email"]).toBeUndefined();
  });
});

describe("cancel_campaign_send", () => {
  const inAnHour = { send_strategy: { method: "static", datetime: iso(NOW + HOUR) } };

  behaviour("cancels for good", spec, async () => {
    const id = await account.ready([await account.crowd(2)], inAnHour);
    await account.send(id);
    advance(MINUTE);
    expect(await account.stop(id, "cancel")).toMatchObject({ status: 204, text: "" });
    expect([await account.status(id), await account.jobStatus(id)]).toEqual(["Cancelled", "cancelled"]);
    advance(2 * HOUR);
    expect([await account.status(id), await received()]).toEqual(["Cancelled", 0]);
    expect((await account.send(id)).status).toBe(409);
    expect((await account.stop(id, "revert")).status).toBe(409);
  });

  behaviour("reverts to a draft that must be sent again", spec, async () => {
    const id = await account.ready([await account.crowd(2)], inAnHour);
    await account.send(id);
    advance(MINUTE);
    expect((await account.stop(id, "revert")).status).toBe(204);
    expect(await account.campaign(id)).toMatchObject({ status: "Draft", scheduled_at: null, send_time: null });
    advance(2 * HOUR);
    expect([await account.status(id), await received()]).toEqual(["Draft", 0]);
    await account.send(id);
    advance(MINUTE);
    expect([await account.status(id), await received()]).toEqual(["Sent", 2]);
  });

  behaviour("stops a send on its way and recalls nothing", spec, async () => {
    const id = await account.ready([await account.crowd(4)], {
      send_strategy: { method: "throttled", datetime: iso(NOW), throttle_percentage: 50 },
    });
    await account.send(id);
    advance(MINUTE);
    expect((await account.stop(id, "revert")).status).toBe(409);
    expect((await account.stop(id, "cancel")).status).toBe(204);
    advance(5 * HOUR);
    expect([await account.status(id), await received()]).toEqual(["Cancelled", 2]);
  });

  behaviour("comes too late for what is sent, and finds nothing where nothing was", spec, async () => {
    const id = await account.ready([await account.crowd(1)]);
    expect((await account.stop(id, "cancel")).status).toBe(404);
    await account.send(id);
    advance(MINUTE);
    expect((await account.stop(id, "cancel")).status).toBe(409);
  });
});
