import type { Clock } from "../lib/clock.ts";
import type { RandomBytes } from "../lib/ids.ts";

export const MAX_ATTEMPTS = 3;

const FIRST_BACKOFF_MS = 500;

/** Milliseconds to wait after the given attempt (from 1): exponential with full jitter. */
export function backoffMs(attempt: number, random: RandomBytes): number {
  const share = Buffer.from(random(4)).readUInt32BE() / 2 ** 32;
  return Math.floor(share * FIRST_BACKOFF_MS * 2 ** (attempt - 1));
}

/** Something between us and the operation failed, so that it may have run or not. 501 says that there is nothing to run. */
export function isServerTrouble(status: number): boolean {
  return (status >= 500 && status !== 501) || status === 408;
}

/** 524 is what a content network says when the server behind it took too long. 501 and 505 would only be said again. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504, 524]);

/** Whether the same request can fare better a little later. */
export function isTransient(status: number): boolean {
  return TRANSIENT.has(status);
}

/** Credit is counted in tenths of a retry: every request earns one, a retry costs ten. */
const RETRY_COST = 10;
const MAX_CREDIT = 10 * RETRY_COST;
/** What an account begins with and gets back in a minute without retries: enough for three, where requests are few. */
const FLOOR_CREDIT = 3 * RETRY_COST;

export interface RetryBudget {
  /** Counts a call's first attempt. */
  earn(accountId: string): void;
  /** Takes one retry, or says that there is none left. */
  spend(accountId: string): boolean;
}

/**
 * Bounds retries per account to a tenth of the requests, and three a minute when there are few: without it an outage triples the load on what is
 * down (attack K5). In an outage the breaker ends the few as well.
 */
export function createRetryBudget(clock: Clock): RetryBudget {
  const accounts = new Map<string, { credit: number; spentAtMs: number }>();
  const accountOf = (accountId: string) => {
    const account = accounts.get(accountId) ?? { credit: FLOOR_CREDIT, spentAtMs: clock.now() };
    accounts.set(accountId, account);
    return account;
  };
  return {
    earn(accountId) {
      const account = accountOf(accountId);
      account.credit = Math.min(account.credit + 1, MAX_CREDIT);
    },
    spend(accountId) {
      const account = accountOf(accountId);
      if (Math.abs(clock.now() - account.spentAtMs) >= 60_000) account.credit = Math.max(account.credit, FLOOR_CREDIT);
      if (account.credit < RETRY_COST) return false;
      account.credit -= RETRY_COST;
      account.spentAtMs = clock.now();
      return true;
    },
  };
}
