import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePositions, createOrder, type SortKey } from "./order.ts";

describe("an order", () => {
  it("puts null last, texts by code unit and ties by id", () => {
    const order = createOrder([
      { key: null, id: "a" },
      { key: "b", id: "2" },
      { key: "B", id: "3" },
      { key: "b", id: "1" },
    ]);
    expect(order.positions().map(({ id }) => id)).toEqual(["3", "1", "2", "a"]);
    expect(order.indexOf({ key: "b", id: "1" })).toBe(1);
  });

  it("stays what sorting anew would give, few changes or many between reads", () => {
    const key = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom<SortKey>("a", "b", null, true));
    const changes = fc.array(fc.record({ id: fc.integer({ min: 0, max: 400 }).map(String), key: fc.option(key, { nil: undefined }) }), {
      maxLength: 900,
    });
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 4 }), (batches) => {
        const order = createOrder([]);
        const known = new Map<string, SortKey>();
        for (const batch of batches) {
          for (const change of batch) {
            order.replace(change.id, known.get(change.id), change.key);
            if (change.key === undefined) known.delete(change.id);
            else known.set(change.id, change.key);
          }
          const expected = [...known].map(([id, each]) => ({ key: each, id })).toSorted(comparePositions);
          expect(order.positions()).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});
