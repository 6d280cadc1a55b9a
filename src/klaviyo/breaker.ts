import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";

/** So many attempts in a row that find nobody, or only trouble, and no more are made for a while. */
const FAILURES_TO_OPEN = 5;
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;

type State = "closed" | "open" | "half-open";

interface Account {
  state: State;
  failures: number;
  restMs: number;
  reopensAtMs: number;
}

export interface Breaker {
  /**
   * Whether an attempt may leave. Throws `unreachable` while an account rests, and afterwards for all but one attempt, which must be a read: a write is
   * no probe (attack K6). `probe` says that this one is it.
   */
  admit(accountId: string, kind: "read" | "write"): { isProbe: boolean };
  /** Whether only a read could leave now, so that a write has to wait for one. */
  wantsProbe(accountId: string): boolean;
  /** What came of an attempt: an answer of the account (refusals too), or trouble on the way to it. */
  note(accountId: string, went: "well" | "badly"): void;
}

export function createBreaker(clock: Clock): Breaker {
  const accounts = new Map<string, Account>();
  const accountOf = (accountId: string): Account => {
    const account = accounts.get(accountId) ?? { state: "closed", failures: 0, restMs: FIRST_REST_MS, reopensAtMs: 0 };
    accounts.set(accountId, account);
    return account;
  };
  const isRested = ({ reopensAtMs, restMs }: Account): boolean => {
    const leftMs = reopensAtMs - clock.now();
    // A clock that was set back must not keep it shut.
    return leftMs <= 0 || leftMs > restMs;
  };
  return {
    admit(accountId, kind) {
      const account = accountOf(accountId);
      if (account.state === "closed") return { isProbe: false };
      if (kind === "write" || !isRested(account)) throw resting(account, clock.now());
      // The next one waits until this one has told, or has been forgotten.
      account.state = "half-open";
      account.reopensAtMs = clock.now() + account.restMs;
      return { isProbe: true };
    },
    wantsProbe(accountId) {
      const account = accountOf(accountId);
      return account.state !== "closed" && isRested(account);
    },
    note(accountId, went) {
      const account = accountOf(accountId);
      if (went === "well") {
        Object.assign(account, { state: "closed", failures: 0, restMs: FIRST_REST_MS });
        return;
      }
      account.failures++;
      if (account.state === "closed" && account.failures < FAILURES_TO_OPEN) return;
      if (account.state !== "closed") account.restMs = Math.min(account.restMs * 2, LONGEST_REST_MS);
      account.state = "open";
      account.reopensAtMs = clock.now() + account.restMs;
    },
  };
}

function resting({ reopensAtMs }: Account, nowMs: number): HalyardError {
  const retryAfterMs = Math.max(1000, reopensAtMs - nowMs);
  return new HalyardError("unreachable", "Klaviyo has not answered several times in a row, so nothing is sent for a moment.", {
    hint: `Nothing of this call has left. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    retryAfterMs,
  });
}
