import { expect, it } from "vitest";
import { compareVersions } from "./fence.ts";

it.each([
  ["0.1.0", "0.1.0", 0],
  ["0.1.1", "0.1.0", 1],
  ["0.9.0", "0.10.0", -1],
  ["1.0.0", "0.99.99", 1],
  ["1.0.0-rc.1", "1.0.0", -1],
  ["1.0.0-rc.2", "1.0.0-rc.1", 1],
  ["0.1.0", "", 1],
])("version %s against %s: %i", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
});
