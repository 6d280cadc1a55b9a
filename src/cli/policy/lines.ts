import type { PolicyDiff, Shift } from "../../policy/diff.ts";
import type { LintFinding } from "../../policy/lint.ts";
import type { Verdict } from "../../policy/policy.ts";
import { dim, styled, type Line, type Piece } from "../layout.ts";

/** More names than this are counted, not listed. */
const MAX_NAMES = 12;

export function verdictPiece(verdict: Verdict): Piece {
  return styled(verdict === "allow" ? "green" : verdict === "ask" ? "yellow" : "red", verdict);
}

/** What a change does, in the order in which it can hurt. */
export function diffLines({ newly, lifted, sections }: PolicyDiff): Line[] {
  const lines = [
    ...shiftLines("allows", newly.allow, "red"),
    ...shiftLines("asks", newly.ask, "yellow"),
    ...shiftLines("denies", newly.deny, "green"),
    ...(lifted.length > 0 ? [[styled("red", "No longer asks or denies under conditions "), counted(lifted)], namesLine(lifted)] : []),
    ...sections,
  ];
  return lines.length > 0 ? lines : [dim("It changes nothing.")];
}

function shiftLines(
  verb: string,
  { always, under_conditions: conditional, irreversible }: Shift,
  style: "red" | "yellow" | "green",
): Line[] {
  const isGrave = verb === "allows";
  const some = (ids: string[], suffix: string): Line[] => {
    if (ids.length === 0) return [];
    const grave = ids.filter((id) => irreversible.includes(id));
    const tail = isGrave ? `, of which irreversible: ${grave.length === 0 ? "none" : named(grave)}` : "";
    return [[styled(style, `Newly ${verb} ${counted(ids)}${suffix}`), tail], namesLine(ids)];
  };
  return [...some(always, ""), ...some(conditional, " under conditions")];
}

function counted(ids: string[]): string {
  return `${ids.length} ${ids.length === 1 ? "operation" : "operations"}`;
}

function named(ids: string[]): string {
  return ids.length <= MAX_NAMES ? ids.join(", ") : `${ids.slice(0, MAX_NAMES).join(", ")} and ${ids.length - MAX_NAMES} more`;
}

function namesLine(ids: string[]): Line {
  return dim(`  ${named(ids)}`);
}

export function findingLines(findings: LintFinding[]): Line[] {
  return findings.map(({ kind, message }) => [styled(kind === "shadowed" ? "red" : "yellow", `${kind}  `), message]);
}
