import { describe, expect, it } from "vitest";
import { HalyardError } from "../lib/errors.ts";
import { readDocument, readYaml, suggestion } from "./document.ts";

function refusal(read: () => unknown): HalyardError | undefined {
  try {
    read();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    return thrown;
  }
}

const problems = (read: () => unknown): string[] =>
  (refusal(read)?.violations ?? []).map(({ path, message }) => `${path} ${message}`.trim());

describe("the text of a policy", () => {
  it.each([
    ["", "is empty"],
    [" \n\n", "is empty"],
    ["version: 1", "is cut off: its last line does not end"],
    ["# nothing but a comment\n", "is not made of fields"],
    ["a sentence\n", "is not made of fields"],
    ["- version: 1\n", "is not made of fields"],
    ["preset: locked\n", "/version is missing; this Halyard knows version 1"],
    ["version: 2\n", "/version is not a version that this Halyard knows; it knows 1"],
    ["version: '1'\n", "/version is not a version that this Halyard knows; it knows 1"],
    ["version: 1\npreset: *x\n", "uses YAML aliases, which a policy may not"],
    ["version: 1\nversion: 1\n", "line 2 Map keys must be unique"],
  ])("%j: %s", (text, problem) => {
    expect(problems(() => readDocument(text))).toEqual([problem]);
  });

  it("may be as large as 256 KB, and no larger", () => {
    const text = (bytes: number): string => `version: 1\n#${"x".repeat(bytes - 13)}\n`;
    expect(readDocument(text(262_144))).toEqual({ version: 1 });
    expect(problems(() => readDocument(text(262_145)))).toEqual(["is larger than 262144 bytes"]);
  });

  it("takes no word for a yes or no but true and false", () => {
    expect(readYaml("a: no\nb: false\nc: 21:00\n")).toEqual({ a: "no", b: false, c: "21:00" });
  });

  it("tells the first ten places where it is no YAML", () => {
    const found = problems(() => readYaml("a: 1\n".repeat(15)));
    expect(found).toEqual(Array.from({ length: 10 }, (_, at) => `line ${at + 2} Map keys must be unique`));
  });

  it("says in one sentence what is wrong, and where the form is shown", () => {
    const { code, message, hint } = refusal(() => readDocument("preset: locked\n")) ?? {};
    expect([code, message, hint]).toEqual([
      "policy_invalid",
      "The policy cannot be used: /version is missing; this Halyard knows version 1.",
      "docs/policy.md shows the form.",
    ]);
  });

  it.each([
    ["\n", "The policy cannot be used: is empty."],
    ["a: 1\na: 2\na: 3\n", "The policy cannot be used: line 2 Map keys must be unique; line 3 Map keys must be unique."],
  ])("%j: %s", (text, message) => {
    expect(refusal(() => readDocument(text))?.message).toBe(message);
  });
});

it.each([
  ["presett", '; did you mean "preset"?'],
  ["colour", ""],
])("%s among known words: %j", (word, told) => {
  expect(suggestion(word, ["preset", "rules"])).toBe(told);
});
