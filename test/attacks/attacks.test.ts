import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "./case.ts";
import { DOORS } from "./doors.ts";
import { FAMILIES, tryFamily, type FamilyReport } from "./families.ts";
import { CASE_IDS } from "./ids.ts";

/** Every case of the list of attacks, at each door where it matters. `npm run attacks` tries the slow ones as well, and what is generated. */

const ROOT = join(import.meta.dirname, "../..");
/** The list itself, where it is at hand; `ids.ts` is what was compiled from it. */
const LIST = join(ROOT, "../shared/guardrails/attacks.md");
const CASES = FAMILIES.flatMap(({ cases }) => cases);

describe("the list of attacks", () => {
  it("is the one that was compiled", ({ skip }) => {
    if (!existsSync(LIST)) return skip("the list of attacks is not at hand (../shared/guardrails)");
    expect([...readFileSync(LIST, "utf8").matchAll(/^\| ([A-O]\d+) \|/gm)].map(([, id]) => id)).toEqual(CASE_IDS);
  });

  it("has a case here for each of its ids, and each case an id of it", () => {
    const ids = new Set(CASES.map(({ id }) => id));
    expect(CASE_IDS.filter((id) => !ids.has(id))).toEqual([]);
    const known = new Set<string>([...CASE_IDS, ...FAMILIES.map(({ letter }) => letter)]);
    expect([...ids].filter((id) => !known.has(id))).toEqual([]);
    for (const { letter, cases } of FAMILIES) for (const { id } of cases) expect(id.replace(/\d+$/, "")).toBe(letter);
  });

  it("would miss one that is not tried", () => {
    const without = new Set(CASES.filter(({ id }) => id !== "B1").map(({ id }) => id));
    expect(CASE_IDS.filter((id) => !without.has(id))).toEqual(["B1"]);
  });

  it("names no two cases alike, and what holds a case elsewhere is there", () => {
    const names = CASES.map(({ id, attack }) => `${id} ${attack}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { id, run, awaits, heldBy } of CASES) {
      expect(
        [run, awaits, heldBy].some((one) => one !== undefined),
        `${id} is tried, awaited or held`,
      ).toBe(true);
      if (heldBy !== undefined) expect(existsSync(join(ROOT, heldBy)), heldBy).toBe(true);
    }
  });
});

describe.each(FAMILIES.map((family) => [family.letter, family] as const))("attacks %s", (_, family) => {
  let report: FamilyReport;
  beforeAll(async () => {
    report = await tryFamily(family, { sample: true });
  });

  const tried = family.cases
    .filter(({ slow }) => !slow)
    .flatMap(({ id, attack, doors = DOORS }) => doors.map((door) => [`${id} at ${door}: ${attack}`, { id, attack, door }] as const));
  it.for(tried)("%s", ([, { id, attack, door }], { skip }) => {
    const outcome = report.outcomes.find((one) => one.id === id && one.attack === attack && one.door === door);
    if (outcome?.verdict === "gap" || outcome?.verdict === "elsewhere") return skip(outcome.why);
    expect(outcome).toEqual({ id, attack, door, verdict: "held" } satisfies Outcome);
  });

  it("leave a record that agrees with the account and the wire", () => {
    expect(report.violations).toEqual([]);
  });
});
