import type { Card } from "../cards/card.ts";
import { shownReason } from "../cards/card.ts";
import { PLAN } from "../call.ts";
import type { Prepared } from "../prepare.ts";

/** The card of a plan: the cards of its steps in order, under what is true of all of them together. */
export function planCard(whole: Prepared, steps: Card[], reason: string | null): Card {
  const [first] = steps;
  const { kind, risk, inverse } = whole.operation.effect;
  const risky = steps.find((step) => step.effect.risk === risk) ?? first;
  const isAny = (reversible: string): boolean => steps.some(({ effect }) => effect.reversible === reversible);
  const hold = Math.max(0, ...steps.map(({ hold_seconds: seconds }) => seconds ?? 0));
  const ofNames = steps.map(({ target }) => target?.id).filter((id) => id !== undefined);
  const meet = new Set(ofNames).size < ofNames.length;
  return {
    title: whole.operation.summary,
    operation: PLAN,
    connection: first?.connection ?? "",
    account: first?.account ?? "",
    agent: first?.agent ?? "",
    effect: {
      kind,
      risk,
      risk_means: risky?.effect.risk_means ?? "",
      reversible: isAny("no") ? "no" : isAny("partial") ? "partial" : "yes",
      inverse,
    },
    target: null,
    audience: [],
    leaves: [],
    people: peopleOf(steps),
    warnings: [
      "One yes covers all of its steps. It ends at the first that does not succeed; what was done before stays done.",
      ...(meet ? ["Some steps act on the same thing: each is shown as that thing is now, before the first has run."] : []),
    ],
    agent_says: shownReason(reason),
    ...(hold > 0 && { hold_seconds: hold }),
    ...(steps.some(({ tainted }) => tainted) && { tainted: true }),
    steps: steps.map((step) => ({ ...step, agent_says: null })),
  };
}

/** People of several steps may be the same, so a sum is an estimate. */
function peopleOf(steps: Card[]): Card["people"] {
  const reaching = steps.map(({ people }) => people).filter(({ basis }) => basis !== "none");
  if (reaching.length === 0) return { count: null, basis: "none" };
  if (reaching.some(({ count }) => count === null)) return { count: null, basis: "estimated" };
  return { count: reaching.reduce((sum, { count }) => sum + (count ?? 0), 0), basis: "estimated" };
}
