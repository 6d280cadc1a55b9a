import type { Limits, Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";

/** Shared counters of all processes; the store's `rate_windows` table. */
export interface LimitPort {
  /** Takes one from every window, or from none. */
  take(windows: RateWindow[], atMs: number): Promise<{ ok: true } | { ok: false; waitMs: number }>;
  /** Raises a count to what the server says; never lowers it. `atMs` is when the request took its place. */
  observe(window: { key: string; widthS: number; used: number; atMs: number }): Promise<void>;
}

export interface RateWindow {
  key: string;
  widthS: number;
  allowed: number;
}

/** What a request is counted under. */
export interface Metered {
  operation: Operation;
  query: WireRequest["query"];
  accountId: string;
  /** The agent on whose account it goes; absent for what the owner wants, or has said yes to. */
  agentId?: string | undefined;
}

/** `ratelimit-limit`, `ratelimit-remaining` and `ratelimit-reset` as they came. */
export interface RateHeaders {
  limit: string | undefined;
  remaining: string | undefined;
  reset: string | undefined;
}

/** The fixed windows that a request uses: its operation's, and those of the query options in it, which all operations share. */
export function windowsOf({ operation, query, accountId }: Metered): RateWindow[] {
  const asked = (name: string, value: string) => query.some(([wire, values]) => wire === name && values.split(",").includes(value));
  const extra = operation.extraLimits.filter((option) => asked(option.query, option.value));
  return [
    ...windows(`${accountId}:${operation.id}`, operation.limits),
    ...extra.flatMap((option) => windows(`${accountId}:${option.query}=${option.value}`, option.limits)),
  ];
}

function windows(name: string, { perSecond, perMinute, perDay }: Limits): RateWindow[] {
  const widths: [number, number | undefined][] = [
    [1, perSecond],
    [60, perMinute],
    [86_400, perDay],
  ];
  return widths.flatMap(([widthS, allowed]) => (allowed === undefined ? [] : [{ key: `${name}:${widthS}`, widthS, allowed }]));
}

/** What an agent alone, and all agents together, may use of a minute's or a day's window: the rest is the others' and the owner's (attack K1). */
const ONE_AGENT = 0.6;
const ALL_AGENTS = 0.9;
/** Windows with fewer requests are not divided: whoever waits gets the next. */
const SMALLEST_DIVIDED = 10;

/** The further windows that hold an agent's request to its share. Klaviyo knows nothing of them. */
export function sharesOf(metered: Metered): RateWindow[] {
  const { agentId } = metered;
  if (agentId === undefined) return [];
  const divided = windowsOf(metered).filter(({ widthS, allowed }) => widthS >= 60 && allowed >= SMALLEST_DIVIDED);
  return divided.flatMap(({ key, widthS, allowed }) => [
    { key: `${key}:agents`, widthS, allowed: Math.floor(allowed * ALL_AGENTS) },
    { key: `${key}:${agentId}`, widthS, allowed: Math.floor(allowed * ONE_AGENT) },
  ]);
}

/** `Retry-After` in milliseconds: whole seconds from 1 to 60, and what cannot be understood counts as 1. */
export function parseRetryAfter(text: string | undefined): number {
  const seconds = /^\d{1,9}$/.test(text?.trim() ?? "") ? Number(text) : 1;
  return Math.min(Math.max(seconds, 1), 60) * 1000;
}

/**
 * Which of the windows Klaviyo talks about and how much of it is used. `10, 10;w=1, 150;w=60` names the most restrictive first; `remaining` is of that one.
 * Undefined when the headers are absent or make no sense, or when that window is about to end.
 */
export function readUsage(
  candidates: RateWindow[],
  { limit, remaining, reset }: RateHeaders,
): { window: RateWindow; used: number } | undefined {
  const [first, ...policies] = limit?.split(",").map((part) => part.trim()) ?? [];
  if (first === undefined || !/^\d{1,6}$/.test(first) || !/^\d{1,6}$/.test(remaining ?? "") || reset === "0") return undefined;
  const widths = policies.flatMap((policy) => {
    const [, allowed, widthS] = /^(\d{1,6});w=(\d{1,5})$/.exec(policy) ?? [];
    return allowed === first ? [Number(widthS)] : [];
  });
  // Two windows can have the same number (150 a minute and a day): the shorter one, so that a full minute does not close the day.
  const widthS = Math.min(...widths);
  const sameWidth = candidates.filter((window) => window.widthS === widthS);
  const window = sameWidth.find(({ allowed }) => allowed === Number(first)) ?? sameWidth[0];
  return window && { window, used: Math.max(0, window.allowed - Number(remaining)) };
}

export interface Limiter {
  /** Waits for a place in every window; returns when it was taken. `rate_limited` when the waits of one call would pass the allowed time. */
  reserve(metered: Metered, patience: { waitedMs: number }, signal: AbortSignal | undefined): Promise<number>;
  /** Writes back what an answer says of the windows. */
  correct(metered: Metered, headers: RateHeaders, takenAtMs: number): Promise<void>;
  /** After a 429: nothing of this operation leaves this process for so long. */
  hold(metered: Metered, waitMs: number): void;
}

export function createLimiter(port: LimitPort, clock: Clock, maxWaitMs: number): Limiter {
  const heldUntilMs = new Map<string, number>();
  const nameOf = ({ accountId, operation }: Metered) => `${accountId}:${operation.id}`;
  const heldForMs = (metered: Metered): number => {
    const leftMs = (heldUntilMs.get(nameOf(metered)) ?? 0) - clock.now();
    if (leftMs <= 0) heldUntilMs.delete(nameOf(metered));
    return leftMs;
  };
  return {
    async reserve(metered, patience, signal) {
      for (;;) {
        const heldMs = heldForMs(metered);
        const atMs = clock.now();
        const verdict =
          heldMs > 0 ? { ok: false as const, waitMs: heldMs } : await port.take([...windowsOf(metered), ...sharesOf(metered)], atMs);
        if (verdict.ok) return atMs;
        const waitMs = Math.max(1, Math.ceil(verdict.waitMs));
        if (patience.waitedMs + waitMs > maxWaitMs) throw outOfQuota(metered, waitMs);
        patience.waitedMs += waitMs;
        await clock.wait(waitMs, signal);
      }
    },
    async correct(metered, headers, takenAtMs) {
      const usage = readUsage(windowsOf(metered), headers);
      if (usage) await port.observe({ key: usage.window.key, widthS: usage.window.widthS, used: usage.used, atMs: takenAtMs });
    },
    hold(metered, waitMs) {
      heldUntilMs.set(nameOf(metered), clock.now() + Math.max(waitMs, heldForMs(metered)));
    },
  };
}

function outOfQuota({ operation, agentId }: Metered, retryAfterMs: number): HalyardError {
  const whose = agentId === undefined ? "" : ", or the share of it that one agent may use";
  return new HalyardError("rate_limited", `Klaviyo's rate limit for ${operation.id} is used up${whose}.`, {
    hint: `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    retryAfterMs,
  });
}
