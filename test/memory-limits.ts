import type { LimitPort } from "../src/klaviyo/limits.ts";

export interface MemoryLimits extends LimitPort {
  /** Uses by window key. */
  used: Map<string, { used: number; startMs: number }>;
  observed: { key: string; widthS: number; used: number; atMs: number }[];
}

/** Rate windows in memory, with the rules of the store's. */
export function createMemoryLimits(): MemoryLimits {
  const used: MemoryLimits["used"] = new Map();
  const observed: MemoryLimits["observed"] = [];
  const running = (key: string, widthS: number, atMs: number) => {
    const window = used.get(key);
    return window && atMs < window.startMs + widthS * 1000 ? window : { used: 0, startMs: atMs };
  };
  return {
    used,
    observed,
    take(windows, atMs) {
      const full = windows
        .map(({ key, widthS, allowed }) => ({ ...running(key, widthS, atMs), widthS, allowed }))
        .filter((w) => w.used >= w.allowed);
      if (full.length > 0) return Promise.resolve({ ok: false, waitMs: Math.max(...full.map((w) => w.startMs + w.widthS * 1000 - atMs)) });
      for (const { key, widthS } of windows) {
        const window = running(key, widthS, atMs);
        used.set(key, { ...window, used: window.used + 1 });
      }
      return Promise.resolve({ ok: true });
    },
    observe(window) {
      observed.push(window);
      const current = running(window.key, window.widthS, window.atMs);
      used.set(window.key, { ...current, used: Math.max(current.used, window.used) });
      return Promise.resolve();
    },
  };
}
