import { describe, expect, it } from "vitest";
import { createManualClock } from "../lib/clock.ts";
import { backoffMs, createRetryBudget, isServerTrouble, isTransient } from "./retry.ts";

describe("backoffMs", () => {
  const fixed = (byte: number) => () => new Uint8Array(4).fill(byte);

  it("spreads over the whole range, which doubles", () => {
    expect([backoffMs(1, fixed(0)), backoffMs(1, fixed(0x80)), backoffMs(1, fixed(0xff))]).toEqual([0, 250, 499]);
    expect(backoffMs(2, fixed(0xff))).toBe(999);
  });
});

describe("the retry budget", () => {
  const spent = (budget: ReturnType<typeof createRetryBudget>, account: string, tries: number) =>
    Array.from({ length: tries }, () => budget.spend(account)).filter(Boolean).length;

  it("allows three retries a minute to an account that asks little", () => {
    const clock = createManualClock(0);
    const budget = createRetryBudget(clock);
    budget.earn("a");
    expect(spent(budget, "a", 10)).toBe(3);
    clock.advance(59_999);
    expect(spent(budget, "a", 10)).toBe(0);
    clock.advance(1);
    expect(spent(budget, "a", 10)).toBe(3);
  });

  it("adds one for every ten requests, and does not pile them up without end", () => {
    const budget = createRetryBudget(createManualClock(0));
    for (let i = 0; i < 50; i++) budget.earn("a");
    expect(spent(budget, "a", 100)).toBe(3 + 5);
    for (let i = 0; i < 100_000; i++) budget.earn("a");
    expect(spent(budget, "a", 100)).toBe(10);
  });

  it("keeps accounts apart", () => {
    const budget = createRetryBudget(createManualClock(0));
    expect(spent(budget, "a", 10)).toBe(3);
    expect(spent(budget, "b", 10)).toBe(3);
  });
});

describe("statuses", () => {
  const all = [200, 400, 404, 408, 409, 429, 500, 501, 502, 503, 504, 524];

  it("that leave an outcome open are the server's and the time-out of a request", () => {
    expect(all.filter(isServerTrouble)).toEqual([408, 500, 502, 503, 504, 524]);
  });

  it("that may pass are those and a full rate window, but not what is not offered", () => {
    expect(all.filter(isTransient)).toEqual([408, 429, 500, 502, 503, 504, 524]);
  });
});
