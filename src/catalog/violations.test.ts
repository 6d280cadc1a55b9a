import { describe, expect, it } from "vitest";
import type { JsonObject } from "../lib/json.ts";
import { loadCatalog, mustFind } from "./catalog.ts";
import { bodyViolations } from "./validation.ts";

const catalog = loadCatalog();
const told = (operation: string, body: JsonObject): string[] =>
  bodyViolations(mustFind(catalog, operation), body).map(({ path, message }) =>
    `${path.split("/").slice(3).join("/")} ${message}`.slice(0, 140),
  );
const condition = (each: JsonObject | string): string[] =>
  told("create_segment", {
    data: { type: "segment", attributes: { name: "x", definition: { condition_groups: [{ conditions: [each] }] } } },
  }).map((text) => text.replace("definition/condition_groups/0/conditions/0", "").replace(/^\//, ""));
const timeframe = (each: JsonObject): string[] => {
  const attributes = { statistics: ["opens"], conversion_metric_id: "x", timeframe: each };
  return told("query_campaign_values", { data: { type: "campaign-values-report", attributes } });
};

describe("a value that fits no branch of a union", () => {
  it.each<[what: string, each: JsonObject | string, violations: string[]]>([
    [
      "is told the types when it names none",
      { type: "x" },
      [expect.stringMatching(/^type must be one of "profile-group-membership", "profile-metric"/)],
    ],
    [
      "is measured by the branch that its type names",
      { type: "profile-property", property: "created", filter: { type: "date", operator: "after", date: "once" } },
      ['filter/date must match format "date-time"'],
    ],
    [
      "is told the operators of its type",
      { type: "profile-property", property: "email", filter: { type: "boolean", operator: "contains", value: true } },
      ['filter/operator must be one of "equals"'],
    ],
    [
      "is measured by the nearest one when it says no type",
      { property: "email", filter: { type: "string", operator: "equals", value: "x" } },
      ["type is required"],
    ],
    [
      "is parted by a second member where the type is not enough",
      { type: "profile-group-membership", is_member: false, group_ids: ["x"], timeframe_filter: {} },
      ["timeframe_filter is not a known field"],
    ],
    ["is told what kind of value it should be", "x", [" must be object"]],
  ])("%s", (_, each, violations) => {
    expect(condition(each)).toEqual(violations);
  });

  it.each<[JsonObject, string[]]>([
    [{}, ["timeframe/key is required"]],
    [{ key: "soon" }, [expect.stringMatching(/^timeframe\/key must be one of "last_12_months"/)]],
    [{ start: "2026-01-01T00:00:00" }, ["timeframe/end is required"]],
    [{ start: "x", end: "y" }, ['timeframe/start must match format "date-time"', 'timeframe/end must match format "date-time"']],
  ])("of a time frame %o says what lacks to the nearest form", (each, violations) => {
    expect(timeframe(each)).toEqual(violations);
  });
});
