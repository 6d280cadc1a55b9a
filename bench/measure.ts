import { performance } from "node:perf_hooks";

/** One row of the report. */
export interface Figure {
  what: string;
  value: string;
  goal?: string;
}

export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

/** Middle and tail of a sample, in its own unit. */
export function spread(sample: number[]): Spread {
  const sorted = sample.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

/** Milliseconds that each of `times` runs took, one after another, after `warmUp` that do not count. */
export async function timed(times: number, run: (at: number) => Promise<unknown>, warmUp = Math.min(50, times)): Promise<number[]> {
  for (let at = 0; at < warmUp; at++) await run(-1 - at);
  const sample: number[] = [];
  for (let at = 0; at < times; at++) {
    const begun = performance.now();
    await run(at);
    sample.push(performance.now() - begun);
  }
  return sample;
}

/** Runs a second with `lanes` calls under way at any time. */
export async function perSecond(lanes: number, forMs: number, run: (at: number) => Promise<unknown>): Promise<number> {
  let count = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (performance.now() - begun < forMs) await run(count++);
    }),
  );
  return count / ((performance.now() - begun) / 1000);
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
