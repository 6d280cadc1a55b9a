import type { Operation } from "../catalog/operation.ts";
import { rulesFor } from "./decide.ts";
import { strictest, type Policy, type Rule, type Verdict, VERDICTS } from "./policy.ts";
import { PRESET_VERDICTS } from "./presets.ts";

/** What a policy can say to an operation before a call is there: arguments and facts are not known yet. */
export interface Outlook {
  /** Where no rule with conditions holds. */
  usual: Verdict;
  /** Every verdict that some call could get, strictest last. */
  possible: Verdict[];
  /** The rules with conditions that can decide, with the effect that they have here: for risk 5 allowing is asking. */
  conditional: Rule[];
}

/** Enumerates what a policy says to an operation. Egress and caps can only make it stricter and are left aside. */
export function outlook(policy: Policy, operation: Operation, isUnseen = false): Outlook {
  const { risk } = operation.effect;
  const preset = PRESET_VERDICTS[policy.preset][risk];
  if (risk > 0 && (policy.preset === "locked" || isUnseen)) return { usual: "deny", possible: ["deny"], conditional: [] };
  const rules = rulesFor(policy, operation);
  const firm = rules.filter(({ where }) => !where).map(({ effect }) => effect);
  const floor = (verdict: Verdict): Verdict => (risk === 5 && verdict === "allow" ? "ask" : verdict);
  const conditional = rules.filter(({ where }) => where).map((rule) => ({ ...rule, effect: floor(rule.effect) }));
  const usual = floor(firm.length > 0 ? strictest(firm) : preset);
  // Rules that match replace the preset: the strictest of them alone decides, so each condition adds one verdict, no less strict than the firm ones.
  const further = conditional.map(({ effect }) => strictest([...firm.map(floor), effect]));
  return { usual, possible: VERDICTS.filter((verdict) => verdict === usual || further.includes(verdict)), conditional };
}
