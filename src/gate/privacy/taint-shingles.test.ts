import { expect, it } from "vitest";
import { Secret } from "../../lib/secret.ts";
import { connectionKey } from "../../vault/connection-key.ts";
import { basesOf, holdsShingle, shinglesOf, shingleSet } from "./taint-shingles.ts";

const bases = basesOf(connectionKey(new Secret("k"), (size) => new Uint8Array(size)));
const text = Array.from({ length: 400 }, (_, at) => String.fromCharCode(97 + ((at * at * 7 + at * 3) % 26))).join("");

it("finds any 24 characters, wherever they begin and whatever is around them", () => {
  const known = shingleSet([shinglesOf(["other words that were read", text], bases)]);
  for (let at = 0; at + 24 <= text.length; at++)
    expect(holdsShingle(`0123456789 ${text.slice(at, at + 24)} 9876543210`, known, bases)).toBe(true);
});

it("finds nothing in less than 20, in other text, or after nothing was read", () => {
  const known = shingleSet([shinglesOf([text], bases)]);
  for (let at = 0; at + 19 <= 300; at++) expect(holdsShingle(`01 ${text.slice(at, at + 19)} 10`, known, bases)).toBe(false);
  expect(holdsShingle("This sentence was written by the agent itself, at length.", known, bases)).toBe(false);
  expect(holdsShingle(text, shingleSet([]), bases)).toBe(false);
});

it("keeps hashes that another connection's key does not give", () => {
  const other = basesOf(connectionKey(new Secret("other"), (size) => new Uint8Array(size)));
  expect(holdsShingle(text, shingleSet([shinglesOf([text], other)]), bases)).toBe(false);
});

it("looks through 5 MB in little time", () => {
  const known = shingleSet([shinglesOf([text.repeat(20)], bases)]);
  const before = performance.now();
  expect(holdsShingle("0123456789,;:".repeat(400_000), known, bases)).toBe(false);
  expect(performance.now() - before).toBeLessThan(5000);
});
