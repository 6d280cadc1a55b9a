import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../src/lib/clock.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { Databases, TestDatabase } from "./databases.ts";
import { approvalRow, callRow, intentRow, seed, START_MS } from "./rows.ts";

const CHILD = new URL("./child.ts", import.meta.url).pathname;

export function startChild(what: string, url: string, argument = "") {
  return spawn(process.execPath, [CHILD, what, url, argument], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a child to its end; its lines, or its error output as an error. */
export async function runChild(what: string, url: string, argument = ""): Promise<string[]> {
  const child = startChild(what, url, argument);
  const [out, error, [status]] = await Promise.all([child.stdout.toArray(), child.stderr.toArray(), once(child, "exit")]);
  if (status !== 0) throw new Error(Buffer.concat(error).toString());
  return Buffer.concat(out).toString().split("\n").filter(Boolean);
}

export function describeRaces(databases: () => Databases): void {
  const clock = createManualClock(START_MS);
  const opened: Store[] = [];
  let database: TestDatabase;
  const open = async (): Promise<Store> => {
    const store = await openStore({ url: database.url, clock });
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    database = await databases().create();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  describe("transactions", () => {
    it("writes all or nothing", async () => {
      const store = await open();
      const work = store.transaction(async (tables) => {
        await tables.meta.set("a", "1");
        await tables.audit.append({ at: 1, event: "received", fields: {} });
        throw new Error("no");
      });
      await expect(work).rejects.toThrow("no");
      expect([await store.meta.get("a"), (await store.audit.verify()).rows]).toEqual([undefined, 0]);
    });

    it("lets no other task of the process or of another slip in between", async () => {
      const stores = [await open(), await open()];
      const step = async (store: Store) =>
        store.transaction(async (tables) => {
          const before = Number((await tables.meta.get("count")) ?? 0);
          for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
          await tables.meta.set("count", String(before + 1));
        });
      const reads = Array.from({ length: 20 }, () => stores[0]?.connections.list());
      await Promise.all([...Array.from({ length: 40 }, (_, n) => step(stores[n % 2] as Store)), ...reads]);
      expect(await stores[0]?.meta.get("count")).toBe("40");
    });

    it("fails as a whole after one statement has failed, even when the failure is caught", async () => {
      const store = await open();
      await seed(store);
      const work = store.transaction(async (tables) => {
        await tables.meta.set("a", "1");
        await tables.calls.insert(callRow()).catch(() => undefined);
        await tables.meta.set("b", "2").catch(() => undefined);
      });
      await expect(work).rejects.toMatchObject({ code: "conflict" });
      expect([await store.meta.get("a"), await store.meta.get("b")]).toEqual([undefined, undefined]);
    });

    it("refuses the store itself inside a transaction, and takes it again afterwards", async () => {
      const store = await open();
      let afterwards: Promise<void> | undefined;
      const work = store.transaction(async () => {
        afterwards = new Promise(setImmediate).then(() => store.meta.set("later", "1"));
        await store.meta.set("a", "1");
      });
      await expect(work).rejects.toMatchObject({ code: "internal" });
      await afterwards;
      expect(await store.meta.get("later")).toBe("1");
    });

    it("uses an approval once under 50 transactions at once", async () => {
      const stores = [await open(), await open()];
      await seed(stores[0] as Store, 50);
      await stores[0]?.approvals.insert(approvalRow({ status: "approved" }));
      const consume = (n: number) =>
        (stores[n % 2] as Store).transaction(async (tables) => {
          const id = `intent_${n}`;
          if (!(await tables.approvals.transition("appr_1", ["approved"], "consumed", { consumed_at: START_MS, intent_id: id })))
            return undefined;
          await tables.intents.insert(intentRow({ id, call_id: `call_${n}`, approval_id: "appr_1" }));
          return id;
        });
      const winners = (await Promise.all(Array.from({ length: 50 }, (_, n) => consume(n + 1)))).filter(Boolean);
      expect(winners).toHaveLength(1);
      expect(await stores[1]?.approvals.find("appr_1")).toMatchObject({ status: "consumed", intent_id: winners[0] });
    });

    it("moves an approval once under 50 bare compare-and-swaps, and keeps one use by the database alone", async () => {
      const stores = [await open(), await open()];
      await seed(stores[0] as Store, 10);
      await stores[0]?.approvals.insert(approvalRow());
      const swaps = Array.from({ length: 50 }, (_, n) =>
        (stores[n % 2] as Store).approvals.transition("appr_1", ["pending"], n % 3 ? "approved" : "denied"),
      );
      expect((await Promise.all(swaps)).filter(Boolean)).toHaveLength(1);
      const inserts = Array.from({ length: 10 }, (_, n) =>
        (stores[n % 2] as Store).intents.insert(intentRow({ id: `intent_${n}`, call_id: `call_${n + 1}`, approval_id: "appr_1" })),
      );
      const settled = await Promise.allSettled(inserts);
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      expect(refused).toEqual(refused.map(() => expect.objectContaining({ code: "conflict" })));
    });

    it("never lets more through than a rate window allows, from two stores at once", async () => {
      const stores = [await open(), await open()];
      const windows = [
        { key: "k", widthS: 1, allowed: 10 },
        { key: "k", widthS: 60, allowed: 15 },
      ];
      const burst = async (atMs: number) =>
        (await Promise.all(Array.from({ length: 30 }, (_, n) => (stores[n % 2] as Store).rateWindows.take(windows, atMs)))).filter(
          ({ ok }) => ok,
        ).length;
      expect([await burst(0), await burst(1000)]).toEqual([10, 5]);
    });
  });

  describe("processes", () => {
    it("lets four open an empty database at once", async () => {
      const said = await Promise.all([1, 2, 3, 4].map(() => runChild("open", database.url)));
      expect(said).toEqual([["open"], ["open"], ["open"], ["open"]]);
      expect((await (await open()).audit.verify()).bad).toBeUndefined();
    });

    it("consumes each of 40 approvals once in three processes", async () => {
      const store = await open();
      await seed(store, 40);
      for (let n = 1; n <= 40; n++)
        await store.approvals.insert(approvalRow({ id: `appr_${n}`, call_id: `call_${n}`, digest: `d${n}`, status: "approved" }));
      const won = await Promise.all([1, 2, 3].map(() => runChild("consume", database.url, "40")));
      expect(
        won
          .flat()
          .map(Number)
          .toSorted((a, b) => a - b),
      ).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    });

    it("chains what three processes append at once", async () => {
      const store = await open();
      await Promise.all([1, 2, 3].map(() => runChild("append-some", database.url, "40")));
      expect(await store.audit.verify()).toEqual({ rows: 120, head: (await store.audit.head()).hash });
    });

    it("keeps every acknowledged audit row when the process is killed, and the chain whole", async () => {
      const store = await open();
      let acknowledged = 0;
      for (const afterLines of [1, 7, 30]) {
        const child = startChild("append", database.url, String(afterLines));
        let lines = 0;
        for await (const line of createInterface(child.stdout)) {
          acknowledged = Number(line);
          if (++lines === afterLines) child.kill("SIGKILL");
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
        expect(child.signalCode).toBe("SIGKILL");
      }
      const { rows, bad } = await store.audit.verify();
      expect(bad).toBeUndefined();
      expect(rows).toBeGreaterThanOrEqual(acknowledged);
      expect(acknowledged).toBeGreaterThanOrEqual(38);
      expect((await store.audit.append({ at: START_MS, event: "after", fields: {} })).seq).toBe(rows + 1);
    });
  });
}
