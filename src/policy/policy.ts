import type { EffectKind, Risk } from "../catalog/operation.ts";
import type { Caps } from "./caps.ts";
import type { Condition } from "./condition.ts";
import type { Sections } from "./sections.ts";

/** What may happen to a call, strictest last. */
export const VERDICTS = ["allow", "ask", "deny"] as const;
export type Verdict = (typeof VERDICTS)[number];

export const PRESETS = ["locked", "read-only", "assistant", "operator"] as const;
export type Preset = (typeof PRESETS)[number];

/** The owner's policy for one connection: data, edited by people only. */
export interface Policy extends Sections {
  version: 1;
  preset: Preset;
  rules: Rule[];
  caps: Caps;
}

export interface Rule {
  id: string;
  effect: Verdict;
  /** A call must match every selector that is given; at least one is. */
  actions?: string[];
  areas?: string[];
  kinds?: EffectKind[];
  risk?: Risk[];
  /** Conditions on the call, by fact or by `args.<path>`; all must hold. */
  where?: Record<string, Condition>;
}

export interface Decision {
  verdict: Verdict;
  /** Which rule decided, in a sentence for the owner. */
  because: string;
  /** Ids of the rules that matched; empty where the preset decided. */
  rules: string[];
}

/** The strictest of some verdicts; of none, `deny`. */
export function strictest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? "deny";
}
