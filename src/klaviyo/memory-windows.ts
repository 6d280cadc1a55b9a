import { HalyardError } from "../lib/errors.ts";
import type { LimitPort, RateWindow } from "./limits.ts";

interface Usage {
  startMs: number;
  used: number;
}

/** A read that the store cannot count gets this share of a window: other processes may be without a store as well. */
const SHARE = 0.5;

/**
 * Counts through `port`, and in this process's memory while the store fails. It lets more through than the store knows of, so only reads may be
 * counted like this; a write has no intent without a store and does not come here.
 */
export function orInMemory(port: LimitPort): LimitPort {
  const usages = new Map<string, Usage>();

  function take(windows: RateWindow[], atMs: number): { ok: true } | { ok: false; waitMs: number } {
    const current = windows.map((window) => {
      const usage = usages.get(window.key);
      const isRunning = usage !== undefined && Math.abs(atMs - usage.startMs) < window.widthS * 1000;
      return { window, usage: isRunning ? usage : { startMs: atMs, used: 0 } };
    });
    const waits = current.flatMap(({ window, usage }) =>
      usage.used + 1 > Math.max(1, window.allowed * SHARE) ? [Math.max(1, usage.startMs + window.widthS * 1000 - atMs)] : [],
    );
    if (waits.length > 0) return { ok: false, waitMs: Math.max(...waits) };
    for (const { window, usage } of current) usages.set(window.key, { ...usage, used: usage.used + 1 });
    return { ok: true };
  }

  return {
    async take(windows, atMs) {
      try {
        return await port.take(windows, atMs);
      } catch (thrown) {
        if (!(thrown instanceof HalyardError && thrown.code.startsWith("store_"))) throw thrown;
        return take(windows, atMs);
      }
    },
    observe: (window) => port.observe(window),
  };
}
