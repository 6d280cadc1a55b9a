import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../src/lib/clock.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { auditHash } from "../../src/store/audit-hash.ts";
import { signMark } from "../../src/store/audit-signature.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { AuditRow } from "../../src/store/tables/audit.ts";
import type { Databases, TestDatabase } from "./databases.ts";
import { START_MS } from "./rows.ts";

export function describeAudit(databases: () => Databases): void {
  let store: Store;
  let database: TestDatabase;
  beforeEach(async () => {
    database = await databases().create();
    store = await openStore({ url: database.url, clock: createManualClock(START_MS) });
  });
  afterEach(() => store.close());

  const append = async (count: number) => {
    for (let n = 1; n <= count; n++)
      await store.audit.append({ at: START_MS + n, event: "received", call_id: `call_${n}`, fields: { n, b: "é", a: null } });
  };
  const badAfter = async (sql: string) => {
    await database.raw(sql);
    return (await store.audit.verify()).bad;
  };

  describe("the audit chain", () => {
    it("counts 1, 2, 3, links each row to the one before and lists what was written", async () => {
      expect(await store.audit.verify()).toEqual({ rows: 0, head: "0".repeat(64) });
      await append(3);
      const rows = await store.audit.list({ limit: 9 });
      expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(rows[1]).toMatchObject({
        at: START_MS + 2,
        call_id: "call_2",
        agent_id: null,
        fields: { a: null, b: "é", n: 2 },
        prev_hash: rows[0]?.hash,
      });
      expect((await store.audit.list({ limit: 9, after: 1, call_id: "call_3" })).map(({ seq }) => seq)).toEqual([3]);
      expect(await store.audit.verify()).toEqual({ rows: 3, head: rows[2]?.hash });
      expect(await store.audit.head()).toEqual({ seq: 3, hash: rows[2]?.hash });
    });

    it("verifies across pages, also while rows are appended", async () => {
      await store.transaction(async (tables) => {
        for (let n = 0; n < 1003; n++) await tables.audit.append({ at: n, event: "e", fields: {} });
      });
      const [verdict] = await Promise.all([store.audit.verify(), append(20)]);
      expect(verdict.bad).toBeUndefined();
      expect((await store.audit.verify()).rows).toBe(1023);
      expect(await badAfter("update audit set event = 'x' where seq = 777")).toMatchObject({ seq: 777 });
    });

    it("keeps a text with NUL and half surrogates verifiable", async () => {
      await store.audit.append({ at: 1, event: "e\0", agent_id: "a\0", fields: { text: "a\0b" } });
      expect((await store.audit.verify()).bad).toBeUndefined();
    });

    it.each([
      ["an edited event", "update audit set event = 'sent' where seq = 3", 3, /edited/],
      ["an edited time", "update audit set at = at + 1 where seq = 3", 3, /edited/],
      ["edited fields", `update audit set fields = '{"n":4}' where seq = 3`, 3, /edited/],
      ["a removed agent", "update audit set call_id = null where seq = 3", 3, /edited/],
      ["an edited hash", "update audit set hash = prev_hash where seq = 3", 3, /edited/],
      ["an edited link", "update audit set prev_hash = hash where seq = 3", 3, /edited/],
      ["a deleted row", "delete from audit where seq = 3", 3, /missing: the next row in the record is 4/],
      ["a deleted first row", "delete from audit where seq = 1", 1, /missing/],
      [
        "a deleted and closed gap",
        "delete from audit where seq = 3; update audit set seq = seq - 1 where seq = 4; update audit set seq = seq - 1 where seq = 5",
        3,
        /edited/,
      ],
      [
        "two rows in another order",
        "update audit set seq = 99 where seq = 3; update audit set seq = 3 where seq = 4; update audit set seq = 4 where seq = 99",
        3,
        /edited/,
      ],
      [
        "a row put between",
        "update audit set seq = 6 where seq = 5; update audit set seq = 5 where seq = 4; insert into audit select 4, at, event, call_id, agent_id, connection_id, fields, prev_hash, hash from audit where seq = 3",
        4,
        /edited/,
      ],
      [
        "a row added at the end",
        "insert into audit select 6, at, event, call_id, agent_id, connection_id, fields, hash, hash from audit where seq = 5",
        6,
        /edited/,
      ],
      ["a cut-off tail", "delete from audit where seq > 3", 4, /missing: the record ends here/],
      ["a tail and head cut off by one", "delete from audit where seq = 5; update audit_head set seq = 4", 4, /edited: the head/],
      ["everything removed", "delete from audit", 1, /missing/],
      ["a head that is gone", "delete from audit_head", 6, /head of the record is missing/],
    ])("finds %s", async (_what, sql, seq, why) => {
      await append(5);
      const bad = await badAfter(sql);
      expect(bad?.seq).toBe(seq);
      expect(bad?.why).toMatch(why);
    });

    it("finds a row with a right hash that the head does not know, and a row rewritten together with its hash", async () => {
      await append(5);
      const [third] = await store.audit.list({ after: 2, limit: 1 });
      const head = await store.audit.head();
      const forged = { seq: 6, at: 1, event: "e", call_id: null, agent_id: null, connection_id: null, fields: "{}", prev_hash: head.hash };
      await database.raw(`insert into audit values (6, 1, 'e', null, null, null, '{}', '${head.hash}', '${auditHash(forged)}')`);
      expect((await store.audit.verify()).bad).toEqual({
        seq: 6,
        kind: "added",
        why: "added: the head of the record does not know this row",
      });
      const rewritten = auditHash({ ...forged, seq: 3, prev_hash: third?.prev_hash ?? "" });
      const bad = await badAfter(
        `update audit set at = 1, event = 'e', call_id = null, fields = '{}', hash = '${rewritten}' where seq = 3`,
      );
      expect(bad).toMatchObject({ seq: 4, why: expect.stringMatching(/^replaced/) });
    });

    const pair = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
    const key = { x: pair.x ?? "", d: pair.d ?? "" };
    const checkpoint = async () => {
      const mark = signMark("checkpoint", { ...(await store.audit.head()), at: START_MS + 9 }, key);
      const { seq, hash, signature } = mark;
      await store.audit.append({ at: START_MS + 9, event: "checkpoint", fields: { seq, hash, key: mark.key, signature } });
      return mark;
    };
    /** Everything made anew from `from` on, with right hashes, as someone who may write the database can. */
    const rewritten = async (from: number, change: (row: AuditRow) => Partial<AuditRow>) => {
      const rows = await store.audit.list({ limit: 1000 });
      let last = rows[from - 2]?.hash ?? "0".repeat(64);
      const statements = rows.slice(from - 1).map((row) => {
        const next = { ...row, ...change(row), prev_hash: last };
        const fields = canonicalJson(next.fields);
        last = auditHash({ ...next, fields });
        return `update audit set fields = '${fields}', event = '${next.event}', prev_hash = '${next.prev_hash}', hash = '${last}' where seq = ${row.seq}`;
      });
      await database.raw([...statements, `update audit_head set hash = '${last}'`].join(";"));
    };

    it("counts signed checkpoints, and one that was kept elsewhere still fits when rows follow", async () => {
      await append(3);
      const kept = await checkpoint();
      await append(2);
      await checkpoint();
      expect(await store.audit.verify({ publicKey: key.x, checkpoint: kept })).toMatchObject({ rows: 7, checkpoints: 2 });
    });

    it("finds a record made anew: inside by its checkpoints, and as a whole by one that was kept elsewhere", async () => {
      await append(3);
      const kept = await checkpoint();
      await append(1);
      await rewritten(2, ({ seq }) => (seq === 2 ? { fields: { n: 99 } } : {}));
      expect((await store.audit.verify()).bad).toBeUndefined();
      expect((await store.audit.verify({ publicKey: key.x })).bad).toMatchObject({ seq: 4, kind: "unsigned" });
      expect((await store.audit.verify({ checkpoint: kept })).bad).toMatchObject({ seq: 3, kind: "rewritten" });
      // Without its checkpoints the forgery is whole in itself; the kept one tells.
      await rewritten(2, ({ event }) => (event === "checkpoint" ? { event: "read", fields: {} } : {}));
      expect((await store.audit.verify({ publicKey: key.x })).bad).toBeUndefined();
      expect((await store.audit.verify({ publicKey: key.x, checkpoint: kept })).bad).toMatchObject({ seq: 3, kind: "rewritten" });
    });

    it("finds an end that was cut off together with its head by a checkpoint that was kept elsewhere", async () => {
      await append(5);
      const kept = await checkpoint();
      const [third] = await store.audit.list({ after: 2, limit: 1 });
      await database.raw(`delete from audit where seq > 3; update audit_head set seq = 3, hash = '${third?.hash}'`);
      expect((await store.audit.verify({ publicKey: key.x })).bad).toBeUndefined();
      expect((await store.audit.verify({ publicKey: key.x, checkpoint: kept })).bad).toMatchObject({ seq: 4, kind: "cut" });
    });

    it("begins after rows that a signed tombstone stands for, and only after those", async () => {
      await append(6);
      const mark = signMark("pruned", { seq: 4, hash: (await store.audit.hashAt(4)) ?? "", at: START_MS + 9 }, key);
      const { seq, hash, signature } = mark;
      await store.audit.append({ at: START_MS + 9, event: "pruned", fields: { seq, hash, key: mark.key, signature } });
      expect(await store.audit.removeUpTo(4)).toBe(4);
      expect(await store.audit.verify({ publicKey: key.x })).toMatchObject({ rows: 3, first: 5 });
      expect(await badAfter("delete from audit where seq = 5")).toMatchObject({ seq: 1, kind: "missing" });
    });

    it("does not believe a tombstone of another key", async () => {
      await append(6);
      const other = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
      const mark = signMark(
        "pruned",
        { seq: 4, hash: (await store.audit.hashAt(4)) ?? "", at: START_MS + 9 },
        { x: other.x ?? "", d: other.d ?? "" },
      );
      await store.audit.append({ at: START_MS + 9, event: "pruned", fields: { ...mark } });
      await store.audit.removeUpTo(4);
      expect((await store.audit.verify({ publicKey: key.x })).bad).toMatchObject({
        kind: "missing",
        why: expect.stringContaining("not signed"),
      });
    });

    it("says once that the clock was set back by more than a minute, and goes on by its numbers", async () => {
      const at = (ms: number) => store.audit.append({ at: START_MS + ms, event: "e", fields: {} });
      await at(600_000);
      await at(540_000);
      await at(400_000);
      await at(400_001);
      const rows = await store.audit.list({ limit: 9 });
      expect(rows.map(({ seq, event }) => [seq, event])).toEqual([
        [1, "e"],
        [2, "e"],
        [3, "clock.back"],
        [4, "e"],
        [5, "e"],
      ]);
      expect(rows[2]?.fields).toEqual({ last_at: START_MS + 540_000, back_ms: 140_000 });
      expect((await store.audit.verify()).bad).toBeUndefined();
    });

    it("lists by time, connection and agent, and the last ones", async () => {
      for (const n of [1, 2, 3])
        await store.audit.append({ at: START_MS + n, event: "e", agent_id: `agent_${n}`, connection_id: "conn_1", fields: { n } });
      const seqs = (rows: AuditRow[]) => rows.map(({ seq }) => seq);
      expect(seqs(await store.audit.list({ limit: 9, from: START_MS + 2 }))).toEqual([2, 3]);
      expect(seqs(await store.audit.list({ limit: 9, to: START_MS + 2 }))).toEqual([1]);
      expect(seqs(await store.audit.list({ limit: 9, agent_id: "agent_2" }))).toEqual([2]);
      expect(seqs(await store.audit.list({ limit: 9, connection_id: "conn_2" }))).toEqual([]);
      expect(seqs(await store.audit.last({ limit: 2 }))).toEqual([2, 3]);
    });

    it("says so when fields are no JSON any more", async () => {
      await append(1);
      await database.raw("update audit set fields = 'x'");
      await expect(store.audit.list({ limit: 1 })).rejects.toMatchObject({ code: "audit_broken" });
    });
  });
}
