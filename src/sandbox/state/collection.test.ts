import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineCollection, type Row } from "./collection.ts";
import { createIdentity } from "./identity.ts";
import { State } from "./state.ts";

interface Person extends Row {
  email?: string;
  groups: readonly string[];
}
const people = defineCollection<Person>("people", { unique: { email: ({ email }) => email }, indexes: { group: ({ groups }) => groups } });
const newState = () => new State([people], createIdentity("test"));

describe("a collection", () => {
  it("finds by unique keys and by lists of keys, before and after changes", () => {
    const state = newState();
    state.transaction(() => {
      const rows = state.rows(people);
      rows.put({ id: "1", email: "a@x", groups: ["g", "h"] });
      rows.put({ id: "2", groups: ["g"] });
      rows.put({ id: "1", email: "b@x", groups: ["h"] });
      expect([rows.find("email", "a@x"), rows.find("email", "b@x")?.id]).toEqual([undefined, "1"]);
      expect([rows.where("group", "g").map(({ id }) => id), rows.count("group", "h"), rows.count("group", "none")]).toEqual([["2"], 1, 0]);
      rows.remove("2");
      expect([rows.where("group", "g"), rows.size]).toEqual([[], 1]);
    });
  });

  it("refuses a second row with a unique key and any change outside of a transaction", () => {
    const state = newState();
    const put = (id: string) => state.rows(people).put({ id, email: "a@x", groups: [] });
    state.transaction(() => put("1"));
    expect(() => state.transaction(() => put("2"))).toThrow("same email");
    expect(() => put("3")).toThrow("outside of a transaction");
    expect(state.counts()).toEqual({ people: 1 });
  });
});

describe("a transaction", () => {
  const edit = fc.record({
    id: fc.constantFrom("1", "2", "3"),
    groups: fc.option(fc.array(fc.constantFrom("g", "h")), { nil: undefined }),
  });
  const apply = (state: State, edits: { id: string; groups: string[] | undefined }[]) => {
    for (const { id, groups } of edits) {
      if (groups) state.rows(people).put({ id, groups: [...new Set(groups)], email: state.ids.hex(8) });
      else state.rows(people).remove(id);
    }
  };

  it("that fails leaves rows, indexes, orders and id streams as they were", () => {
    fc.assert(
      fc.property(fc.array(edit), fc.array(edit), (before, failing) => {
        const state = newState();
        state.transaction(() => apply(state, before));
        const rows = state.rows(people);
        const seen = () => [
          state.hash(),
          rows.count("group", "g"),
          rows
            .order("email", ({ email }) => email ?? null)
            .positions()
            .map(({ id }) => id),
          state.ids.mark(),
        ];
        const kept = structuredClone(seen());
        expect(() =>
          state.transaction(() => {
            apply(state, failing);
            throw new Error("halfway");
          }),
        ).toThrow("halfway");
        expect(seen()).toEqual(kept);
      }),
    );
  });

  it("tells its net effect, from which another state can be rebuilt", () => {
    fc.assert(
      fc.property(fc.array(fc.array(edit)), (batches) => {
        const [state, copy] = [newState(), newState()];
        state.onChange((changes) => copy.replay(changes));
        for (const batch of batches) state.transaction(() => apply(state, batch));
        expect(copy.hash()).toBe(state.hash());
        expect(copy.rows(people).count("group", "g")).toBe(state.rows(people).count("group", "g"));
      }),
    );
  });

  it("is undone when a listener cannot take note of it", () => {
    const state = newState();
    state.onChange(() => {
      throw new Error("disk full");
    });
    expect(() => state.transaction(() => state.rows(people).put({ id: "1", groups: [] }))).toThrow("disk full");
    expect(state.counts()).toEqual({ people: 0 });
  });
});
