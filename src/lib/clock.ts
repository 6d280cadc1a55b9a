/** Time, injected everywhere so that no test sleeps. This file is the only place that may use `Date.now` and timers for waiting. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `waitMs`; rejects with the signal's reason when aborted first. */
  wait(waitMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait(waitMs, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, waitMs);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};

/** A clock that stands still until told: `wait` moves it forward at once, `advance` moves it by hand. */
export interface ManualClock extends Clock {
  advance(byMs: number): void;
  set(toMs: number): void;
  /** Every `wait` so far, in milliseconds. */
  readonly waits: number[];
}

/** Makes a {@link ManualClock} that starts at `startMs`. */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    wait(waitMs) {
      waits.push(waitMs);
      nowMs += waitMs;
      return Promise.resolve();
    },
    advance(byMs) {
      nowMs += byMs;
    },
    set(toMs) {
      nowMs = toMs;
    },
  };
}

/** `2026-07-15T10:00:00+00:00`, whole seconds, the form in which Klaviyo writes most date-times. */
export function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}+00:00`;
}

/** `2026-07-15T10:00:00.000Z`, for our own records. */
export function isoMillis(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Milliseconds since the epoch of an ISO 8601 text, or `undefined` when it is not one. */
export function parseIso(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return undefined;
  const zoned = /([T ]).*(Z|[+-]\d\d:?\d\d)$/.test(text) || !/[T ]/.test(text) ? text : `${text}Z`;
  const atMs = Date.parse(zoned.replace(" ", "T"));
  return Number.isNaN(atMs) ? undefined : atMs;
}
