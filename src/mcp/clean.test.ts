import { describe, expect, it } from "vitest";
import { cleanData, cleanText } from "./clean.ts";

describe("cleaning of texts from Klaviyo", () => {
  it.each([
    ["an escape sequence", "a\u001B[2Jb", "a<U+001B>[2Jb"],
    ["a C1 control", "a\u009Bb", "a<U+009B>b"],
    ["an override of direction", "VIP\u202Egnp", "VIP<U+202E>gnp"],
    ["a zero-width space", "V\u200BIP", "V<U+200B>IP"],
    ["a joiner outside an emoji", "a\u200Db", "a<U+200D>b"],
    ["tag characters", "x\u{E0041}", "x<U+E0041>"],
    ["a line separator", "a\u2028b", "a<U+2028>b"],
    ["a private character", "\uE000", "<U+E000>"],
  ])("shows %s as its code point", (_, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  it("keeps line breaks, tabs, accents and joined emoji", () => {
    for (const text of ["a\n\tb\r\n", "Élan Ünï", "👩‍💻 and 👩🏽‍💻 and ❤️‍🔥", "日本語"]) expect(cleanText(text)).toBe(text);
  });

  it("cleans keys and nested values and leaves the rest alone", () => {
    expect(cleanData({ "a\u0007": [{ b: "\u0000" }, 1, null, true] })).toStrictEqual({ "a<U+0007>": [{ b: "<U+0000>" }, 1, null, true] });
  });
});
