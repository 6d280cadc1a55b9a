import { beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../src/lib/clock.ts";
import { HalyardError } from "../../src/lib/errors.ts";
import { openStore } from "../../src/store/store.ts";
import type { Databases, TestDatabase } from "./databases.ts";
import { START_MS } from "./rows.ts";

const END_CONNECTIONS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'halyard'";

export function describeFailures(databases: () => Databases): void {
  const clock = createManualClock(START_MS);
  let database: TestDatabase;
  beforeEach(async () => {
    database = await databases().create();
  });

  describe("failures", () => {
    it("refuses a database of a newer Halyard and changes nothing in it", async () => {
      await (await openStore({ url: database.url, clock })).close();
      await database.raw("insert into halyard_migration values ('9999-later', '2027-01-01T00:00:00.000Z'); delete from audit_head");
      await expect(openStore({ url: database.url, clock })).rejects.toMatchObject({
        code: "store_newer",
        hint: expect.stringContaining("Install"),
      });
      await database.raw("delete from halyard_migration where name = '9999-later'");
      const store = await openStore({ url: database.url, clock });
      await expect(store.audit.append({ at: 1, event: "e", fields: {} })).rejects.toMatchObject({ code: "audit_broken" });
      await store.close();
    });

    it("opens a database again with what was in it", async () => {
      const first = await openStore({ url: database.url, clock });
      await first.meta.set("k", "v");
      await first.close();
      const second = await openStore({ url: database.url, clock: createManualClock(START_MS + 1) });
      expect([await second.meta.get("k"), await second.meta.get("store.created_at"), second.kind]).toEqual([
        "v",
        String(START_MS),
        databases().kind,
      ]);
      await second.close();
    });

    it("gives store_unavailable when another holds the lock for too long, and works again after", async () => {
      const holder = await openStore({ url: database.url, clock });
      const waiter = await openStore({ url: database.url, clock, lockWaitMs: 40 });
      const held = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const holding = holder.transaction(async (tables) => {
        await tables.meta.set("k", "held");
        held.resolve();
        await released.promise;
      });
      await held.promise;
      await expect(waiter.transaction((tables) => tables.meta.set("k", "late"))).rejects.toMatchObject({ code: "store_unavailable" });
      await expect(waiter.meta.add("k", "late")).rejects.toMatchObject({ code: "store_unavailable" });
      expect(await waiter.meta.get("k")).toBeUndefined();
      released.resolve();
      await holding;
      expect(await waiter.transaction((tables) => tables.meta.add("k", "late"))).toBe("held");
      await Promise.all([holder.close(), waiter.close()]);
    });

    it("reports a connection that the server ended, and goes on with a new one", async (context) => {
      if (databases().kind !== "postgres") context.skip("SQLite has no server");
      const store = await openStore({ url: database.url, clock });
      const work = store.transaction(async (tables) => {
        await tables.meta.set("a", "1");
        await database.raw(END_CONNECTIONS);
        await tables.meta.set("b", "1");
      });
      await expect(work).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
      expect(await store.meta.get("a")).toBeUndefined();
      await store.transaction((tables) => tables.meta.set("a", "2"));
      await database.raw(END_CONNECTIONS);
      // Whether the idle connection's end has been noticed yet is a matter of luck; that nothing worse comes of it is not.
      const first: unknown = await store.meta.get("a").catch((thrown: unknown) => (thrown instanceof HalyardError ? thrown.code : thrown));
      expect(["2", "store_unavailable"]).toContain(first);
      expect(await store.meta.get("a")).toBe("2");
      await store.close();
    });
  });
}
