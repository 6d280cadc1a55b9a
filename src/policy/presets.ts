import type { Risk } from "../catalog/operation.ts";
import type { Preset, Verdict } from "./policy.ts";

/** What each preset says about each risk, 0 to 5 (docs/policy.md explains the levels). */
export const PRESET_VERDICTS: Record<Preset, Record<Risk, Verdict>> = {
  locked: { 0: "allow", 1: "deny", 2: "deny", 3: "deny", 4: "deny", 5: "deny" },
  "read-only": { 0: "allow", 1: "ask", 2: "ask", 3: "ask", 4: "ask", 5: "deny" },
  assistant: { 0: "allow", 1: "allow", 2: "ask", 3: "ask", 4: "ask", 5: "ask" },
  operator: { 0: "allow", 1: "allow", 2: "allow", 3: "ask", 4: "ask", 5: "ask" },
};

export const RISK_NAMES: Record<Risk, string> = {
  0: "reads or computes",
  1: "trivial and reversible",
  2: "ordinary data, can be put back",
  3: "hard to undo, or customers see it",
  4: "sends, consent, bulk, or data leaving the account",
  5: "erasure, merge, keys or legal",
};
