import { describe, expect, it } from "vitest";
import type { Strategy } from "../resources/campaign-life.ts";
import { planDeliveries } from "./plan.ts";

const NOW = Date.UTC(2026, 6, 15, 10);
const HOUR = 3_600_000;
const people = (count: number, zone = "UTC") => Array.from({ length: count }, (_, i) => ({ id: `p${i}`, zone, share: i / count }));
const sizes = (strategy: Strategy, count: number) =>
  planDeliveries(strategy, people(count), NOW).map(({ at, ids }) => [(at - NOW) / 1000, ids.length]);

describe("planDeliveries", () => {
  it("sends at once, a thousand a second", () => {
    expect(sizes({ method: "immediate" }, 2500)).toEqual([
      [0, 1000],
      [1, 1000],
      [2, 500],
    ]);
    expect(planDeliveries({ method: "immediate" }, [], NOW)).toEqual([]);
  });

  it.each([
    [50, [2, 2]],
    [33, [2, 1, 1]],
    [100 / 3, [2, 1, 1]],
    [25, [1, 1, 1, 1]],
  ])("throttles to %s percent an hour", (percentage, counts) => {
    expect(sizes({ method: "throttled", at: NOW, percentage }, 4)).toEqual(counts.map((count, i) => [i * 3600, count]));
  });

  it("spreads a smart send over 24 hours by each one's share", () => {
    expect(sizes({ method: "smart_send_time", date: "2026-07-15" }, 48)).toEqual(Array.from({ length: 24 }, (_, i) => [i * 3600, 2]));
  });

  it("sends by local time, at once or not at all where it is past", () => {
    const recipients = ["America/New_York", "Asia/Tokyo", "Nowhere/Land"].map((zone, i) => ({ id: `p${i}`, zone, share: 0 }));
    const local = (sendPast: boolean): Strategy => ({ method: "static", at: Date.UTC(2026, 6, 15, 12), isLocal: true, sendPast });
    const [utc, york] = [
      { at: NOW + 2 * HOUR, ids: ["p2"] },
      { at: NOW + 6 * HOUR, ids: ["p0"] },
    ];
    expect(planDeliveries(local(false), recipients, NOW)).toEqual([utc, york]);
    expect(planDeliveries(local(true), recipients, NOW)).toEqual([{ at: NOW, ids: ["p1"] }, utc, york]);
  });

  it("sends the next day where the local time is past, or by the minute, where it is told to", () => {
    const at = Date.UTC(2026, 6, 15, 12);
    const tokyo = [{ id: "p", zone: "Asia/Tokyo", share: 0 }];
    const local: Strategy = { method: "static", at, isLocal: true, sendPast: false, nextDay: true };
    expect(planDeliveries(local, tokyo, NOW)).toEqual([{ at: NOW + 17 * HOUR, ids: ["p"] }]);
    expect(sizes({ method: "throttled", at: NOW, percentage: 50, perMinute: true }, 4)).toEqual([
      [0, 2],
      [60, 2],
    ]);
  });

  it("plans a hundred thousand in no time", () => {
    expect(sizes({ method: "immediate" }, 100_000)).toHaveLength(100);
  });
});
