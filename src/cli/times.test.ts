import { expect, it } from "vitest";
import { instantOf, minuteOf, whenOf } from "./times.ts";

const NOW = Date.UTC(2026, 6, 15, 10);

it("says a time in UTC and how far it is away", () => {
  expect(minuteOf(NOW)).toBe("2026-07-15 10:00 UTC");
  expect(instantOf(NOW + 1234)).toBe("2026-07-15 10:00:01.234");
  const away = (byMs: number) => whenOf(new Date(NOW + byMs).toISOString(), NOW).replace(/^[^(]*/, "");
  expect([29_000, -60_000, 119 * 60_000, 120 * 60_000, 72 * 3_600_000].map(away)).toEqual([
    "(in less than a minute)",
    "(1 min ago)",
    "(in 119 min)",
    "(in 2 h)",
    "(in 3 days)",
  ]);
  expect(whenOf("soon", NOW)).toBe("soon");
});
