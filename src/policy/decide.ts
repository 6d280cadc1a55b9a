import type { Operation } from "../catalog/operation.ts";
import { VERDICTS, type Decision, type Policy, type Rule, type Verdict } from "./policy.ts";
import { PRESET_VERDICTS, RISK_NAMES } from "./presets.ts";

/**
 * Decides one call. Rules that match decide, the strictest of them whatever their order; without one the preset does. Two things no rule can loosen:
 * `locked` denies every write, and risk 5 is never less than `ask`.
 */
export function decide(policy: Policy, operation: Operation): Decision {
  const { risk } = operation.effect;
  const byPreset = PRESET_VERDICTS[policy.preset][risk];
  const fromPreset: Decision = {
    verdict: byPreset,
    because: `The preset "${policy.preset}" says ${byPreset} to risk ${risk} (${RISK_NAMES[risk]}).`,
    rules: [],
  };
  if (policy.preset === "locked" && risk > 0) return fromPreset;
  // Nobody is asked for a read: rules that ask speak of the writes they match.
  const matching = policy.rules.filter((rule) => matches(rule, operation) && !(risk === 0 && rule.effect === "ask"));
  if (matching.length === 0) return fromPreset;
  const verdict = strictest(matching.map(({ effect }) => effect));
  const deciding = matching.filter(({ effect }) => effect === verdict).map(({ id }) => id);
  const because = `The ${deciding.length === 1 ? "rule" : "rules"} ${deciding.map((id) => `"${id}"`).join(", ")} ${deciding.length === 1 ? "says" : "say"} ${verdict}.`;
  const rules = matching.map(({ id }) => id);
  if (risk === 5 && verdict === "allow") return { verdict: "ask", because: `${because} Risk 5 (${RISK_NAMES[5]}) is always asked.`, rules };
  return { verdict, because, rules };
}

/** Whether every selector that the rule gives fits the operation. */
export function matches(rule: Rule, operation: Operation): boolean {
  const { id, area, effect } = operation;
  return (
    (rule.actions === undefined || rule.actions.includes(id)) &&
    (rule.areas === undefined || rule.areas.includes(area)) &&
    (rule.kinds === undefined || rule.kinds.includes(effect.kind)) &&
    (rule.risk === undefined || rule.risk.includes(effect.risk))
  );
}

/** The strictest of at least one verdict. */
export function strictest(verdicts: Verdict[]): Verdict {
  return VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? "deny";
}
