import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Kysely } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sqliteDialect } from "./backends/sqlite.ts";
import { prepared, preparedRows } from "./prepared.ts";
import type { Schema } from "./schema.ts";

const home = mkdtempSync(join(tmpdir(), "halyard-prepared-"));
const open = (name: string): Kysely<Schema> => {
  const database = new Database(join(home, name));
  database.exec("create table meta (key text primary key, value text)");
  return new Kysely<Schema>({ dialect: sqliteDialect(database, 1000, () => undefined) });
};
let db: Kysely<Schema>;
let other: Kysely<Schema>;
beforeAll(() => {
  db = open("one.db");
  other = open("two.db");
});
afterAll(async () => {
  await db.destroy();
  await other.destroy();
  rmSync(home, { recursive: true });
});

let built = 0;
const insert = preparedRows<{ key: string; value: string }, never>((on, rows) => {
  built++;
  return on.insertInto("meta").values(rows);
});
const find = prepared<{ key: string; least: string }, { value: string }>((on, value) => {
  built++;
  return on
    .selectFrom("meta")
    .select("value")
    .where("key", "=", value("key"))
    .where("value", ">=", value("least"))
    .orderBy("value")
    .limit(1);
});

it("runs with the values of each run, in and out of transactions, built once for each database and number of rows", async () => {
  await insert(db, [{ key: "a", value: "1" }]);
  await insert(db, [{ key: "b", value: "2" }]);
  await db.transaction().execute((tx) => insert(tx, [{ key: "c", value: "3" }]));
  expect(built).toBe(1);
  await insert(db, [
    { key: "d", value: "4" },
    { key: "e", value: "5" },
  ]);
  expect(built).toBe(2);
  await insert(other, [{ value: "other", key: "a" }]);
  expect(built).toBe(3);
  built = 0;
  const found = [];
  for (const key of ["a", "b", "c", "d", "e", "f"]) found.push(...(await find(db, { key, least: "2" })));
  expect(found).toEqual([{ value: "2" }, { value: "3" }, { value: "4" }, { value: "5" }]);
  expect(await find(other, { key: "a", least: "" })).toEqual([{ value: "other" }]);
  expect(built).toBe(2);
});
