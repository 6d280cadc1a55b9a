import { inspect } from "node:util";
import { expect, it } from "vitest";
import { isoSeconds, parseIso } from "./clock.ts";
import { HalyardError, errorReport } from "./errors.ts";
import { createIds, ulid } from "./ids.ts";
import { createManualClock } from "./clock.ts";
import { Secret } from "./secret.ts";
import { nearest, terminalSafe, terminalSafeDeep, truncate } from "./text.ts";

it("shows control, bidirectional and invisible characters as code points", () => {
  expect(terminalSafe("a\u001b[31mred\u0007")).toBe("a<U+001B>[31mred<U+0007>");
  expect(terminalSafe("VIP\u202e\u200b\u2028x")).toBe("VIP<U+202E><U+200B><U+2028>x");
  expect(terminalSafe("a\u3164b\u2800c\u{e0100}")).toBe("a<U+3164>b<U+2800>c<U+E0100>");
  expect(terminalSafe("\u2764\ufe0f x\ufe0f")).toBe("\u2764\ufe0f x<U+FE0F>");
  expect(terminalSafe("two\nlines\tand")).toBe("two lines and");
  expect(terminalSafeDeep({ "k\u001b": ["v\u009b", 1, null] })).toEqual({ "k<U+001B>": ["v<U+009B>", 1, null] });
  expect(terminalSafe("Żółć 🎉 日本")).toBe("Żółć 🎉 日本");
});

it("says what was probably meant", () => {
  expect(nearest("craete_list", ["create_list", "delete_list", "get_lists"])[0]).toBe("create_list");
  expect(nearest("zzzzz", ["create_list"])).toEqual([]);
  expect(nearest("ab", ["abc", "ab", "x"])).toEqual(["ab", "abc"]);
});

it("cuts long text and says so", () => {
  expect(truncate("abcdef", 4)).toBe("abc…");
  expect(truncate("abcd", 4)).toBe("abcd");
});

it("reads the date-times that Klaviyo takes, as UTC where no zone is given", () => {
  expect(parseIso("2026-01-31")).toBe(Date.UTC(2026, 0, 31));
  expect(parseIso("2026-01-31T10:00:00+02:00")).toBe(Date.UTC(2026, 0, 31, 8));
  expect(parseIso("2026-01-31 10:00:00")).toBe(Date.UTC(2026, 0, 31, 10));
  expect(parseIso("2026-13-31")).toBeUndefined();
  expect(parseIso("yesterday")).toBeUndefined();
  expect(isoSeconds(Date.UTC(2026, 0, 31, 8))).toBe("2026-01-31T08:00:00+00:00");
});

it("makes ids that sort by time and say what they are of", () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  const newId = createIds(clock, (sizeBytes) => new Uint8Array(sizeBytes));
  const first = newId("call");
  clock.advance(1);
  expect(first).toMatch(/^call_[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(newId("call") > first).toBe(true);
  expect(ulid(0, (sizeBytes) => new Uint8Array(sizeBytes).fill(31))).toBe("0000000000ZZZZZZZZZZZZZZZZ");
});

it("prints no secret", () => {
  const secret = new Secret("pk_canary");
  expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain("canary");
  expect(secret.reveal()).toBe("pk_canary");
});

it("reports what it knows and hides what it does not", () => {
  expect(errorReport(new HalyardError("denied", "No.", { hint: "Ask." }))).toEqual({ code: "denied", message: "No.", hint: "Ask." });
  expect(errorReport(new Error("SELECT * FROM secrets"))).toEqual({ code: "internal", message: expect.not.stringContaining("SELECT") });
});
