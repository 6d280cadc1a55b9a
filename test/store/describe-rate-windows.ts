import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../src/lib/clock.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { Databases } from "./databases.ts";
import { START_MS } from "./rows.ts";

export function describeRateWindows(databases: () => Databases): void {
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ url: (await databases().create()).url, clock: createManualClock(START_MS) });
  });
  afterEach(() => store.close());

  describe("rate windows", () => {
    const second = { key: "acct create_list", widthS: 1, allowed: 3 };
    const minute = { key: "acct create_list", widthS: 60, allowed: 5 };
    const take = (atMs: number, windows = [second, minute]) => store.rateWindows.take(windows, atMs);

    it("takes from every window or from none", async () => {
      for (const at of [900, 950, 1000]) expect(await take(at)).toEqual({ ok: true });
      for (const at of [1001, 1200, 1899]) expect(await take(at)).toEqual({ ok: false, waitMs: 1900 - at });
      expect([await take(1900), await take(1901)]).toEqual([{ ok: true }, { ok: true }]);
      expect(await take(2000)).toEqual({ ok: false, waitMs: 58_900 });
      expect(await take(60_900)).toEqual({ ok: true });
    });

    it("starts a window at the first request in it, not at one that another window refused", async () => {
      expect((await take(0, [{ ...minute, allowed: 0 }, second])).ok).toBe(false);
      for (const at of [900, 950, 999]) expect(await take(at, [second])).toEqual({ ok: true });
      expect(await take(1001, [second])).toEqual({ ok: false, waitMs: 899 });
    });

    it("takes the strictest of two limits with one key and width, and none where nothing is allowed", async () => {
      expect(await take(0, [{ ...second, allowed: 1 }, second])).toEqual({ ok: true });
      expect(await take(1, [second, { ...second, allowed: 1 }])).toEqual({ ok: false, waitMs: 999 });
      expect(await take(0, [{ key: "never", widthS: 60, allowed: 0 }])).toEqual({ ok: false, waitMs: 60_000 });
      expect(await take(0, [])).toEqual({ ok: true });
    });

    it("starts afresh when the clock was put back by more than the window", async () => {
      for (const at of [100_000, 100_001, 100_002]) await take(at, [second]);
      expect(await take(99_500, [second])).toEqual({ ok: false, waitMs: 1500 });
      expect(await take(5000, [second])).toEqual({ ok: true });
    });

    it("raises what is used to the server's view and never lowers it", async () => {
      await take(0, [minute]);
      await store.rateWindows.observe({ ...minute, used: 5, atMs: 10 });
      expect(await take(20, [minute])).toEqual({ ok: false, waitMs: 59_980 });
      await store.rateWindows.observe({ ...minute, used: 1, atMs: 30 });
      expect(await take(40, [minute])).toEqual({ ok: false, waitMs: 59_960 });
      await store.rateWindows.observe({ key: "other", widthS: 60, used: 4, atMs: 0 });
      expect([await take(1, [{ ...minute, key: "other" }]), (await take(2, [{ ...minute, key: "other" }])).ok]).toEqual([
        { ok: true },
        false,
      ]);
    });
  });
}
