import { describe, expect, it } from "vitest";
import { HOSTILE } from "../../test/fixtures/cli-rows.ts";
import { bold, box, fields, renderLine, styled, table } from "./layout.ts";

const plain = (lines: Parameters<typeof renderLine>[0][]) => lines.map((line) => renderLine(line, false));

describe("lines", () => {
  it("show control characters as code points, in plain and in styled pieces", () => {
    const shown = "VIP<U+001B>[2J<U+202E>txt<U+009B>31m<U+0007>";
    expect(renderLine([HOSTILE, " ", bold(HOSTILE)], false)).toBe(`${shown} ${shown}`);
    expect(renderLine(styled("red", HOSTILE), true)).toBe(`\u001b[31m${shown}\u001b[39m`);
  });

  it("have colours only where they are wanted", () => {
    expect(renderLine(styled("green", "ok"), true)).toBe("\u001b[32mok\u001b[39m");
    expect(renderLine(styled("green", "ok"), false)).toBe("ok");
  });
});

describe("tables", () => {
  it("line up by what is shown, not by what is hidden or styled", () => {
    expect(
      plain(
        table(
          ["name", "n"],
          [
            ["a\u0007", "1"],
            [bold("longer name"), "22"],
            ["é✓", ""],
          ],
        ),
      ),
    ).toEqual(["name         n", "a<U+0007>    1", "longer name  22", "é✓"]);
  });

  it("leave out a field that has no value", () => {
    expect(
      plain(
        fields([
          ["a", "1"],
          ["gone", undefined],
          ["longer", ["2", "3"]],
        ]),
      ),
    ).toEqual(["  a       1", "  longer  23"]);
  });
});

describe("the box around words that are not ours", () => {
  it("wraps at words and cuts what is too long, so that nothing leaves the frame", () => {
    const lines = plain(box("title", `${"word ".repeat(30)}${"x".repeat(200)} │ \u001b[2K end`));
    expect(new Set(lines.map((line) => Array.from(line).length))).toEqual(new Set([78]));
    expect(lines.slice(1, -1).every((line) => line.startsWith("  │ ") && line.endsWith(" │"))).toBe(true);
    expect(lines.join("")).toContain("<U+001B>[2K");
    expect(lines.join("").match(/x/g)).toHaveLength(200);
  });

  it("holds an empty text too", () => {
    expect(plain(box("t", ""))).toHaveLength(3);
  });
});
