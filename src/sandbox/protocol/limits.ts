import type { Limits, Operation } from "../../catalog/operation.ts";
import { refuse } from "../engine/refusal.ts";

export interface Limiter {
  /**
   * Counts a call in every window that applies and returns the headers of a successful answer. When one window is full nothing is
   * counted and the call is refused with `Retry-After`.
   */
  take(operation: Operation, hasOption: (query: string, value: string) => boolean): Record<string, string>;
  reset(): void;
}

interface Window {
  bucket: string;
  limit: number;
  lengthS: number;
}

const DOCS = "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling";

/** Fixed windows per account (behaviour.md §1.5), aligned to the clock. */
export function createLimiter(now: () => number, isOn: boolean): Limiter {
  const used = new Map<string, { start: number; count: number }>();
  const countIn = ({ bucket, lengthS }: Window): number => {
    const kept = used.get(`${bucket} ${lengthS}`);
    return kept?.start === startOf(now(), lengthS) ? kept.count : 0;
  };
  return {
    take(operation, hasOption) {
      const buckets = bucketsOf(operation, hasOption);
      const windows = buckets.flat();
      if (isOn) {
        const full = windows.filter((window) => countIn(window) >= window.limit).map(({ lengthS }) => untilEnd(now(), lengthS));
        if (full.length > 0) throttle(Math.max(...full));
        for (const window of windows) {
          used.set(`${window.bucket} ${window.lengthS}`, { start: startOf(now(), window.lengthS), count: countIn(window) + 1 });
        }
      }
      const tightest = windows.toSorted((a, b) => a.limit - countIn(a) - (b.limit - countIn(b)))[0];
      const shown = buckets.find((bucket) => tightest && bucket.includes(tightest)) ?? [];
      if (!tightest) return {};
      return {
        "ratelimit-limit": [String(tightest.limit), ...shown.map(({ limit, lengthS }) => `${limit};w=${lengthS}`)].join(", "),
        "ratelimit-remaining": String(Math.max(0, tightest.limit - countIn(tightest))),
        "ratelimit-reset": String(untilEnd(now(), tightest.lengthS) - 1),
      };
    },
    reset: () => used.clear(),
  };
}

/** Observed wording. */
export function throttledDetail(waitS: number): string {
  return `Request was throttled. Expected available in ${waitS} second${waitS === 1 ? "" : "s"}.`;
}

function throttle(waitS: number): never {
  refuse("throttled", throttledDetail(waitS), {
    source: { pointer: "/data" },
    links: { type: DOCS },
    headers: { "retry-after": String(waitS) },
  });
}

/** The operation's own windows, then those of the options it uses, which are shared by all operations that offer them. */
function bucketsOf(operation: Operation, hasOption: (query: string, value: string) => boolean): Window[][] {
  const extra = operation.extraLimits.filter(({ query, value }) => hasOption(query, value));
  return [
    windowsOf(`${operation.channel} ${operation.id}`, operation.limits),
    ...extra.map(({ query, value, limits }) => windowsOf(`${query}=${value}`, limits)),
  ];
}

function windowsOf(bucket: string, { perSecond, perMinute, perDay }: Limits): Window[] {
  return [
    { bucket, limit: perSecond, lengthS: 1 },
    { bucket, limit: perMinute, lengthS: 60 },
    ...(perDay === undefined ? [] : [{ bucket, limit: perDay, lengthS: 86_400 }]),
  ];
}

function startOf(nowMs: number, lengthS: number): number {
  return Math.floor(nowMs / 1000 / lengthS);
}

/** Whole seconds to the end of the window, at least 1. */
function untilEnd(nowMs: number, lengthS: number): number {
  return Math.max(1, Math.ceil((startOf(nowMs, lengthS) + 1) * lengthS - nowMs / 1000));
}
