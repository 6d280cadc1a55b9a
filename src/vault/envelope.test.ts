import { describe, expect, it } from "vitest";
import { HalyardError } from "../lib/errors.ts";
import { randomBytes } from "../lib/ids.ts";
import { openText, type SealContext, sealText } from "./envelope.ts";

const wrapping = { key: randomBytes(32), id: "0123456789abcdef" };
const context: SealContext = { connection: "conn_1", account: "AbC123", purpose: "klaviyo-key", version: 3 };
const seal = (plain: string, over: Partial<SealContext> = {}) => sealText(plain, { ...context, ...over }, wrapping, randomBytes);
const open = (sealed: string, over: Partial<SealContext> = {}) => openText(sealed, { ...context, ...over }, wrapping);
const codeOf = (work: () => string): string => {
  try {
    return work();
  } catch (thrown) {
    return thrown instanceof HalyardError ? thrown.code : String(thrown);
  }
};

describe("the envelope", () => {
  it.each(["", "pk_abc", "é😀\n", "x".repeat(100_000)])("opens what it sealed", (plain) => {
    expect(open(seal(plain))).toBe(plain);
  });

  it("says what it is and never looks the same twice", () => {
    const [one, two] = [seal("same"), seal("same")];
    expect(one).toMatch(/^hv1\.0123456789abcdef\.[\w-]{80}\.[\w-]+$/);
    expect(one?.split(".").slice(2)).not.toEqual(two?.split(".").slice(2));
  });

  it.each([
    { connection: "conn_2" },
    { account: "AbC124" },
    { purpose: "request" },
    { version: 4 },
    { connection: "conn_1AbC123", account: "" },
  ])("does not open in the place of another row: %o", (over) => {
    expect(codeOf(() => open(seal("v"), over))).toBe("store_corrupt");
  });

  it("does not open with the data key of one value and the content of another", () => {
    const [form, id, wrapped] = seal("one").split(".");
    expect(codeOf(() => open([form, id, wrapped, seal("two").split(".")[3]].join(".")))).toBe("store_corrupt");
  });

  it("notices a change of any single character", () => {
    const sealed = seal("pk_canary");
    for (let at = 0; at < sealed.length; at++) {
      for (const other of ["A", "B", "0", "f", "_", "."]) {
        if (sealed[at] === other) continue;
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
        expect(["store_corrupt", "master_key"], `${at} ${other}`).toContain(codeOf(() => open(changed)));
      }
    }
  });

  it("notices what is cut off, added or empty", () => {
    const sealed = seal("pk_canary");
    for (const changed of [
      sealed.slice(0, -1),
      sealed.slice(0, -24),
      `${sealed}A`,
      `${sealed}=`,
      `${sealed}.`,
      `${sealed} `,
      "",
      "hv1",
      "hv1...",
      `hv2${sealed.slice(3)}`,
    ]) {
      expect([changed, codeOf(() => open(changed))]).toEqual([changed, "store_corrupt"]);
    }
  });

  it("tells another master key from a changed text, and does not open with a key that only has the right name", () => {
    const sealed = seal("v");
    expect(codeOf(() => openText(sealed, context, { key: randomBytes(32), id: "fedcba9876543210" }))).toBe("master_key");
    expect(codeOf(() => openText(sealed, context, { key: randomBytes(32), id: wrapping.id }))).toBe("store_corrupt");
  });
});
