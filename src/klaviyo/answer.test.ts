import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { collect, MAX_ANSWER_BYTES, parseAnswer } from "./answer.ts";

const same = (text: string) => text;

describe("parseAnswer", () => {
  it("parses, scrubs and lets nothing be null", () => {
    expect(parseAnswer(Buffer.from('{"a":[1,"secret"]}'), (text) => text.replaceAll("secret", "•"))).toEqual({ a: [1, "•"] });
    expect(parseAnswer(Buffer.alloc(0), same)).toBeNull();
  });

  it("scrubs names too, and what was hidden by escapes", () => {
    const scrub = (text: string) => text.replaceAll("pk_", "•");
    expect(parseAnswer(Buffer.from(String.raw`{"\u0070k_a":["\u0070\u006b\u005fb",null,1,true]}`), scrub)).toEqual({
      "•a": ["•b", null, 1, true],
    });
  });

  it.each([
    ["HTML", Buffer.from("<html>secret</html>")],
    ["half a document", Buffer.from('{"data":[')],
    ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["65 levels", Buffer.from("[".repeat(65) + "[]" + "]".repeat(65))],
    ["a million levels", Buffer.from("[".repeat(1_000_000) + "]".repeat(1_000_000))],
  ])("refuses %s without quoting it", (_, bytes) => {
    let thrown: unknown;
    try {
      parseAnswer(bytes, same);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "answer_malformed" });
    expect(inspect(thrown, { depth: 9 })).not.toContain("secret");
  });
});

describe("collect", () => {
  async function* endless(state: { closed: boolean }) {
    try {
      for (;;) yield Buffer.alloc(1024 * 1024);
    } finally {
      state.closed = true;
    }
  }

  it("stops at the cap and lets the stream go", async () => {
    const state = { closed: false };
    await expect(collect(endless(state))).rejects.toMatchObject({ code: "answer_too_large" });
    expect(state.closed).toBe(true);
  });

  it("takes an answer of exactly the cap", async () => {
    async function* exact() {
      yield Buffer.alloc(MAX_ANSWER_BYTES);
    }
    expect((await collect(exact())).length).toBe(MAX_ANSWER_BYTES);
  });
});
