import { describe, expect, it } from "vitest";
import { GATE_LIMITS } from "../call.ts";
import { nextLookAt } from "./look-times.ts";

function allLooks(limits: Pick<typeof GATE_LIMITS, "reconcileWindowMs" | "lookForMs">): number[] {
  const times: number[] = [];
  for (let at = nextLookAt(0, 0, limits); at !== undefined; at = nextLookAt(0, at, limits)) times.push(at);
  return times;
}

describe("the times of looking", () => {
  it("begin at once, grow, and go on for a day", () => {
    const times = allLooks(GATE_LIMITS);
    expect(times[0]).toBe(2000);
    expect(times.at(-1)).toBe(24 * 3_600_000);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(gaps.every((gap, i) => gap >= (gaps[i - 1] ?? 0) || i === 0)).toBe(true);
  });

  it("have one at the end of the window, whatever it is", () => {
    expect(allLooks(GATE_LIMITS)).toContain(120_000);
    expect(allLooks({ ...GATE_LIMITS, reconcileWindowMs: 400_000 })).toContain(400_000);
  });

  it("skip what nobody came by for", () => {
    expect(nextLookAt(0, 100_000, GATE_LIMITS)).toBe(120_000);
    expect(nextLookAt(0, 25 * 3_600_000, GATE_LIMITS)).toBeUndefined();
  });
});
