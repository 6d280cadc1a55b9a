import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../lib/json.ts";
import { dateTest } from "./dates.ts";

const NOW = Date.UTC(2026, 6, 15, 10);
const HOUR_MS = 3_600_000;
const date = (operator: string, more: JsonObject = {}): JsonObject => ({ type: "date", operator, ...more });
const FILTERS = [
  ...["in-the-last", "in-the-next", "at-least", "anniversary-last", "anniversary-next"].flatMap((operator) =>
    ["hour", "day", "week"].map((unit) => date(operator, { unit, quantity: 3 })),
  ),
  date("between", { unit: "day", start: 2, end: 5 }),
  date("between", { unit: "hour", start: 5, end: 2 }),
  date("before", { date: "2026-07-15T00:00:00Z" }),
  date("between-static", { start: "2026-07-10T00:00:00Z", end: "2026-07-20T00:00:00Z" }),
  date("anniversary"),
  date("anniversary-month"),
  date("calendar-month", { value: 7 }),
  date("alltime"),
];

function ask(filter: JsonObject, at: number, now: number): { passes: boolean; until: number } {
  const moment = { now, until: Number.POSITIVE_INFINITY };
  return { passes: dateTest(filter, moment)(at), until: moment.until };
}

describe("date filters", () => {
  it("say truly until when an answer holds, for every filter over times around now", () => {
    let changes = 0;
    for (const filter of FILTERS) {
      for (let hours = -24 * 30; hours <= 24 * 30; hours += 7) {
        const at = NOW + hours * HOUR_MS;
        const { passes, until } = ask(filter, at, NOW);
        for (let later = NOW; later < NOW + 40 * 24 * HOUR_MS && later < until; later += 5 * HOUR_MS) {
          if (ask(filter, at, later).passes !== passes) expect([filter, at, later]).toEqual("the same answer");
        }
        if (Number.isFinite(until)) {
          expect(ask(filter, at, until - 1).passes).toBe(passes);
          if (ask(filter, at, until).passes !== passes) changes++;
        }
      }
    }
    expect(changes).toBeGreaterThan(500);
  });

  it.each<[filter: JsonObject, at: string, passes: boolean]>([
    [date("in-the-last", { unit: "day", quantity: 1 }), "2026-07-14T10:00:00Z", true],
    [date("in-the-last", { unit: "day", quantity: 1 }), "2026-07-14T09:59:59Z", false],
    [date("in-the-last", { unit: "day", quantity: 1 }), "2026-07-15T10:00:01Z", false],
    [date("at-least", { unit: "week", quantity: 1 }), "2026-07-08T10:00:00Z", true],
    [date("at-least", { unit: "week", quantity: 1 }), "2026-07-08T10:00:01Z", false],
    [date("before", { date: "2026-07-08T10:00:00Z" }), "2026-07-08T10:00:00Z", false],
    [date("after", { date: "2026-07-08T10:00:00Z" }), "2026-07-08T10:00:01Z", true],
    [date("anniversary"), "2000-07-15T23:00:00Z", true],
    [date("anniversary-next", { unit: "week", quantity: 30 }), "1990-01-10T00:00:00Z", true],
    [date("anniversary-last", { unit: "week", quantity: 30 }), "1990-12-30T00:00:00Z", true],
    [date("anniversary-last", { unit: "day", quantity: 3 }), "1990-07-20T00:00:00Z", false],
    [date("no-such-operator"), "1990-07-20T00:00:00Z", false],
  ])("%j of %s is %s", (filter, at, passes) => {
    expect(ask(filter, Date.parse(at), NOW).passes).toBe(passes);
  });
});
