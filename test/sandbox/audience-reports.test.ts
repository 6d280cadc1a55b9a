import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { segment } from "./activity.ts";
import { errorOf, schemaViolations } from "./open.ts";
import { idOf } from "./people.ts";
import { behaviour, behaviours, schemaOf } from "./provenance.ts";
import { DAY, openReporting, type Happened, type Reporting } from "./reporting.ts";

let account: Reporting;
beforeEach(async () => {
  account = await openReporting();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const assumed = { as: "assumed", from: "behaviour.md §2.18" } as const;
const WEEK = { key: "last_7_days" };

describe("form reports", () => {
  const on = (form_id: string, form_version_id: string) => ({ properties: { form_id, form_version_id } });
  const seen = (metric: string, person: number, hoursAgo: number, form = on("F1", "1")): Happened => [metric, person, hoursAgo, form];
  beforeEach(() =>
    account.happen(
      ...[0, 1, 1, 2].map((person) => seen("Viewed Form", person, 30)),
      seen("Submitted Form", 0, 30),
      seen("Closed Form", 1, 29),
      seen("Viewed Form", 3, 3, on("F1", "2")),
      seen("Submitted Form", 3, 3, on("F1", "2")),
      seen("Viewed Form", 4, 3, on("F2", "3")),
    ),
  );

  behaviour("count views and submits per form, or per version", assumed, async () => {
    const statistics = ["viewed_form", "viewed_form_uniques", "submits", "submit_rate", "closed_form", "qualified_form"];
    const ask = async (more: JsonObject) =>
      (await account.rows("form-values-report", { statistics, timeframe: WEEK, ...more })).map(({ groupings, statistics: found }) => [
        ...Object.values(groupings),
        ...Object.values(found),
      ]);
    expect(await ask({})).toEqual([
      ["F1", 5, 4, 2, 0.4, 1, 0],
      ["F2", 1, 1, 0, 0, 0, 0],
    ]);
    expect(await ask({ group_by: ["form_id", "form_version_id"], filter: 'equals(form_id,"F1")' })).toEqual([
      ["F1", "1", 4, 3, 1, 0.25, 1, 0],
      ["F1", "2", 1, 1, 1, 1, 0, 0],
    ]);
    expect(await ask({ filter: 'any(form_version_id,["3","4"])' })).toEqual([["F2", 1, 1, 0, 0, 0, 0]]);
  });

  behaviour("spread over hours by the time of the event", assumed, async () => {
    const timeframe = { start: "2026-07-15T02:30:00Z", end: "2026-07-15T04:00:00Z" };
    const { body } = await account.ask("form-series-report", { statistics: ["viewed_form"], timeframe, interval: "hourly" });
    expect(body).toMatchObject({
      data: {
        attributes: {
          date_times: ["2026-07-15T02:00:00+00:00", "2026-07-15T03:00:00+00:00", "2026-07-15T04:00:00+00:00"],
          results: [
            { groupings: { form_id: "F1" }, statistics: { viewed_form: [0, 1, 0] } },
            { groupings: { form_id: "F2" }, statistics: { viewed_form: [0, 1, 0] } },
          ],
        },
      },
    });
  });
});

describe("segment reports", () => {
  const ordered = (timeframe: JsonObject) => ({
    type: "profile-metric",
    metric_id: account.orders,
    measurement: "count",
    measurement_filter: { type: "numeric", operator: "greater-than", value: 0 },
    timeframe_filter: timeframe,
  });
  const lately = { type: "date", operator: "in-the-last", unit: "day", quantity: 2 };
  const made = async (condition: JsonObject): Promise<string> => {
    const answer = await account.call("POST /api/segments", segment("Buyers", [condition]));
    account.control.advance(DAY);
    return idOf(answer);
  };
  const STATISTICS = ["total_members", "members_added", "members_removed", "net_members_changed"];
  const ask = async (id: string, type = "segment-series-report", more: JsonObject = { interval: "daily" }) => {
    const timeframe = { start: "2026-07-15T00:00:00", end: "2026-07-20T23:00:00" };
    const [row] = await account.rows(type, { statistics: STATISTICS, timeframe, filter: `equals(segment_id,"${id}")`, ...more });
    return STATISTICS.map((name) => row?.statistics[name]);
  };

  behaviour("tell who came and went, as far as the definition tells it for each day's end", assumed, async () => {
    const id = await made(ordered(lately));
    // By now one person has ordered on the 15th; two more do on the 17th, one of them for the first time.
    account.control.advance(DAY);
    await account.happen(["Placed Order", 0, -49], ["Placed Order", 5, -49]);
    account.control.advance(6 * DAY);
    expect(await ask(id)).toEqual([
      [1, 1, 2, 2, 0, 0],
      [1, 0, 1, 0, 0, 0],
      [0, 0, 0, 0, 2, 0],
      [1, 0, 1, 0, -2, 0],
    ]);
    expect(await ask(id, "segment-values-report", {})).toEqual([0, 0, 0, 0]);
  });

  behaviour("count nobody before they joined, and nothing before the segment was made", assumed, async () => {
    account.control.advance(DAY);
    const id = await made(ordered({ type: "date", operator: "alltime" }));
    await account.happen(["Placed Order", 0, -100]);
    account.control.advance(6 * DAY);
    expect(await ask(id)).toEqual([
      [0, 1, 1, 1, 2, 2],
      [0, 1, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 1, 0, 0, 1, 0],
    ]);
    const all = await account.rows("segment-values-report", { statistics: ["total_members"], timeframe: { key: "today" } });
    expect(all.map(({ groupings }) => groupings["segment_id"])).toContain(id);
    expect(all.length).toBeGreaterThan(1);
  });
});

const REPORTS = loadCatalog().operations.filter(({ area, channel }) => area === "reporting" && channel === "stable");

behaviours<[string, string, string[]]>(
  "%s answers as the vendor's schema has it",
  (id) => schemaOf({ id, channel: "stable" }),
  REPORTS.map(({ id, resource, args }) => [id, resource ?? "", args.map(({ name }) => name)]),
  async (operation, type, args) => {
    await account.happen(["Received Email", 0, 5, { attributed: { flow: "FLOWaa", "flow-message": "MESSa1" } }]);
    const statistic = { campaign: "opens", flow: "opens", form: "submits", segment: "total_members" }[type.split("-")[0] ?? ""] ?? "";
    const attributes = { statistics: [statistic], timeframe: WEEK, ...(args.includes("interval") && { interval: "daily" }) };
    const answer = await account.ask(type, attributes);
    expect(answer.status).toBe(200);
    expect(schemaViolations(operation, answer)).toEqual([]);
    const only = await account.ask(type, attributes, `?fields[${type}]=results`);
    expect(Object.keys((only.body["data"] as { attributes: JsonObject }).attributes)).toEqual(["results"]);
    expect(errorOf(await account.ask(type, {})).code).toBe("invalid");
  },
);

it("covers the seven reports", () => {
  expect(REPORTS).toHaveLength(7);
});
