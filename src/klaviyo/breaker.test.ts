import { beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type ManualClock } from "../lib/clock.ts";
import { createBreaker, type Breaker } from "./breaker.ts";

const SHOP = "AbC123";
let clock: ManualClock;
let breaker: Breaker;
beforeEach(() => {
  clock = createManualClock(1_000_000);
  breaker = createBreaker(clock);
});

const trouble = (times: number): void => {
  for (let n = 0; n < times; n++) breaker.note(SHOP, "badly");
};
const refusal = (kind: "read" | "write"): unknown => {
  try {
    breaker.admit(SHOP, kind);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
};

describe("an account that does not answer", () => {
  it("rests after five times in a row, for five seconds; another account does not", () => {
    trouble(4);
    expect(refusal("write")).toBeUndefined();
    trouble(1);
    expect(refusal("read")).toMatchObject({ code: "unreachable", retryAfterMs: 5000 });
    expect(() => breaker.admit("Other1", "write")).not.toThrow();
  });

  it("is not counted against where it answers in between", () => {
    trouble(4);
    breaker.note(SHOP, "well");
    trouble(4);
    expect(refusal("write")).toBeUndefined();
  });

  it("is tried first by one read, never by a write (K6)", () => {
    trouble(5);
    clock.advance(5000);
    expect(breaker.wantsProbe(SHOP)).toBe(true);
    expect(refusal("write")).toMatchObject({ code: "unreachable" });
    expect(breaker.admit(SHOP, "read")).toEqual({ isProbe: true });
    expect(refusal("read")).toMatchObject({ code: "unreachable" });
    breaker.note(SHOP, "well");
    expect(refusal("write")).toBeUndefined();
    expect(breaker.wantsProbe(SHOP)).toBe(false);
  });

  it("rests twice as long each time that the read fails, a minute at most, and anew after a good answer", () => {
    trouble(5);
    const rests: number[] = [];
    for (let n = 0; n < 6; n++) {
      clock.advance(60_000);
      breaker.admit(SHOP, "read");
      trouble(1);
      rests.push((refusal("read") as { retryAfterMs: number }).retryAfterMs);
    }
    expect(rests).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    breaker.note(SHOP, "well");
    trouble(5);
    expect(refusal("read")).toMatchObject({ retryAfterMs: 5000 });
  });

  it("does not rest longer because the clock was set back", () => {
    trouble(5);
    clock.advance(-3_600_000);
    expect(breaker.wantsProbe(SHOP)).toBe(true);
  });
});
