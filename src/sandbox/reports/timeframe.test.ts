import { describe, expect, it } from "vitest";
import { zoneCalendar } from "../metrics/intervals.ts";
import { parseTimeframe } from "./timeframe.ts";

/** 22:00 of Wednesday the 14th in New York. */
const NOW = Date.UTC(2026, 0, 15, 3);

function spanOf(timeframe: { key: string } | { start: string; end: string }, zone = "America/New_York", now = NOW): string[] {
  const calendar = zoneCalendar(zone);
  if (!calendar) throw new Error(zone);
  const { from, to } = parseTimeframe(timeframe, calendar, now);
  return [from, to].map((at) => new Date(calendar.localOf(at)).toISOString().slice(0, 16).replace("T00:00", ""));
}

describe("parseTimeframe", () => {
  it.each([
    ["today", "2026-01-14", "2026-01-15"],
    ["yesterday", "2026-01-13", "2026-01-14"],
    ["this_week", "2026-01-12", "2026-01-15"],
    ["last_week", "2026-01-05", "2026-01-12"],
    ["this_month", "2026-01-01", "2026-01-15"],
    ["last_month", "2025-12-01", "2026-01-01"],
    ["this_year", "2026-01-01", "2026-01-15"],
    ["last_year", "2025-01-01", "2026-01-01"],
    ["last_7_days", "2026-01-08", "2026-01-15"],
    ["last_30_days", "2025-12-16", "2026-01-15"],
    ["last_90_days", "2025-10-17", "2026-01-15"],
    ["last_365_days", "2025-01-15", "2026-01-15"],
    ["last_3_months", "2025-10-14", "2026-01-15"],
    ["last_12_months", "2025-01-14", "2026-01-15"],
  ])("knows %s in the account's days", (key, from, to) => {
    expect(spanOf({ key })).toEqual([from, to]);
  });

  it("passes over offsets and takes the end up to the end of its hour", () => {
    for (const offset of ["", "Z", "+00:00", "+0000", "-08:00"]) {
      expect(spanOf({ start: `2026-01-01T06:30:00${offset}`, end: `2026-01-02T23:59:59${offset}` })).toEqual([
        "2026-01-01T06:30",
        "2026-01-03",
      ]);
    }
    expect(spanOf({ start: "2026-01-01", end: "2026-01-01" })).toEqual(["2026-01-01", "2026-01-01T01:00"]);
  });

  it("keeps days whole where the clocks change", () => {
    expect(spanOf({ key: "last_7_days" }, "Europe/Berlin", Date.UTC(2026, 2, 30, 12))).toEqual(["2026-03-24", "2026-03-31"]);
  });

  it("refuses more than a year, and an end before the start", () => {
    const lengths = ["2025-06-01", "2025-06-02", "2024-05-31", "2026-06-02"].map((start) => {
      try {
        return spanOf({ start: `${start}T00:00:00`, end: "2026-06-01T00:00:00" }).length;
      } catch {
        return "refused";
      }
    });
    expect(lengths).toEqual([2, 2, "refused", "refused"]);
  });
});
