import type { Limits, Operation } from "../../src/catalog/operation.ts";
import type { Clock } from "../../src/lib/clock.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Holds each call back until the windows of its operation have room. Rejects with a reason where that would take until another day. */
export function createPace(clock: Clock): (operation: Operation, query: URLSearchParams) => Promise<void> {
  const calls = new Map<string, number[]>();
  const waitMs = (at: number[], limits: Limits): number => {
    const past = (windowMs: number, most: number): number => {
      const oldest = at.at(-most);
      return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - clock.now());
    };
    return Math.max(past(SECOND, limits.perSecond), past(MINUTE, limits.perMinute));
  };
  return async (operation, query) => {
    const windows: [name: string, limits: Limits][] = [
      [operation.id, operation.limits],
      // A costly option is counted together for every operation that offers it.
      ...operation.extraLimits
        .filter((extra) => query.get(extra.query)?.split(",").includes(extra.value))
        .map((extra): [string, Limits] => [`${extra.query}=${extra.value}`, extra.limits]),
    ];
    for (const [name, limits] of windows) {
      const at = calls.get(name) ?? [];
      calls.set(name, at);
      if (limits.perDay !== undefined && at.length >= limits.perDay) throw new Error(`${name} may be called ${limits.perDay} times a day`);
      for (let wait = waitMs(at, limits); wait > 0; wait = waitMs(at, limits)) await clock.wait(wait);
      at.push(clock.now());
    }
  };
}
