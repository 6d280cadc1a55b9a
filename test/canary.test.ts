import { describe, expect, it } from "vitest";
import { canariesIn, canaryForms } from "./canary.ts";

const SECRET = "pk_canary~7f3e?b>1d";

describe("canaryForms", () => {
  it("finds the secret in base64 wherever it lies in a longer text", () => {
    for (const before of ["", "a", "ab", "abc", "Authorization: Klaviyo-API-Key "]) {
      for (const after of ["", "x", "xy", "xyz"]) {
        for (const encoding of ["base64", "base64url"] as const) {
          expect(canariesIn(Buffer.from(before + SECRET + after).toString(encoding), SECRET), `${before}|${after}|${encoding}`).not.toEqual(
            [],
          );
        }
      }
    }
  });

  it.each([
    ["itself", `key=${SECRET};`],
    ["reversed", `>${Array.from(SECRET).toReversed().join("")}<`],
    ["hex", Buffer.from(`a${SECRET}b`).toString("hex")],
    ["upper-case hex", Buffer.from(`a${SECRET}b`).toString("hex").toUpperCase()],
    ["a query", `?k=${encodeURIComponent(SECRET)}`],
    ["a buffer of UTF-16", Buffer.from(SECRET, "utf16le").toString("hex")],
  ])("finds it as %s", (_what, text) => {
    expect(canariesIn(text, SECRET)).not.toEqual([]);
  });

  it("has at least twelve forms, each of some length, and finds nothing in other text", () => {
    expect(canaryForms(SECRET).length).toBeGreaterThanOrEqual(12);
    for (const form of canaryForms(SECRET)) expect(form.length).toBeGreaterThan(15);
    expect(canariesIn(`pk_canary ${Buffer.from("something else entirely").toString("base64")}`, SECRET)).toEqual([]);
  });
});
