import { describe, expect, it } from "vitest";
import { callerOf } from "../../test/mcp/scripted-gate.ts";
import { createManualClock } from "../lib/clock.ts";
import { Sessions } from "./sessions.ts";

const LIMITS = { max: 4, maxPerAgent: 2, idleMs: 1000 };

function create() {
  const clock = createManualClock(0);
  const sessions = new Sessions<{ close(): Promise<void> }>(clock, LIMITS);
  const closed: string[] = [];
  const add = (id: string, agent: string) => {
    const close = () => Promise.resolve(void closed.push(id));
    sessions.add(id, { close }, callerOf(agent));
    clock.advance(1);
  };
  return { clock, sessions, closed, add };
}

describe("sessions", () => {
  it("exist only for the agent and connection that opened them", () => {
    const { sessions, add } = create();
    add("s", "a");
    expect(sessions.use("s", callerOf("a"))).toBeDefined();
    expect(sessions.use("s", callerOf("b"))).toBeUndefined();
    expect(sessions.use("s", { ...callerOf("a"), connectionId: "conn_2" })).toBeUndefined();
    expect(sessions.use("t", callerOf("a"))).toBeUndefined();
  });

  it("end after the idle time, counted from their last use", () => {
    const { clock, sessions, closed, add } = create();
    add("s", "a");
    clock.set(999);
    expect(sessions.use("s", callerOf("a"))).toBeDefined();
    clock.set(1998);
    expect(sessions.use("s", callerOf("a"))).toBeDefined();
    clock.set(2998);
    expect(sessions.use("s", callerOf("a"))).toBeUndefined();
    expect(closed).toStrictEqual(["s"]);
    expect(sessions.size).toBe(0);
  });

  it("make room within one agent first, so that it cannot push out another's", () => {
    const { sessions, closed, add } = create();
    add("b1", "b");
    for (const id of ["a1", "a2", "a3"]) add(id, "a");
    expect(closed).toStrictEqual(["a1"]);
    expect(sessions.use("b1", callerOf("b"))).toBeDefined();
    add("c1", "c");
    add("d1", "d");
    expect(closed).toStrictEqual(["a1", "a2"]);
    expect(sessions.size).toBe(4);
  });

  it("close all at once", async () => {
    const { sessions, closed, add } = create();
    add("s", "a");
    add("t", "b");
    await sessions.closeAll();
    expect(closed.toSorted()).toStrictEqual(["s", "t"]);
  });
});
