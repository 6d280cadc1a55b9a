import { expect, it } from "vitest";
import { HalyardError } from "../lib/errors.ts";
import type { LimitPort } from "./limits.ts";
import { orInMemory } from "./memory-windows.ts";

const failing = (thrown: Error): LimitPort => ({ take: () => Promise.reject(thrown), observe: () => Promise.reject(thrown) });
const window = { key: "a:1", widthS: 1, allowed: 4 };

it("counts half of each window in memory while the store fails, and starts anew with the next window", async () => {
  const port = orInMemory(failing(new HalyardError("store_full", "Full.")));
  expect(await port.take([window], 1000)).toEqual({ ok: true });
  expect(await port.take([window], 1001)).toEqual({ ok: true });
  expect(await port.take([window], 1500)).toEqual({ ok: false, waitMs: 500 });
  expect(await port.take([window], 2000)).toEqual({ ok: true });
});

it("leaves the store's own word, and any other failure, as it is", async () => {
  const saying = orInMemory({ take: () => Promise.resolve({ ok: false, waitMs: 7 }), observe: () => Promise.resolve() });
  expect(await saying.take([window], 0)).toEqual({ ok: false, waitMs: 7 });
  await expect(orInMemory(failing(new TypeError("x"))).take([window], 0)).rejects.toThrow(TypeError);
});
