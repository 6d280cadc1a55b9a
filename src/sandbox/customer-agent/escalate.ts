import type { CustomerAgentRow } from "../resources/customer-agents.ts";
import { overlap, wordsOf } from "./words.ts";

export type Escalation = "explicit-ask" | "escalation-rule" | "unintelligible-input";

const PEOPLE = "(human|person|people|somebody|someone|agent|representative|rep|advisor|manager|employee|team)";
const EXPLICIT = new RegExp(
  `\\b((speak|talk|chat|connect me|put me through|transfer me) (to|with)|real|live|actual) (\\w+ ){0,2}${PEOPLE}\\b|\\bhuman\\b`,
  "i",
);

/** Why a question goes to the team before any skill looks at it, if it does. */
export function escalationOf(question: string, agent: CustomerAgentRow | undefined): Escalation | undefined {
  if (!/[\p{L}\p{N}]/u.test(question)) return "unintelligible-input";
  if (EXPLICIT.test(question)) return "explicit-ask";
  const asked = wordsOf(question);
  const isMet = agent?.escalationRules.some(
    ({ title, description, status }) =>
      status === "enabled" && (overlap(asked, wordsOf(title)) > 0 || overlap(asked, wordsOf(description)) > 1),
  );
  return isMet ? "escalation-rule" : undefined;
}
