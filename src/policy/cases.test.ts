import { describe, expect, it } from "vitest";
import { HalyardError } from "../lib/errors.ts";
import { parseCases } from "./cases.ts";

function places(text: string): string[] {
  try {
    parseCases(text);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    expect(thrown.code).toBe("policy_invalid");
    return thrown.violations.map(({ path }) => path);
  }
}

describe("cases", () => {
  it("are read, with what they leave out", () => {
    expect(parseCases("- {action: send_campaign, facts: {people: 5, list: [a]}, expect: ask}\n")).toEqual([
      { action: "send_campaign", args: {}, facts: { people: 5, list: ["a"] }, expect: "ask" },
    ]);
  });

  it.each([
    ["", ["/"]],
    ["[]", ["/"]],
    ["- {action: x}\n", ["/0/expect"]],
    ["- {action: x, expect: ask}\n- {action: x, expect: maybe}\n", ["/1/expect"]],
    ["- {action: x, expect: ask, facts: {peple: 1}}\n", ["/0/facts"]],
    ["- {action: 5, expect: ask, facts: {list: [{}]}}\n", ["/0/action", "/0/facts/list"]],
    ["- {action: x, expct: ask}\n", ["/0/expect", "/0"]],
    ["a: &a [*a]\n", [""]],
  ])("%j is refused, at %j", (text, at) => {
    expect(places(text)).toEqual(at);
  });

  it("with a fact that is none are told which there are", () => {
    expect(() => parseCases("- {action: x, expect: ask, facts: {peple: 1}}\n")).toThrow(
      /^The policy cannot be used: \/0\/facts names no fact; there are: people, recipients, /,
    );
  });
});
