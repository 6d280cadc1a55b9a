import { describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { prepare } from "../account/skip.ts";
import { errorOf, tag } from "./open.ts";
import { idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";
import { openReporting, type Happened, type Reporting } from "./reporting.ts";

let account: Reporting;
let first = { campaign: "", message: "" };
let second = first;
const WEEK = { key: "last_7_days" };

prepare(
  async () => {
    account = await openReporting();
    const audiences = { included: [await account.list("All")] };
    const draft = async (name: string, definition?: JsonObject) => {
      const campaign = await account.draft({ name, audiences }, definition);
      return { campaign, message: await account.messageId(campaign) };
    };
    first = await draft("First");
    second = await draft("Second", { channel: "sms", content: { body: "Hi" } });
    for (const name of ["sale", "summer"]) {
      const id = idOf(await account.call("POST /api/tags", tag(name)));
      await account.call(`POST /api/tags/${id}/relationships/campaigns`, { data: [{ type: "campaign", id: first.campaign }] });
    }
    const by = ({ campaign, message }: typeof first) => ({ attributed: { campaign, "campaign-message": message } });
    await account.happen(["Received Email", 0, 30, by(first)], ["Received Text Message", 0, 30, by(second)]);
  },
  async () => {
    expect(account.log).toEqual([]);
    await account.close();
  },
);

const spec = { as: "documented", from: "behaviour.md §2.18" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.18" } as const;
const groupings = async (more: JsonObject) =>
  (await account.rows("campaign-values-report", { statistics: ["recipients"], timeframe: WEEK, ...more })).map((row) => row.groupings);

describe("group_by", () => {
  behaviour("is campaign, message and channel unless it says otherwise", spec, async () => {
    expect(await groupings({ group_by: null })).toEqual([
      { campaign_id: first.campaign, campaign_message_id: first.message, send_channel: "email" },
      { campaign_id: second.campaign, campaign_message_id: second.message, send_channel: "sms" },
    ]);
  });

  behaviour("names every attribute of a message, in its order, tags as lists", assumed, async () => {
    const ids = ["campaign_id", "campaign_message_id"];
    const more = ["tag_name", "campaign_message_name", "text_message_format", "group", "variation_name"];
    const [email, text] = await groupings({ group_by: [...more, ...ids] });
    expect(Object.keys(email ?? {})).toEqual([...more, ...ids]);
    expect(email).toMatchObject({ tag_name: ["sale", "summer"], campaign_message_name: "First", text_message_format: null, group: null });
    expect(text).toMatchObject({ tag_name: [], campaign_message_name: "Second", text_message_format: "sms" });
  });
});

const FILTERS: [filter: () => string, found: ("first" | "second")[]][] = [
  [() => `equals(campaign_id,"${first.campaign}")`, ["first"]],
  [() => `contains-any(campaign_message_id,["${first.message}","${second.message}"])`, ["first", "second"]],
  [() => 'equals(send_channel,"sms")', ["second"]],
  [() => 'and(equals(send_channel,"sms"),equals(campaign_message_name,"First"))', []],
  [() => 'contains-any(tag_name,["sale","none"])', ["first"]],
  [() => 'contains-all(tag_name,["sale","summer"])', ["first"]],
  [() => 'contains-all(tag_name,["sale","none"])', []],
  [() => 'equals(text_message_format,"sms")', ["second"]],
];

describe("filter", () => {
  for (const [filter, found] of FILTERS) {
    behaviour(`${filter().replaceAll('""', "…")} finds ${found.join(" and ") || "none"}`, spec, async () => {
      const all = { first, second };
      expect((await groupings({ filter: filter() })).map((row) => row["campaign_id"])).toEqual(found.map((name) => all[name].campaign));
    });
  }
});

const C = { statistics: ["opens"], timeframe: WEEK };
const SERIES = { ...C, interval: "daily" };
const days = (start: string, end: string): JsonObject => ({ start: `${start}T00:00:00Z`, end: `${end}T00:00:00Z` });
const many = JSON.stringify(Array.from({ length: 101 }, (_, i) => `c${i}`));

/** What is refused: the kind, the attributes, the attribute that the error points to, and how that is known. */
const REFUSED: [type: string, attributes: JsonObject, pointer: string, known: typeof spec | typeof assumed][] = [
  ["campaign-values-report", { ...C, group_by: ["campaign_id"] }, "group_by", spec],
  ["campaign-values-report", { ...C, group_by: [] }, "group_by", spec],
  ["campaign-values-report", { ...C, group_by: ["flow_id"] }, "group_by/0", spec],
  ["flow-values-report", { ...C, group_by: ["flow_message_id", "send_channel"] }, "group_by", spec],
  ["form-values-report", { statistics: ["submits"], timeframe: WEEK, group_by: ["form_version_id"] }, "group_by", spec],
  ["campaign-values-report", { ...C, filter: 'equals(name,"x")' }, "filter", spec],
  ["campaign-values-report", { ...C, filter: 'any(campaign_id,["x"])' }, "filter", spec],
  ["campaign-values-report", { ...C, filter: 'equals(tag_id,"x")' }, "filter", spec],
  ["campaign-values-report", { ...C, filter: 'equals(campaign_id,["x"])' }, "filter", spec],
  ["campaign-values-report", { ...C, filter: "equals(campaign_id,5)" }, "filter", assumed],
  ["campaign-values-report", { ...C, filter: 'equals(send_channel,"mobile_push")' }, "filter", spec],
  ["campaign-values-report", { ...C, filter: 'equals(campaign_id,"x"),equals(campaign_id,"y")' }, "filter", spec],
  ["campaign-values-report", { ...C, filter: `contains-any(campaign_id,${many})` }, "filter", spec],
  ["campaign-values-report", { ...C, filter: "campaign_id=x" }, "filter", assumed],
  ["form-values-report", { statistics: ["submits"], timeframe: WEEK, filter: 'contains-any(form_id,["x"])' }, "filter", spec],
  ["segment-values-report", { statistics: ["total_members"], timeframe: WEEK, filter: 'equals(name,"x")' }, "filter", spec],
  ["campaign-values-report", { ...C, timeframe: days("2025-01-01", "2026-01-03") }, "timeframe", spec],
  ["campaign-values-report", { ...C, timeframe: days("2026-07-02", "2026-07-01") }, "timeframe", assumed],
  ["segment-values-report", { statistics: ["total_members"], timeframe: days("2023-01-01", "2023-08-01") }, "timeframe", assumed],
  ["flow-series-report", { ...SERIES, interval: "hourly", timeframe: days("2026-07-01", "2026-07-09") }, "interval", spec],
  ["flow-series-report", { ...SERIES, timeframe: { key: "last_90_days" } }, "interval", spec],
  ["flow-series-report", { ...SERIES, interval: "minutely" }, "interval", spec],
  ["campaign-values-report", { ...C, conversion_metric_id: "NOTHER" }, "conversion_metric_id", assumed],
  ["campaign-values-report", { ...C, statistics: [] }, "statistics", assumed],
  ["campaign-values-report", { ...C, statistics: ["submits"] }, "statistics/0", spec],
];

describe("a report is refused with 400", () => {
  for (const [type, attributes, pointer, known] of REFUSED) {
    behaviour(`${type} ${JSON.stringify(attributes).slice(0, 110)}`, known, async () => {
      const answer = await account.ask(type, attributes);
      expect([answer.status, errorOf(answer).code, errorOf(answer).source["pointer"]]).toEqual([
        400,
        "invalid",
        `/data/attributes/${pointer}`,
      ]);
    });
  }

  behaviour("unless it is just as long as it may be", spec, async () => {
    const allowed: [string, JsonObject][] = [
      ["hourly", days("2026-07-01", "2026-07-08")],
      ["daily", days("2026-05-01", "2026-06-30")],
      ["weekly", { key: "last_365_days" }],
      ["monthly", { key: "last_12_months" }],
    ];
    const asked = allowed.map(([interval, timeframe]) => account.ask("flow-series-report", { ...C, interval, timeframe }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe("page_cursor", () => {
  behaviour("leads through the rows, for the same question alone", assumed, async () => {
    const sent = Array.from({ length: 1100 }, (_, i): Happened => {
      return ["Received Email", i % 5, 40, { attributed: { flow: "FLOWaa", "flow-message": `M${String(i).padStart(4, "0")}` } }];
    });
    await account.happen(...sent);
    const ids: unknown[] = [];
    let query = "";
    for (let page = 0; page < 3; page++) {
      const { body } = await account.ask("flow-values-report", C, query);
      const { results } = (body["data"] as { attributes: { results: { groupings: JsonObject }[] } }).attributes;
      ids.push(...results.map((row) => row.groupings["flow_message_id"]));
      const { next } = body["links"] as { next: string | null };
      expect(next === null).toBe(page === 2);
      if (next !== null) query = `?${next.split("?")[1] ?? ""}`;
    }
    expect([ids.length, new Set(ids).size]).toEqual([1100, 1100]);
    const other = await account.ask("flow-values-report", { ...C, statistics: ["clicks"] }, query);
    expect([other.status, errorOf(other).source]).toEqual([400, { parameter: "page_cursor" }]);
    expect((await account.ask("flow-values-report", C, "?page_cursor=x")).status).toBe(400);
  });
});
