import { describe, expect, it } from "vitest";
import { CRASH_POINTS } from "../../src/gate/crash-points.ts";
import { gapsIn, gapsOfWritePath, pointsInSources } from "./write-path.ts";

describe("the points at which the crash matrix kills", () => {
  it("lie between any two things that the write path waits for", () => {
    expect(gapsOfWritePath()).toEqual([]);
  });

  it("are all in the sources, and no others", () => {
    expect([...new Set(pointsInSources())].toSorted()).toEqual([...CRASH_POINTS].toSorted());
    expect(pointsInSources().length).toBe(CRASH_POINTS.length);
  });

  it.each([
    ["a store statement without one", "async function f() { await a(); parts.at('x'); await b(); await c(); }", 1],
    [
      "one in a transaction",
      "async function f() { await store.transaction(async (tables) => { await a(); await b(); }); parts.at('x'); }",
      1,
    ],
    ["one in a loop", "async function f() { for (const one of all) { await a(one); await b(one); } }", 1],
    ["none where each is followed", "async function f() { await a(); parts.at('x'); await b(); parts.at('y'); }", 0],
  ])("would be missed in: %s", (_, text, gaps) => {
    expect(new Set(gapsIn("planted.ts", text, "all").map(({ place, text: what }) => place + what)).size).toBe(gaps);
  });
});
