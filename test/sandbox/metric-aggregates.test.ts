import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { event, metricId, openAccount, track } from "./activity.ts";
import { errorOf, type Called, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

let sandbox: Opened;
let metric = "";
beforeEach(async () => {
  sandbox = await openAccount();
  const order = (email: string, time: string, value: number, properties: JsonObject) =>
    event(email, "Placed Order", { time, value, properties });
  await track(
    sandbox,
    order("a@example.com", "2026-07-01T03:30:00Z", 10, { "Campaign Name": "June", URL: "https://a.example" }),
    order("a@example.com", "2026-07-01T12:00:00Z", 20.5, { "Campaign Name": "July" }),
    order("b@example.com", "2026-07-01T12:10:00Z", 1, { "Campaign Name": "July" }),
    order("b@example.com", "2026-07-03T23:59:59Z", 2, {}),
    order("b@example.com", "2026-07-04T00:00:00Z", 100, {}),
  );
  metric = await metricId(sandbox, "Placed Order");
});
afterEach(() => sandbox.close());

const RANGE = ["greater-or-equal(datetime,2026-07-01T00:00:00Z)", "less-than(datetime,2026-07-04T00:00:00Z)"];
const ask = (attributes: JsonObject): Promise<Called> =>
  sandbox.call("POST /api/metric-aggregates", {
    data: { type: "metric-aggregate", attributes: { metric_id: metric, measurements: ["count"], filter: RANGE, ...attributes } },
  });
const found = ({ body }: Called) =>
  (body["data"] as JsonObject)["attributes"] as {
    dates: string[];
    data: { dimensions: string[]; measurements: Record<string, number[]> }[];
  };
const spec = { as: "documented", from: "behaviour.md §2.18" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.18" } as const;

describe("query_metric_aggregates", () => {
  behaviour(
    "counts, sums and counts people per day, days without events included",
    { as: "observed", from: "recorded/query-metric-aggregates.json" },
    async () => {
      const answer = await ask({ measurements: ["count", "sum_value", "unique"], interval: "day", timezone: "UTC" });
      expect(answer.status).toBe(200);
      expect(found(answer)).toEqual({
        dates: ["2026-07-01T00:00:00+00:00", "2026-07-02T00:00:00+00:00", "2026-07-03T00:00:00+00:00"],
        data: [{ dimensions: [], measurements: { count: [3, 0, 1], sum_value: [31.5, 0, 2], unique: [2, 0, 1] } }],
      });
      expect(answer.body).toMatchObject({
        data: { type: "metric-aggregate", id: expect.stringMatching(/^-?\d+$/), links: { self: `${sandbox.url}/api/metric-aggregates/` } },
        links: { self: `${sandbox.url}/api/metric-aggregates`, next: null, prev: null },
      });
    },
  );

  const intervals: [interval: string, timezone: string, filter: string[], dates: string[], counts: number[]][] = [
    [
      "hour",
      "UTC",
      ["greater-or-equal(datetime,2026-07-01T11:00:00Z)", "less-than(datetime,2026-07-01T14:00:00Z)"],
      ["2026-07-01T11:00:00+00:00", "2026-07-01T12:00:00+00:00", "2026-07-01T13:00:00+00:00"],
      [0, 2, 0],
    ],
    ["week", "UTC", RANGE, ["2026-06-29T00:00:00+00:00"], [4]],
    [
      "month",
      "UTC",
      ["greater-or-equal(datetime,2026-06-15T00:00:00Z)", "less-than(datetime,2026-08-01T00:00:00Z)"],
      ["2026-06-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00"],
      [0, 5],
    ],
    [
      "day",
      "America/New_York",
      ["greater-or-equal(datetime,2026-06-30T00:00:00)", "less-than(datetime,2026-07-02T00:00:00)"],
      ["2026-06-30T04:00:00+00:00", "2026-07-01T04:00:00+00:00"],
      [1, 2],
    ],
  ];
  for (const [interval, timezone, filter, dates, count] of intervals) {
    behaviour(`has intervals of a ${interval} that begin in ${timezone}, the first cut by the range`, assumed, async () => {
      expect(found(await ask({ interval, timezone, filter }))).toEqual({ dates, data: [{ dimensions: [], measurements: { count } }] });
    });
  }

  behaviour("keeps days whole where the clocks change", assumed, async () => {
    const filter = ["greater-or-equal(datetime,2026-03-28T00:00:00)", "less-than(datetime,2026-03-31T00:00:00)"];
    expect(found(await ask({ timezone: "Europe/Berlin", filter })).dates).toEqual([
      "2026-03-27T23:00:00+00:00",
      "2026-03-28T23:00:00+00:00",
      "2026-03-29T22:00:00+00:00",
    ]);
  });

  behaviour("knows zones by their older names too", assumed, async () => {
    const zones = ["US/Eastern", "Asia/Kolkata", "Europe/Kiev", "UTC", "GMT", "America/Port-au-Prince"];
    expect(await Promise.all(zones.map(async (timezone) => (await ask({ timezone })).status))).toEqual(zones.map(() => 200));
  });

  behaviour("groups by dimensions, empty where an event has none, most first", spec, async () => {
    const groups = async (more: JsonObject) =>
      found(await ask({ by: ["Campaign Name"], interval: "month", ...more })).data.map(({ dimensions, measurements }) => [
        ...dimensions,
        measurements["count"]?.[0],
      ]);
    expect(await groups({})).toEqual([
      ["July", 2],
      ["", 1],
      ["June", 1],
    ]);
    expect(await groups({ sort: "Campaign Name" })).toEqual([
      ["", 1],
      ["July", 2],
      ["June", 1],
    ]);
    expect(await groups({ filter: [...RANGE, 'equals(Campaign Name,"June")'] })).toEqual([["June", 1]]);
    expect(await groups({ filter: [...RANGE, 'any(Campaign Name,["June","July"])', 'contains(URL,"a.example")'] })).toEqual([["June", 1]]);
    expect(await groups({ filter: [...RANGE, 'equals(URL,"none")'] })).toEqual([]);
  });

  behaviour("pages its groups by a cursor in the body", assumed, async () => {
    const query = { by: ["Campaign Name"], interval: "month", page_size: 2 };
    const first = await ask(query);
    const { next } = first.body["links"] as { next: string };
    const second = await ask({ ...query, page_cursor: new URL(next).searchParams.get("page_cursor") ?? "" });
    expect([found(first).data.length, found(second).data.map(({ dimensions }) => dimensions)]).toEqual([2, [["June"]]]);
    expect(second.body["links"]).toMatchObject({ next: null, prev: expect.stringContaining("page_cursor=") });
    expect((await ask({ ...query, page_size: 3, page_cursor: new URL(next).searchParams.get("page_cursor") ?? "" })).status).toBe(400);
    expect(found(await ask({ ...query, return_fields: ["dates"] }))).toEqual({ dates: ["2026-07-01T00:00:00+00:00"] });
  });

  const refused: [what: string, attributes: JsonObject, status: number][] = [
    ["no time range", { filter: [] }, 400],
    ["half a time range", { filter: RANGE.slice(0, 1) }, 400],
    [
      "a range that ends before it begins",
      { filter: ["greater-or-equal(datetime,2026-07-04T00:00:00Z)", "less-than(datetime,2026-07-01T00:00:00Z)"] },
      400,
    ],
    ["more than a year", { filter: ["greater-or-equal(datetime,2025-01-01T00:00:00Z)", "less-than(datetime,2026-07-01T00:00:00Z)"] }, 400],
    ["a zone that is none", { timezone: "Europe/Atlantis" }, 400],
    ["a zone that the vendor leaves out", { timezone: "Europe/Kyiv" }, 400],
    ["a zone in small letters", { timezone: "america/new_york" }, 400],
    ["an offset in place of a zone", { timezone: "+02:00" }, 400],
    ["a filter by what is no dimension", { filter: [...RANGE, 'equals(Colour,"red")'] }, 400],
    ["an operator that is none", { filter: [...RANGE, 'like(URL,"x")'] }, 400],
    ["a sort by what is not asked for", { sort: "unique" }, 400],
    ["no measurement", { measurements: [] }, 400],
    ["a metric that is not there", { metric_id: "NoSuch" }, 404],
  ];
  for (const [what, attributes, status] of refused) {
    behaviour(`refuses ${what}`, spec, async () => {
      const answer = await ask(attributes);
      expect([answer.status, errorOf(answer).detail]).toEqual([status, expect.stringMatching(/\S/)]);
    });
  }
});
