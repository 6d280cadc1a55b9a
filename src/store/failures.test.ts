import { describe, expect, it } from "vitest";
import { HalyardError } from "../lib/errors.ts";
import { postgresFailure, sqliteFailure } from "./failures.ts";

const thrown = (code: string, message = "m") => Object.assign(new Error(message), { code });

describe("sqliteFailure", () => {
  it.each([
    ["SQLITE_FULL", "store_full"],
    ["ENOSPC", "store_full"],
    ["SQLITE_CORRUPT_INDEX", "store_corrupt"],
    ["SQLITE_NOTADB", "store_corrupt"],
    ["SQLITE_BUSY_SNAPSHOT", "store_unavailable"],
    ["SQLITE_READONLY_DIRECTORY", "store_unavailable"],
    ["SQLITE_IOERR_FSYNC", "store_unavailable"],
    ["SQLITE_CANTOPEN", "store_unavailable"],
    ["EACCES", "store_unavailable"],
    ["EROFS", "store_unavailable"],
    ["ENOTDIR", "store_unavailable"],
    ["SQLITE_CONSTRAINT_PRIMARYKEY", "conflict"],
    ["SQLITE_CONSTRAINT_NOTNULL", "internal"],
  ])("maps %s to %s", (code, ours) => {
    expect(sqliteFailure(thrown(code), "/x/halyard.db")).toMatchObject({ code: ours });
  });

  it("names the damaged file, says that it was left alone and how to restore it", () => {
    const failure = sqliteFailure(thrown("SQLITE_NOTADB"), "/x/halyard.db");
    expect(failure).toMatchObject({
      message: expect.stringMatching(/\/x\/halyard\.db.*untouched/),
      hint: expect.stringContaining("backup"),
    });
  });

  it("leaves mistakes in queries and errors that are ours already as they are", () => {
    for (const other of [thrown("SQLITE_ERROR"), new TypeError("x"), "text", new HalyardError("conflict", "x")])
      expect(sqliteFailure(other, "f")).toBe(other);
  });
});

describe("postgresFailure", () => {
  it.each([
    ["53100", "store_full"],
    ["XX001", "store_corrupt"],
    ["55P03", "store_unavailable"],
    ["28P01", "store_unavailable"],
    ["3D000", "store_unavailable"],
    ["57P01", "store_unavailable"],
    ["08006", "store_unavailable"],
    ["ECONNREFUSED", "store_unavailable"],
    ["ERR_INVALID_URL", "config"],
    ["23505", "conflict"],
    ["23503", "internal"],
  ])("maps %s to %s", (code, ours) => {
    expect(postgresFailure(thrown(code))).toMatchObject({ code: ours });
  });

  it("knows a lost connection by its text, and leaves mistakes in queries as they are", () => {
    expect(postgresFailure(new Error("Connection terminated unexpectedly"))).toMatchObject({ code: "store_unavailable" });
    for (const other of [thrown("42601"), new TypeError("x"), new HalyardError("conflict", "x")])
      expect(postgresFailure(other)).toBe(other);
  });
});
