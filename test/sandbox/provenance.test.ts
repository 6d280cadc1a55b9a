import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { declaredBehaviours, type Behaviour } from "../../scripts/provenance.ts";
import { OWN_FILES } from "./own-files.ts";
import { haveDocuments, isThere, referencesOf } from "./references.ts";

/** Tests of the sandbox or of the suite itself in files that are about the vendor's behaviour. */
const OWN_TESTS: Record<string, string[]> = {
  "api-keys": ["can be switched on again without any key that works, and survive no reset as they were"],
  billing: ["are the same in every account"],
  brands: ["gives the shop a brand kit of its own"],
  "sending-domains": ["gives the shop a domain that it sends from"],
  "text-messaging": ["can be taken away by the owner alone", "gives the shop, which sends texts, a number in both countries"],
  "audience-reports": ["covers the seven reports"],
  "campaign-answers": ["answers without a failure of its own"],
  "catalog-answers": ["has every stable operation of the family"],
  "core-resources": ["is the same for the same seed and clock, and another for another"],
  "object-answers": ["shows what was asked for in each collection", "answers without a failure of its own"],
  protocol: ["answers 501 for an operation that nobody declared"],
  "profile-answers": ["every stable operation of profiles, consent and erasure is answered, none with 501"],
  "small-family-answers": ["covers every stable operation of these families"],
};

/** Tests of a file that do not say how what they hold is known. */
function unsourced({ name, text }: { name: string; text: string }): string[] {
  const base = name.replace(".test.ts", "");
  if (OWN_FILES.includes(base)) return [];
  return [...text.matchAll(/(?<![\w.])(?:it|test)(?:\.\w+)*\s*(?:<[^(]*>)?\((?:\s*"((?:[^"\\]|\\.)*)")?/g)]
    .map(([call, title]) => title ?? call)
    .filter((title) => !OWN_TESTS[base]?.includes(title))
    .map((title) => `${name}: ${title}`);
}

const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => ({ name, text: readFileSync(join(import.meta.dirname, name), "utf8") }));
let behaviours: Behaviour[] = [];
// Not while this file is read: it is read itself by what is called here.
beforeAll(() => {
  behaviours = declaredBehaviours();
});

describe("a test of the vendor's behaviour", () => {
  it("says how the behaviour is known", () => {
    expect(files.flatMap(unsourced)).toEqual([]);
  });

  it("would be found if it did not", () => {
    const planted = [
      'it("lists are sorted", () => {});',
      "it.each([1])('%s', () => {});",
      'it.each<[string]>([["a"]])("%s", () => {});',
      'test.only("x", () => {});',
    ];
    for (const text of planted) expect(unsourced({ name: "planted.test.ts", text }), text).toHaveLength(1);
  });

  it("is not excused without being there", () => {
    for (const [base, titles] of Object.entries(OWN_TESTS)) {
      const text = files.find(({ name }) => name === `${base}.test.ts`)?.text ?? "";
      expect(
        titles.filter((title) => !text.includes(`"${title}"`)),
        base,
      ).toEqual([]);
    }
  });
});

describe("what a behaviour is known from", () => {
  it("is read from every file that declares one", () => {
    const declaring = files.filter(({ name, text }) => name !== "provenance.test.ts" && /\bbehaviours?[<(]/.test(text));
    const found = new Set(behaviours.map(({ file }) => file));
    expect(declaring.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
    expect(behaviours.length).toBeGreaterThan(800);
  });

  it("can be looked up: a section, a schema or operation, or a recording", () => {
    expect(behaviours.filter(({ from }) => !referencesOf(from)).map(({ file, text, from }) => `${file}: ${text}: ${from}`)).toEqual([]);
    for (const from of ["the vendor's site", "behaviour.md", "§1.1", "openapi/stable.json", "recorded/list"])
      expect(referencesOf(from), from).toBeUndefined();
  });

  it("is an answer that was seen, where it is called observed", () => {
    const seen = ({ from }: { from: string }): boolean =>
      (referencesOf(from) ?? []).every(({ kind }) => kind === "recorded" || kind === "section");
    expect(behaviours.filter((each) => each.as === "observed" && !seen(each)).map(({ text }) => text)).toEqual([]);
  });

  it("is in the documents, where they are at hand", ({ skip }) => {
    if (!haveDocuments) {
      process.stdout.write("skipped: the documents on Klaviyo are not at hand (../shared/klaviyo)\n");
      skip();
    }
    const missing = behaviours.filter(({ from }) => !(referencesOf(from) ?? []).every(isThere));
    expect(missing.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
    const strangers = [
      "behaviour.md §9.9",
      "behaviour.md §2.3 rule 99",
      "behaviour.md Appendix Z",
      "openapi/stable-2026-07-15.json no_such",
      "recorded/none.json",
    ];
    for (const from of strangers)
      expect(
        (referencesOf(from) ?? [undefined]).every((one) => one && isThere(one)),
        from,
      ).toBe(false);
  });
});
