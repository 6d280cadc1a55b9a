import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { HOUR } from "./campaigning.ts";
import { behaviour } from "./provenance.ts";
import { openReporting, type Happened, type Reporting } from "./reporting.ts";

let account: Reporting;
let campaign = "";
let message = "";
let audiences: JsonObject = {};
beforeEach(async () => {
  account = await openReporting();
  audiences = { included: [await account.list("All")] };
  campaign = await account.draft({ audiences });
  message = await account.messageId(campaign);
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.18" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.18" } as const;
const WEEK = { key: "last_7_days" };
const credit = () => ({ attributed: { campaign, "campaign-message": message } });
const toAll = (metric: string, people: number, hoursAgo: number, more = credit()): Happened[] =>
  Array.from({ length: people }, (_, i) => [metric, i, hoursAgo, more]);
const valuesOf = async (statistics: string[], more: JsonObject = {}, type = "campaign-values-report") =>
  (await account.rows(type, { statistics, timeframe: WEEK, ...more })).map((row) => row.statistics);

describe("statistics of a message", () => {
  behaviour("are worked out of its events, rates as fractions", assumed, async () => {
    await account.happen(
      ...toAll("Received Email", 5, 48),
      ["Opened Email", 0, 47, credit()],
      ["Opened Email", 0, 46, credit()],
      ["Opened Email", 1, 46, credit()],
      ["Clicked Email", 0, 46, credit()],
      ["Bounced Email", 2, 48, credit()],
      ["Clicked email to unsubscribe", 3, 40, credit()],
      ["Marked Email as Spam", 4, 40, credit()],
      ["Placed Order", 0, 30, { ...credit(), value: 50 }],
      ["Placed Order", 0, 20, { ...credit(), value: 25.5 }],
      ["Placed Order", 1, 20, { value: 1000 }],
    );
    const expected = {
      recipients: 5,
      delivered: 4,
      delivery_rate: 0.8,
      bounced: 1,
      bounce_rate: 0.2,
      failed: 0,
      failed_rate: 0,
      bounced_or_failed: 1,
      bounced_or_failed_rate: 0.2,
      opens: 3,
      opens_unique: 2,
      open_rate: 0.5,
      clicks: 1,
      clicks_unique: 1,
      click_rate: 0.25,
      click_to_open_rate: 0.5,
      unsubscribes: 1,
      unsubscribe_uniques: 1,
      unsubscribe_rate: 0.25,
      spam_complaints: 1,
      spam_complaint_rate: 0.25,
      conversions: 2,
      conversion_uniques: 1,
      conversion_rate: 0.25,
      conversion_value: 75.5,
      average_order_value: 37.75,
      revenue_per_recipient: 18.875,
      message_segment_count_sum: 0,
      text_message_credit_usage_amount: 0,
      text_message_spend: 0,
      text_message_roi: 0,
    };
    expect(await valuesOf(Object.keys(expected))).toEqual([expected]);
  });

  behaviour("of texts count segments, and who answers STOP left because of the last one", assumed, async () => {
    const sms = await account.draft({ audiences }, { channel: "sms", content: { body: "x".repeat(200) } });
    const text = { attributed: { campaign: sms, "campaign-message": await account.messageId(sms) } };
    await account.happen(
      ...toAll("Received Text Message", 2, 48, text),
      ["Failed to Deliver Text Message", 2, 48, text],
      ["Placed Order", 0, 30, { ...text, value: 30 }],
      ["Unsubscribed from Text Messaging Marketing", 1, 29],
    );
    const expected = { recipients: 3, delivered: 2, failed: 1, message_segment_count_sum: 6, unsubscribe_uniques: 1 };
    const paid = { text_message_credit_usage_amount: 6, text_message_spend: 0.06, text_message_roi: 500 };
    expect(await valuesOf(Object.keys({ ...expected, ...paid }))).toEqual([{ ...expected, ...paid }]);
  });

  behaviour("agree with what a send in the sandbox leaves", spec, async () => {
    const sent = await account.ready([await account.crowd(150)]);
    await account.send(sent);
    account.control.advance(80 * HOUR);
    const tally = await account.tally();
    expect(await valuesOf(["recipients", "opens", "clicks", "bounced"])).toEqual([
      {
        recipients: 150,
        opens: tally["Opened Email"],
        clicks: tally["Clicked Email"] ?? 0,
        bounced: tally["Bounced Email"] ?? 0,
      },
    ]);
  });
});

describe("conversions", () => {
  behaviour("and all reactions count by the time of the send", spec, async () => {
    const statistics = ["recipients", "opens", "conversions"];
    await account.happen(
      ...toAll("Received Email", 2, 60),
      ["Opened Email", 0, 1, credit()],
      ["Placed Order", 0, 1, credit()],
      // Sent long ago: what comes of it now is not of this week.
      ["Received Email", 3, 30 * 24, credit()],
      ["Opened Email", 3, 1, credit()],
      ["Placed Order", 3, 1, credit()],
    );
    expect(await valuesOf(statistics)).toEqual([{ recipients: 2, opens: 1, conversions: 1 }]);
    expect(await valuesOf(statistics, { timeframe: { key: "today" } })).toEqual([]);
    const then = { start: "2026-07-12T00:00:00", end: "2026-07-13T00:00:00" };
    expect(await valuesOf(statistics, { timeframe: then })).toEqual([{ recipients: 2, opens: 1, conversions: 1 }]);
  });
});

describe("flow reports", () => {
  const sentBy = (flow: string, flowMessage: string) => ({ attributed: { flow, "flow-message": flowMessage } });

  behaviour("are of flows alone, over time if asked, dates in the account's time zone", assumed, async () => {
    await account.happen(
      ...toAll("Received Email", 1, 5),
      ["Received Email", 0, 5, sentBy("FLOWaa", "MESSa1")],
      ["Opened Email", 0, 4, sentBy("FLOWaa", "MESSa1")],
      ["Received Email", 1, 7, { properties: { $flow: "FLOWaa", $message: "MESSa1" } }],
      ["Received Text Message", 2, 30, sentBy("FLOWaa", "MESSa2")],
      ["Placed Order", 2, 1, { ...sentBy("FLOWaa", "MESSa2"), value: 20 }],
    );
    const series = { statistics: ["recipients", "open_rate", "conversion_value"], interval: "daily" };
    const timeframe = { start: "2026-07-14T00:00:00+09:00", end: "2026-07-15T08:30:00+09:00" };
    const answer = await account.ask("flow-series-report", { ...series, timeframe });
    // Seven hours before the clock's 10:00 UTC it was 23:00 of the 14th in New York.
    expect(answer.body).toMatchObject({
      data: {
        attributes: {
          date_times: ["2026-07-14T00:00:00+00:00", "2026-07-15T00:00:00+00:00"],
          results: [
            {
              groupings: { flow_id: "FLOWaa", flow_message_id: "MESSa1", send_channel: "email" },
              statistics: { recipients: [1, 1], open_rate: [0, 1], conversion_value: [0, 0] },
            },
            {
              groupings: { flow_id: "FLOWaa", flow_message_id: "MESSa2", send_channel: "sms" },
              statistics: { recipients: [1, 0], open_rate: [0, 0], conversion_value: [20, 0] },
            },
          ],
        },
        relationships: {
          flows: { data: [{ type: "flow", id: "FLOWaa" }] },
          "flow-messages": { data: [{ id: "MESSa1" }, { id: "MESSa2" }] },
        },
      },
    });
    const all = await account.rows("flow-values-report", { statistics: ["recipients", "opens"], timeframe: WEEK });
    expect(all.map(({ statistics }) => statistics)).toEqual([
      { recipients: 2, opens: 1 },
      { recipients: 1, opens: 0 },
    ]);
  });

  behaviour("part by variation where that is asked", assumed, async () => {
    const version = (variation: string) => ({
      attributed: { ...sentBy("FLOWaa", "MESSa1").attributed, "flow-message-variation": variation },
    });
    await account.happen(
      ["Received Email", 0, 5, version("A")],
      ["Received Email", 1, 5, version("B")],
      ["Opened Email", 1, 4, version("B")],
    );
    const group_by = ["flow_id", "flow_message_id", "variation"];
    const statistics = ["recipients", "opens"];
    expect(await valuesOf(statistics, { group_by }, "flow-values-report")).toEqual([
      { recipients: 1, opens: 0 },
      { recipients: 1, opens: 1 },
    ]);
    expect(await valuesOf(statistics, {}, "flow-values-report")).toEqual([{ recipients: 2, opens: 1 }]);
    expect(await valuesOf(statistics, { filter: 'equals(variation,"B")' }, "flow-values-report")).toEqual([{ recipients: 1, opens: 1 }]);
  });
});
