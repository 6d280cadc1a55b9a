import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSignedBy, markIn, mustBePublicKey, parseToken, signMark, tokenOf } from "./audit-signature.ts";

const keyPair = () => {
  const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { x, d };
};
const key = keyPair();
const mark = { seq: 7, hash: "ab".repeat(32), at: 1_784_109_600_000 };
const signed = signMark("checkpoint", mark, key);

describe("a signed mark", () => {
  it("survives as a token of one line, and is signed by its own key only", () => {
    const token = tokenOf(signed);
    expect(token).toMatch(/^hac1\.7\.[\w-]{43}\.1784109600000\.[0-9a-f]{16}\.[\w-]{86}$/);
    expect(parseToken(` ${token}\n`)).toEqual(signed);
    expect(isSignedBy("checkpoint", signed, key.x)).toBe(true);
    expect(isSignedBy("checkpoint", signed, keyPair().x)).toBe(false);
  });

  it.each([
    ["row", { seq: 8 }],
    ["hash", { hash: "cd".repeat(32) }],
    ["time", { at: mark.at + 1 }],
    ["key", { key: "0".repeat(16) }],
    ["signature", { signature: signMark("checkpoint", mark, keyPair()).signature }],
  ])("does not hold with another %s", (_, changed) => {
    expect(isSignedBy("checkpoint", { ...signed, ...changed }, key.x)).toBe(false);
  });

  it("of one kind does not pass for another", () => {
    expect(isSignedBy("pruned", signed, key.x)).toBe(false);
  });

  it("is read from a row's fields, and from nothing else", () => {
    const { at, ...fields } = signed;
    expect(markIn(fields, at)).toEqual(signed);
    for (const other of [null, [], {}, { ...fields, seq: "7" }, { ...fields, signature: 1 }]) expect(markIn(other, at)).toBeUndefined();
  });
});

it("what is no token or no key is refused with what to do", () => {
  for (const text of ["", "hac1.7", `${tokenOf(signed)}x`, tokenOf(signed).replace("hac1", "hac2")])
    expect(() => parseToken(text)).toThrow(expect.objectContaining({ code: "usage", hint: expect.stringContaining("audit checkpoint") }));
  expect(mustBePublicKey(key.x)).toBe(key.x);
  for (const text of ["", "abc", `${key.x}=`, `${key.x}A`]) expect(() => mustBePublicKey(text)).toThrow("public key");
});
