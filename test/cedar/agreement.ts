import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { decide, type Ruled } from "../../src/policy/decide.ts";
import type { Policy, Verdict } from "../../src/policy/policy.ts";
import { drawFrom, randomPolicy, randomRequest, type Request } from "./random.ts";
import { contextOf, policyText } from "./translate.ts";

export interface Disagreement {
  policy: Policy;
  request: Request;
  ours: Verdict;
  cedars: Verdict;
}

export interface Agreement {
  pairs: number;
  verdicts: Record<Verdict, number>;
  /** The first few of them. */
  disagreements: Disagreement[];
  disagreed: number;
}

type Decide = (policy: Policy, request: Request) => Pick<Ruled, "verdict">;

const byUs: Decide = (policy, { operation, args, facts, isUnseen }) => decide(policy, operation, { args, facts }, isUnseen);

/** So many requests are put to each policy: parsing it costs Cedar most. */
const REQUESTS_PER_POLICY = 250;

/** Decides random pairs of policy and request here and by Cedar. */
export function compare(pairs: number, seed: number, ours: Decide = byUs, onProgress?: (done: number) => void): Agreement {
  const draw = drawFrom(seed);
  const agreement: Agreement = { pairs: 0, verdicts: { allow: 0, ask: 0, deny: 0 }, disagreements: [], disagreed: 0 };
  while (agreement.pairs < pairs) {
    const policy = randomPolicy(draw);
    const paths = [...new Set(policy.rules.flatMap(({ where }) => Object.keys(where ?? {})))];
    const parsed = cedar.preparsePolicySet("policy", { staticPolicies: policyText(policy, paths) });
    if (parsed.type !== "success") throw new Error(`Cedar cannot read the translation: ${JSON.stringify(parsed.errors)}`);
    for (let n = 0; n < REQUESTS_PER_POLICY && agreement.pairs < pairs; n++) {
      const request = randomRequest(draw);
      const context = contextOf(request, paths);
      const cedars: Verdict = isPermitted("run", context) ? "allow" : isPermitted("ask", context) ? "ask" : "deny";
      const { verdict } = ours(policy, request);
      agreement.pairs++;
      agreement.verdicts[cedars]++;
      if (verdict === cedars) continue;
      agreement.disagreed++;
      if (agreement.disagreements.length < 3) agreement.disagreements.push({ policy, request, ours: verdict, cedars });
    }
    onProgress?.(agreement.pairs);
  }
  return agreement;
}

function isPermitted(action: "run" | "ask", context: ReturnType<typeof contextOf>): boolean {
  const answer = cedar.statefulIsAuthorized({
    principal: { type: "Agent", id: "a" },
    action: { type: "Action", id: action },
    resource: { type: "Account", id: "a" },
    context,
    preparsedPolicySetId: "policy",
    entities: [],
  });
  if (answer.type !== "success") throw new Error(`Cedar did not decide: ${JSON.stringify(answer.errors)}`);
  const { errors } = answer.response.diagnostics;
  if (errors.length > 0) throw new Error(`A translated rule failed in Cedar: ${JSON.stringify(errors)}`);
  return answer.response.decision === "allow";
}
