import { HalyardError } from "../../lib/errors.ts";
import { diffPolicies, type PolicyDiff } from "../../policy/diff.ts";
import { withRule } from "../../policy/document-rules.ts";
import { parsePolicy } from "../../policy/parse.ts";
import type { Rule } from "../../policy/policy.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import { approvedRequest, noSuchApproval } from "./approvals.ts";
import { PLAN, type Caller, type GateParts } from "../call.ts";
import { ruleOn } from "../decision.ts";
import { gather } from "../facts.ts";
import type { Prepared } from "../prepare.ts";
import { callerOf } from "./outlook.ts";

/** What a standing permission covers: exactly this call, the action on this one thing, or the action; always for this agent alone. */
export const STANDING_SCOPES = ["call", "target", "action"] as const;
export type StandingScope = (typeof STANDING_SCOPES)[number];

/** A change of the policy that would let calls like this one go without asking: shown before it is made. */
export interface Standing {
  rule: Rule;
  /** The whole document, with the rule at its end. */
  text: string;
  diff: PolicyDiff;
}

/** Risk from which nothing is allowed for good. */
const MAX_STANDING_RISK = 3;

/** Drafts the rule that "always allow this" means. Errors: `usage` where it may not be standing, or would not let the call through. */
export async function standingFor(parts: GateParts, row: ApprovalRow, scope: StandingScope): Promise<Standing> {
  const connection = await parts.store.connections.find(row.connection_id);
  if (!connection) throw noSuchApproval();
  if (row.operation === PLAN || row.plan_id !== null)
    throw new HalyardError("usage", "A plan cannot be allowed for good.", { hint: "Approve it once, or allow its calls one by one." });
  if (row.risk > MAX_STANDING_RISK)
    throw new HalyardError("usage", `Risk ${row.risk} is never allowed for good: each such call is decided by you.`, {
      hint: `halyard approve ${row.id} approves this one.`,
    });
  const caller = await callerOf(parts, row);
  const prepared = approvedRequest(parts, row, connection);
  const current = await parts.policies.current(connection);
  if (current.problem) throw current.problem;
  if (current.unseen.size > 0)
    throw new HalyardError(
      "usage",
      "The catalog has operations that you have not taken in, and a change of the policy would take them in unseen.",
      {
        hint: "Look at them first: halyard policy accept.",
      },
    );
  const rule = ruleFor(row, caller, prepared, scope, new Set(current.policy.rules.map(({ id }) => id)), parts);
  const text = withRule(current.text, rule);
  const policy = parsePolicy(text, parts.catalog);
  const question = { ...prepared, caller };
  const ruled = ruleOn(parts, { policy, unseen: current.unseen }, question, await gather(parts, connection, policy, question));
  if (ruled.verdict !== "allow")
    throw new HalyardError("usage", `A rule would not let it through: ${ruled.because}`, {
      hint: "Change what asks or denies it: halyard policy edit.",
    });
  const diff = diffPolicies(parts.catalog, current.policy, policy, { before: current.unseen, after: current.unseen });
  return { rule, text, diff };
}

function ruleFor(
  row: ApprovalRow,
  { agentName }: Caller,
  prepared: Prepared,
  scope: StandingScope,
  taken: Set<string>,
  { catalog }: GateParts,
): Rule {
  const { operation, args } = prepared;
  const base = `always-${operation.id.replaceAll("_", "-").slice(0, 40)}-${row.digest.slice(0, 8)}`;
  const id = taken.has(base) ? `${base}-${row.id.slice(-4).toLowerCase()}` : base;
  const named = { id, effect: "allow", actions: [operation.id] } as const;
  const rule: Rule = { ...named, actions: [...named.actions] };
  if (scope === "call") return { ...rule, where: { call: { equals: row.digest } } };
  // A call that its arguments raise above what was approved is not covered.
  const plain = catalog.find(operation.id)?.effect.risk ?? operation.effect.risk;
  const risk = [...new Set([plain, operation.effect.risk])].toSorted((a, b) => a - b);
  const agent = { equals: agentName };
  if (scope === "action") return { ...rule, risk, where: { agent } };
  if (typeof args["id"] !== "string")
    throw new HalyardError("usage", "The call names no thing that it acts on, so there is no target to allow.");
  return { ...rule, risk, where: { agent, "args.id": { equals: args["id"] } } };
}
