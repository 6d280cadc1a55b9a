import type { Catalog } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import { rulesFor } from "./decide.ts";
import { selects } from "./match.ts";
import { VERDICTS, type Policy, type Rule, type Verdict } from "./policy.ts";
import { PRESET_VERDICTS } from "./presets.ts";

/** Something about a rule that its writer did not mean, or need not have written. */
export interface LintFinding {
  rule: string;
  /** `shadowed`: whatever it says, something stricter holds for all that it selects. `redundant`: without it everything would be the same. */
  kind: "shadowed" | "redundant";
  message: string;
}

/** Rules that never decide anything. What cannot be used at all, such as a rule that matches nothing, is an error of the parser already. */
export function lintPolicy(policy: Policy, catalog: Catalog): LintFinding[] {
  return policy.rules.flatMap((rule, at): LintFinding[] => {
    const selected = catalog.operations.filter((operation) => selects(rule, operation));
    const reasons = selected.map((operation) => idleReason(policy, rule, at, operation));
    if (reasons.length === 0 || reasons.includes(undefined)) return [];
    // What cannot decide a read says nothing of the writes beside it.
    const shadow = reasons.find((reason) => reason !== SAME && reason !== READS) ?? (reasons.includes(SAME) ? undefined : READS);
    if (shadow === undefined) return [{ rule: rule.id, kind: "redundant", message: `The rule "${rule.id}" changes nothing: ${SAME}.` }];
    return [{ rule: rule.id, kind: "shadowed", message: `The rule "${rule.id}" never decides: ${shadow}.` }];
  });
}

const READS = "reads are not asked";
const SAME = "all that it selects is decided the same without it";
const strictness = (verdict: Verdict): number => VERDICTS.indexOf(verdict);

/** Why a rule cannot decide an operation; undefined where it can. */
function idleReason(policy: Policy, rule: Rule, at: number, operation: Operation): string | undefined {
  const { risk } = operation.effect;
  if (risk === 0 && rule.effect === "ask") return READS;
  if (risk > 0 && policy.preset === "locked") return rule.effect === "deny" ? SAME : 'the preset "locked" denies every write';
  const rules = rulesFor(policy, operation);
  const stricter = rules.find((other) => !other.where && strictness(other.effect) > strictness(rule.effect));
  if (stricter) return `the rule "${stricter.id}" is stricter and has no condition`;
  const isTwin = (other: Rule): boolean =>
    !other.where && other.effect === rule.effect && (rule.where !== undefined || policy.rules.indexOf(other) < at);
  if (rules.some(isTwin)) return SAME;
  // Risk 5 is asked at least, so allowing and asking come to the same.
  const effect = risk === 5 && rule.effect === "allow" ? "ask" : rule.effect;
  // Rules take the place of the preset: next to a laxer one, even what the preset says too has a meaning.
  const isAlone = rules.every((other) => strictness(other.effect) >= strictness(rule.effect));
  return effect === PRESET_VERDICTS[policy.preset][risk] && isAlone ? SAME : undefined;
}
