import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../lib/clock.ts";
import { openStore } from "../store.ts";
import type { Schema } from "../schema.ts";
import { openSqliteFile, pathOfUrl } from "./sqlite-file.ts";
import { sqliteDialect } from "./sqlite.ts";

const clock = createManualClock(0);
let home: string;
let file: string;
let url: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "halyard-file-"));
  file = join(home, "new", "halyard.db");
  url = `file:${file}`;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const permissions = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("the database file", () => {
  it("is made for its owner alone, with its directory and its log", async () => {
    const store = await openStore({ url, clock });
    await store.meta.set("k", "v");
    expect([join(home, "new"), file, `${file}-wal`, `${file}-shm`].map(permissions)).toEqual(["700", "600", "600", "600"]);
    await store.close();
    chmodSync(file, 0o644);
    await (await openStore({ url, clock })).close();
    expect(permissions(file)).toBe("600");
  });

  it("is found by every way of writing a file URL", () => {
    expect([pathOfUrl("file:/a/b.db"), pathOfUrl("file:///a/b%20c.db"), pathOfUrl("file:b.db")]).toEqual([
      "/a/b.db",
      "/a/b c.db",
      join(process.cwd(), "b.db"),
    ]);
  });

  it("cannot be opened where its directory is a file, or where it is a directory", async () => {
    writeFileSync(join(home, "new"), "");
    await expect(openStore({ url, clock })).rejects.toMatchObject({
      code: "store_unavailable",
      hint: expect.stringContaining("directory"),
    });
    rmSync(join(home, "new"));
    mkdirSync(file, { recursive: true });
    await expect(openStore({ url, clock })).rejects.toMatchObject({ code: "store_unavailable" });
  });

  it.skipIf(process.getuid?.() === 0)("cannot be opened in a directory that is read-only", async () => {
    mkdirSync(join(home, "new"));
    chmodSync(join(home, "new"), 0o500);
    await expect(openStore({ url, clock })).rejects.toMatchObject({
      code: "store_unavailable",
      hint: expect.stringContaining("permission"),
    });
  });

  it.each([
    ["text", Buffer.from("hello")],
    ["a page of something else", Buffer.alloc(5000, 7)],
  ])("is refused and left alone when it is %s", async (_what, content) => {
    mkdirSync(join(home, "new"));
    writeFileSync(file, content);
    await expect(openStore({ url, clock })).rejects.toMatchObject({ code: "store_corrupt", message: expect.stringContaining(file) });
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it("is refused and left alone when a page inside it was overwritten", async () => {
    const store = await openStore({ url, clock });
    await store.transaction(async (tables) => {
      for (let n = 0; n < 300; n++) await tables.audit.append({ at: n, event: "e", fields: { text: "x".repeat(500) } });
    });
    await store.close();
    const content = readFileSync(file);
    const damaged = Buffer.concat([content.subarray(0, content.length - 40_960), Buffer.alloc(40_960, 1)]);
    writeFileSync(file, damaged);
    await expect(openStore({ url, clock })).rejects.toMatchObject({ code: "store_corrupt", hint: expect.stringContaining("backup") });
    expect(readFileSync(file).equals(damaged)).toBe(true);
    expect(existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0).toBe(false);
  });

  it("needs a URL that says what it is", async () => {
    await expect(openStore({ url: "mysql://x", clock })).rejects.toMatchObject({ code: "config" });
  });
});

describe("the SQLite connection", () => {
  const opened = async () => {
    const database = await openSqliteFile(url, 20);
    return { database, db: new Kysely<Schema>({ dialect: sqliteDialect(database, 20, () => {}) }) };
  };

  it("is durable, checks references, overwrites what is deleted, and is durable again after a light transaction", async () => {
    const { database, db } = await opened();
    const settings = () =>
      ["journal_mode", "synchronous", "foreign_keys", "secure_delete"].map((name) => database.pragma(name, { simple: true }));
    expect(settings()).toEqual(["wal", 2, 1, 1]);
    const light = db.transaction().setIsolationLevel("read committed");
    const during = await light.execute(async () => [...settings(), database.inTransaction]);
    expect(during).toEqual(["wal", 1, 1, 1, true]);
    await expect(light.execute(() => Promise.reject(new Error("x")))).rejects.toThrow("x");
    const other = new Database(file);
    other.exec("begin immediate");
    await expect(light.execute(() => Promise.resolve())).rejects.toMatchObject({ code: "store_unavailable" });
    other.close();
    expect(settings()).toEqual(["wal", 2, 1, 1]);
    await db.destroy();
  });

  it("reports a full disk, rolls back and goes on", async () => {
    const { db } = await opened();
    await sql`create table t (a text)`.execute(db);
    await sql`pragma max_page_count = 4`.execute(db);
    const fill = db.transaction().execute(async (tx) => {
      for (;;) await sql`insert into t values (${"x".repeat(3000)})`.execute(tx);
    });
    await expect(fill).rejects.toMatchObject({ code: "store_full", retryable: true });
    expect((await sql`select * from t`.execute(db)).rows).toEqual([]);
    await sql`insert into t values ('small')`.execute(db);
    await db.destroy();
  });

  it("reports a store that has become read-only", async () => {
    const { db } = await opened();
    await sql`pragma query_only = on`.execute(db);
    await expect(sql`create table t (a text)`.execute(db)).rejects.toMatchObject({ code: "store_unavailable" });
    await db.destroy();
  });

  it("keeps working with more different statements than it keeps prepared", async () => {
    const { db } = await opened();
    for (let n = 0; n < 450; n++) expect((await sql.raw<{ n: number }>(`select ${n} as n`).execute(db)).rows).toEqual([{ n }]);
    await db.destroy();
  });
});
