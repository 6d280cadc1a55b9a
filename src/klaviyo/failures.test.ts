import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import type { Json } from "../lib/json.ts";
import { failureOf } from "./failures.ts";

const catalog = loadCatalog();
const subscribe = mustFind(catalog, "bulk_subscribe_profiles");
const errors = (...list: Json[]) => ({ errors: list });

describe("failureOf", () => {
  it.each([200, 201, 202, 204])("has none for %i", (status) => {
    expect(failureOf(subscribe, { status, body: null })).toBeUndefined();
  });

  it.each([
    [400, "rejected"],
    [401, "key_rejected"],
    [403, "key_missing_scope"],
    [404, "not_found"],
    [405, "rejected"],
    [408, "timed_out"],
    [409, "conflict"],
    [410, "rejected"],
    [413, "too_large"],
    [415, "rejected"],
    [418, "rejected"],
    [422, "rejected"],
    [429, "rate_limited"],
    [500, "unreachable"],
    [502, "unreachable"],
    [503, "unreachable"],
    [504, "unreachable"],
    [599, "unreachable"],
  ])("maps %i to %s with words and a hint of our own", (status, code) => {
    const body = errors({ detail: "VENDOR TEXT", title: "VENDOR TITLE" });
    const failure = failureOf(subscribe, { status, body });
    expect(failure).toMatchObject({ code, violations: [{ path: "", message: "VENDOR TEXT" }] });
    expect(`${failure?.message} ${failure?.hint}`).not.toContain("VENDOR");
    expect(failure?.hint).toMatch(/\.$/);
  });

  it("names the scopes that the operation needs", () => {
    const hint = failureOf(subscribe, { status: 403, body: null })?.hint;
    expect(hint).toContain("lists:write, profiles:write, subscriptions:write");
  });

  it("says that a retired operation is retired, whose body is no JSON:API", () => {
    const failure = failureOf(subscribe, { status: 410, body: { message: "This API has been retired" } });
    expect(failure).toMatchObject({ message: expect.stringContaining("retired"), violations: [] });
  });

  it("passes on how long to wait", () => {
    expect(failureOf(subscribe, { status: 429, body: null }, 7000)?.retryAfterMs).toBe(7000);
  });

  it("cleans, cuts and counts what Klaviyo says", () => {
    const [first] =
      failureOf(subscribe, {
        status: 400,
        body: errors({ detail: `\u001b[31mred\u202e ${"x".repeat(400)}`, source: { pointer: "/data/attributes/email\u0007" } }),
      })?.violations ?? [];
    expect(first?.path).toBe("/data/attributes/email<U+0007>");
    expect(first?.message).toMatch(/^<U\+001B>\[31mred<U\+202E> x+…$/);
    expect(first?.message.length).toBe(300);
    expect(
      failureOf(subscribe, { status: 400, body: errors(...Array.from({ length: 50 }, () => ({ detail: "x" }))) })?.violations,
    ).toHaveLength(20);
  });

  it("takes the query parameter where there is no pointer, and the id of the profile that is there already", () => {
    const body = errors(
      { detail: "bad", source: { parameter: "page[size]" } },
      { detail: "exists.", source: { pointer: "/data/attributes" }, meta: { duplicate_profile_id: "01HQ" } },
    );
    expect(failureOf(subscribe, { status: 409, body })?.violations).toEqual([
      { path: "page[size]", message: "bad" },
      { path: "/data/attributes", message: "exists. duplicate_profile_id: 01HQ" },
    ]);
  });

  it.each([null, "text", 7, [], { errors: "x" }, { errors: [null, "x", 7] }, { errors: [{ detail: 7, source: [] }] }])(
    "survives the body %j",
    (body) => {
      expect(failureOf(subscribe, { status: 400, body })).toMatchObject({ code: "rejected" });
    },
  );
});
