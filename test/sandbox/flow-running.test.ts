import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { processed } from "./activity.ts";
import { HOUR, MINUTE, NOW } from "./campaigning.ts";
import { activity, delay, email, groups, openFlowing, property, type Flowing } from "./flowing.ts";
import { at, attributesOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const DAY = 24 * HOUR;
const spec = { as: "documented", from: "behaviour.md §2.11" } as const;
const help = { as: "assumed", from: "behaviour.md §2.11 (help.klaviyo.com 360017706091 says so)" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.11" } as const;
const advance = (ms: number) => account.control.advance(ms);
const person = (name: string, more: JsonObject = {}) => account.person({ email: `${name}@gmail.com`, ...more });
const birthday = (value: string, more: JsonObject = {}): JsonObject => ({
  type: "date",
  date_field_type: "profile-property",
  date_profile_property: "birthday",
  timedelta_value_before_date: 0,
  recurrence_frequency: "annually",
  timezone: "UTC",
  trigger_time: `${value}Z`,
  ...more,
});

/** A live flow of a new list. */
async function listFlow(actions: JsonObject[], more: JsonObject = {}): Promise<{ list: string; flow: string }> {
  const list = await account.list("News");
  const flow = await account.flow({ type: "list", id: list }, actions, more);
  await account.set(flow, "live");
  return { list, flow };
}

describe("a list", () => {
  behaviour("starts those who come once the flow is live, and each once", spec, async () => {
    const list = await account.list("News");
    const flow = await account.flow({ type: "list", id: list }, [email("Hello")]);
    const [before, after] = [await person("before"), await person("after")];
    await account.addTo(list, before);
    await account.set(flow, "live");
    await account.addTo(list, after);
    advance(2000);
    expect([await account.sent(before), await account.sent(after)]).toEqual([[], ["Hello"]]);
    await account.call(`DELETE /api/lists/${list}/relationships/profiles`, { data: [{ type: "profile", id: after }] });
    await account.addTo(list, after);
    advance(2000);
    expect(await account.sent(after)).toEqual(["Hello"]);
  });

  behaviour("marks the events of a message with the flow and the message", { as: "observed", from: "recorded/events.json" }, async () => {
    const { list, flow } = await listFlow([email("Hello")]);
    const who = await person("a");
    await account.addTo(list, who);
    advance(2000);
    const [message] = ((await account.definition(flow))["actions"] as JsonObject[]).map((action) => at(action, "data", "message")["id"]);
    const [received] = await account.events(who);
    expect(received).toMatchObject({
      metric: "Received Email",
      properties: { $flow: flow, $message: message, Subject: "About Hello", "Campaign Name": "Hello", "Email Domain": "gmail.com" },
    });
  });

  behaviour(
    "lets somebody in again as the criteria say",
    { as: "assumed", from: "openapi/stable-2026-07-15.json ReentryCriteria" },
    async () => {
      const counts: number[] = [];
      for (const reentry of [
        { duration: 1, unit: "alltime" },
        { duration: 2, unit: "day" },
        { duration: 0, unit: "hour" },
        { duration: 0, unit: "alltime" },
      ]) {
        const { list } = await listFlow([email("Hello")], { reentry_criteria: reentry });
        const who = await person(`p${counts.length}`);
        for (let i = 0; i < 3; i++) {
          await account.addTo(list, who);
          advance(DAY);
          await account.call(`DELETE /api/lists/${list}/relationships/profiles`, { data: [{ type: "profile", id: who }] });
        }
        counts.push((await account.sent(who)).length);
      }
      expect(counts).toEqual([1, 2, 3, 3]);
    },
  );
});

describe("a metric", () => {
  behaviour("starts a flow with each event that passes the trigger filter", spec, async () => {
    const who = await person("a");
    await account.track("a@gmail.com", "Ordered");
    advance(1000);
    const metric = await account.metric("Ordered");
    const filter = groups({
      type: "metric-property",
      metric_id: metric,
      field: "Total",
      filter: { type: "numeric", operator: "greater-than", value: 50 },
    });
    await account.set(await account.flow({ type: "metric", id: metric, trigger_filter: filter }, [email("Thanks")]), "live");
    for (const total of [20, 80, 90]) {
      await account.track("a@gmail.com", "Ordered", { properties: { Total: total }, unique_id: String(total) });
      advance(MINUTE);
    }
    expect(await account.sent(who)).toEqual(["Thanks", "Thanks"]);
  });

  behaviour("starts nothing with what is brought in late", { as: "documented", from: "behaviour.md §2.9" }, async () => {
    const who = await person("a");
    await account.track("a@gmail.com", "Ordered");
    advance(1000);
    await account.set(await account.flow({ type: "metric", id: await account.metric("Ordered") }, [email("Thanks")]), "live");
    await account.track("a@gmail.com", "Ordered", { backfill: true, unique_id: "late" });
    await account.track("a@gmail.com", "Ordered", { time: new Date(NOW - DAY).toISOString() });
    const metric = { data: { type: "metric", attributes: { name: "Ordered" } } };
    const group = {
      backfill: true,
      profile: { data: { type: "profile", attributes: { email: "a@gmail.com" } } },
      events: { data: [{ type: "event", attributes: { properties: {}, metric, unique_id: "in bulk" } }] },
    };
    const groups = { data: [{ type: "event-bulk-create", attributes: group }] };
    await account.call("POST /api/event-bulk-create-jobs", {
      data: { type: "event-bulk-create-job", attributes: { "events-bulk-create": groups } },
    });
    advance(MINUTE);
    expect(await account.events(who)).toHaveLength(4);
    expect(await account.sent(who)).toEqual([]);
  });

  behaviour("of its own messages starts no flow", assumed, async () => {
    const metric = await account.metric("Received Email");
    await account.set(await account.flow({ type: "metric", id: metric }, [email("Echo")]), "live");
    const { list } = await listFlow([email("Hello")]);
    const who = await person("a");
    await account.addTo(list, who);
    advance(DAY);
    expect(await account.sent(who)).toEqual(["Hello", "Echo"]);
  });
});

describe("a segment", () => {
  behaviour("starts those who come into it, not those who are in it", spec, async () => {
    const inside = await person("in", { properties: { tier: "gold" } });
    const outside = await person("out");
    const segment = await processed(account, [property("tier", "gold")]);
    await account.set(await account.flow({ type: "segment", id: segment }, [email("Gold")]), "live");
    advance(HOUR);
    await account.call(`PATCH /api/profiles/${outside}`, {
      data: { type: "profile", id: outside, attributes: { properties: { tier: "gold" } } },
    });
    advance(6 * MINUTE);
    expect([await account.sent(inside), await account.sent(outside)]).toEqual([[], ["Gold"]]);
  });
});

describe("a date", () => {
  behaviour("starts people at its time, year for year", spec, async () => {
    const [july, august, none] = [
      await person("a", { properties: { birthday: "1990-07-17" } }),
      await person("b", { properties: { birthday: "1985-08-01" } }),
      await person("c"),
    ];
    await account.set(await account.flow(birthday("12:00:00"), [email("Wishes")]), "live");
    advance(2 * DAY + 2 * HOUR - 1000);
    expect(await account.sent(july)).toEqual([]);
    advance(2000);
    expect([await account.sent(july), await account.sent(august), await account.sent(none)]).toEqual([["Wishes"], [], []]);
    advance(366 * DAY);
    expect([await account.sent(july), await account.sent(august)]).toEqual([["Wishes", "Wishes"], ["Wishes"]]);
  });

  behaviour("counts days ahead, in the person's zone", spec, async () => {
    const who = await person("a", { properties: { birthday: "1990-07-20" }, location: { timezone: "America/New_York" } });
    const trigger = birthday("09:00:00", { timedelta_value_before_date: 3, timedelta_unit_before_date: "days", timezone: "profile" });
    await account.set(
      await account.flow(trigger, [
        email("Soon"),
        { type: "countdown-delay", data: { value: 1, delay_until_time: "10:00:00Z" } },
        email("Nearly"),
      ]),
      "live",
    );
    advance(Date.UTC(2026, 6, 17, 12, 59) - NOW);
    expect(await account.sent(who)).toEqual([]);
    advance(2 * MINUTE);
    expect(await account.sent(who)).toEqual(["Soon"]);
    advance(Date.UTC(2026, 6, 19, 13, 59) - Date.UTC(2026, 6, 17, 13, 1));
    expect(await account.sent(who)).toEqual(["Soon"]);
    advance(2 * MINUTE);
    expect(await account.sent(who)).toEqual(["Soon", "Nearly"]);
  });
});

describe("a delay", () => {
  const waits: [string, JsonObject, number][] = [
    ["minutes", delay(30, "minutes"), 30 * MINUTE],
    ["hours and minutes", delay(2, "hours", { secondary_value: 15 }), 2 * HOUR + 15 * MINUTE],
    ["until a time of day", delay(1, "days", { delay_until_time: "09:00:00Z" }), 2 * DAY - HOUR],
    // The clock stands on a Wednesday.
    ["until a weekday", delay(1, "days", { delay_until_weekdays: ["friday"] }), DAY + 14 * HOUR],
    [
      "until a target date",
      { type: "target-date", data: { timezone: "UTC", target_time: "08:00:00Z", target_days: ["monday"] } },
      4 * DAY + 22 * HOUR,
    ],
  ];
  for (const [name, action, lastsMs] of waits) {
    behaviour(`holds people for ${name}`, spec, async () => {
      const { list } = await listFlow([action, email("After")]);
      const who = await person("a");
      await account.addTo(list, who);
      advance(lastsMs - 1000);
      expect(await account.sent(who)).toEqual([]);
      advance(2000);
      expect(await account.sent(who)).toEqual(["After"]);
    });
  }

  behaviour("that is changed does not move those who wait; one that is deleted lets them go on in their time", help, async () => {
    const { list, flow } = await listFlow([delay(1), email("After")]);
    const who = await person("a");
    await account.addTo(list, who);
    advance(HOUR);
    const [wait = ""] = await account.actionIds(flow);
    await account.call(`PATCH /api/flow-actions/${wait}`, {
      data: { type: "flow-action", id: wait, attributes: { definition: { ...delay(9) } } },
    });
    await account.call(`DELETE /api/flow-actions/${wait}`);
    advance(DAY);
    expect(await account.sent(who)).toEqual(["After"]);
  });
});

describe("filters", () => {
  behaviour("of the flow hold for every action", { as: "documented", from: "openapi/stable-2026-07-15.json FlowDefinition" }, async () => {
    await account.track("x@gmail.com", "Bought");
    advance(1000);
    const { list } = await listFlow([email("Cart"), delay(1), email("Still there")], {
      profile_filter: groups(activity(await account.metric("Bought"), 0, "flow-start")),
    });
    const [buyer, other] = [await person("buyer"), await person("other")];
    await account.track("buyer@gmail.com", "Bought");
    advance(MINUTE);
    await account.addTo(list, buyer, other);
    advance(HOUR);
    await account.track("buyer@gmail.com", "Bought");
    advance(DAY);
    expect([await account.sent(buyer), await account.sent(other)]).toEqual([["Cart"], ["Cart", "Still there"]]);
  });

  behaviour("keep out who was in the flow, or was sent something", spec, async () => {
    await account.track("a@gmail.com", "Ordered");
    const span = (quantity: number): JsonObject => ({ type: "date", operator: "in-the-last", unit: "day", quantity });
    const [flowWho, mailWho] = [await person("b"), await person("c")];
    advance(1000);
    const trigger = { type: "metric", id: await account.metric("Ordered") };
    const notIn = groups({ type: "profile-not-in-flow", timeframe_filter: span(2) });
    const notSent = groups({ type: "profile-not-sent-email", timeframe_filter: span(2) });
    await account.set(await account.flow(trigger, [email("In"), email("In too")], { profile_filter: notIn }), "live");
    await account.set(await account.flow(trigger, [email("Sent")], { profile_filter: notSent }), "live");
    for (const day of [0, 1, 3]) {
      await account.track("b@gmail.com", "Ordered", { unique_id: `b${day}` });
      advance(DAY);
      if (day === 1) advance(DAY);
    }
    expect((await account.sent(flowWho)).filter((name) => name === "In")).toHaveLength(2);
    expect((await account.sent(flowWho)).filter((name) => name === "In too")).toHaveLength(2);
    expect(await account.sent(mailWho)).toEqual([]);
  });

  behaviour("of a message pass over the message alone", spec, async () => {
    const { list } = await listFlow([email("Gold", { additional_filters: groups(property("tier", "gold")) }), email("All")]);
    const [gold, plain] = [await person("g", { properties: { tier: "gold" } }), await person("p")];
    await account.addTo(list, gold, plain);
    advance(MINUTE);
    expect([await account.sent(gold), await account.sent(plain)]).toEqual([["Gold", "All"], ["All"]]);
  });
});

describe("statuses", () => {
  behaviour("of a draft stop what comes, for people on their way as well", spec, async () => {
    const { list, flow } = await listFlow([email("One"), delay(1), email("Two"), delay(1), email("Three")]);
    const who = await person("a");
    await account.addTo(list, who);
    advance(HOUR);
    await account.set(flow, "draft");
    const late = await person("late");
    await account.addTo(list, late);
    advance(DAY);
    await account.set(flow, "live");
    advance(DAY);
    expect([await account.sent(who), await account.sent(late)]).toEqual([["One", "Three"], []]);
  });

  behaviour("manual keeps messages for an approval, disabled and draft pass them over", spec, async () => {
    const { list, flow } = await listFlow([email("One"), email("Two"), email("Three"), email("Four")]);
    const actions = await account.actionIds(flow);
    for (const [i, status] of ["manual", "disabled", "draft"].entries()) {
      const attributes = { definition: { type: "send-email", data: { status } } };
      await account.call(`PATCH /api/flow-actions/${actions[i]}`, { data: { type: "flow-action", id: actions[i], attributes } });
    }
    const who = await person("a");
    await account.addTo(list, who);
    advance(MINUTE);
    expect([await account.sent(who), account.count("flow_notes")]).toEqual([["Four"], 1]);
    expect(attributesOf(await account.call(`GET /api/flows/${flow}`))["status"]).toBe("live");
  });
});

describe("a large arrival", () => {
  behaviour("is let in batch by batch, nobody twice", assumed, async () => {
    const { list } = await listFlow([email("Hello"), delay(1), email("Again")]);
    const crowd: string[] = [];
    for (let i = 0; i < 350; i++) crowd.push(await person(`p${i}`));
    await account.addTo(list, ...crowd);
    advance(2000);
    expect([(await account.tally())["Received Email"], account.count("flow_runs")]).toEqual([350, 350]);
    advance(3 * DAY);
    const received = (await account.tally())["Received Email"] ?? 0;
    expect([received > 690, account.count("flow_runs")]).toEqual([true, 0]);
  });
});
