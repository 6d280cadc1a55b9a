import { HalyardError } from "../../lib/errors.ts";
import { strictest } from "../../policy/policy.ts";
import type { Tables } from "../../store/tables.ts";
import { settle } from "../approvals/approval-life.ts";
import { isUsed, PLAN, type Caller, type CallInput, type CallResult, type GateParts, type PlanStep } from "../call.ts";
import { assertStanding, type Ruling } from "../decision.ts";
import { unveilPlan } from "../privacy/for-agent.ts";
import { glimpse } from "../undo/glimpse.ts";
import { isHeld } from "../approvals/hold.ts";
import { preparePlan } from "./plan.ts";
import { askPlan, deniedByCaps, type Step } from "./plan-ask.ts";
import { releasePlan } from "./plan-run.ts";
import { planResult } from "./plan-story.ts";
import type { CallContext } from "../prepare.ts";
import type { PutBack } from "../privacy/privacy-put-back.ts";
import { insertCall, recordRefusal } from "../record/record.ts";
import { refuseStoredSecrets, withheld } from "../secret-arguments.ts";
import { NOTHING_SEEN } from "../cards/sight.ts";
import { lookAgain } from "../outcomes/standing.ts";

/** How the gate decides and performs a single call; a plan has no other way. */
export interface SingleCalls {
  rule(context: CallContext, inside?: { tables: Tables; gathered: Ruling["gathered"] }): Promise<Ruling>;
  perform(context: CallContext, ruling: Ruling): Promise<CallResult>;
}

interface PlanCall {
  caller: Caller;
  input: CallInput;
  callId: string;
  receivedAt: number;
  /** Filled with what stood behind the tokens of its calls. */
  back: PutBack;
}

/** Takes a plan through the gate: each call is decided on its own and the strictest verdict is the plan's. What is allowed runs step by step, as single calls. */
export async function runPlanCall(
  parts: GateParts,
  { caller, input, callId, receivedAt, back }: PlanCall,
  { rule, perform }: SingleCalls,
): Promise<CallResult> {
  try {
    await refuseStoredSecrets(parts, input);
    await parts.dayKeys.refresh();
    await parts.dayKeys.ready();
    const connection = await assertStanding(parts.store, caller);
    const { steps, whole } = await preparePlan(parts, caller, connection, await unveilPlan(parts, caller, connection, input, back));
    const shared = { caller, receivedAt, connection };
    const context: CallContext = { ...shared, input, callId, prepared: whole };
    const inputOf = (at: number): CallInput => ({
      action: steps[at]?.operation.id ?? PLAN,
      args: steps[at]?.args ?? {},
      intent: "write",
      ...(input.reason !== undefined && { reason: input.reason }),
    });
    const contexts = steps.map((prepared, at): CallContext => ({ ...shared, prepared, input: inputOf(at), callId: parts.newId("call") }));
    const rulings: Ruling[] = [];
    for (const one of contexts) {
      await lookAgain(parts, one);
      rulings.push(await rule(one));
    }
    const verdict = strictest(rulings.map((ruling) => ruling.verdict));
    const ruling = rulings.find((one) => one.verdict === verdict);
    if (!ruling) throw new HalyardError("internal", "A plan has no steps.");
    const unseen = (): Step[] => contexts.map((one, at) => ({ context: one, ruling: rulings[at] ?? ruling, sight: NOTHING_SEEN }));
    if (verdict === "allow") {
      const over = await deniedByCaps(parts, { context, ruling, steps: unseen() });
      return over ?? (await performAll(callId, contexts, rulings, perform));
    }
    const released = verdict === "ask" ? await releaseApproved(parts, context, ruling) : undefined;
    if (released) return released;
    const asked = unseen();
    if (verdict === "ask") for (const step of asked) step.sight = await glimpse(parts, connection, step.context.prepared, caller.agentId);
    const isTainted = asked.some(({ sight }) => sight.read.objects.length > 0);
    const decide = (tables: Tables, step: Step): Promise<Ruling> => rule(step.context, { tables, gathered: step.ruling.gathered });
    return await askPlan(parts, { context, ruling, steps: asked, isTainted, decide });
  } catch (thrown) {
    await recordRefusal(parts, { caller, input: withheld(input, thrown), callId, receivedAt, thrown });
    throw thrown;
  }
}

/** A plan that the owner left to the agent goes now. Undefined where there is none, or it was voided: then it is asked anew. */
async function releaseApproved(parts: GateParts, context: CallContext, ruling: Ruling): Promise<CallResult | undefined> {
  const { store, clock } = parts;
  const { caller, callId, connection, prepared } = context;
  const found = await store.approvals.pendingByDigest(caller.agentId, prepared.digest);
  const live = found && (await settle(parts, found));
  if (live?.status !== "approved" || isHeld(live, clock.now())) return undefined;
  await releasePlan(parts, live);
  const ended = await store.approvals.find(live.id);
  const result = ended && isUsed(ended.status) ? await planResult(parts, store, ended, connection) : undefined;
  if (!ended || !result) return undefined;
  await store.transaction(async (tables) => {
    await insertCall(parts, tables, context, ruling, null);
    const status = result.status === "plan_done" ? "done" : "failed";
    await tables.calls.update(callId, { status, approval_id: live.id, finished_at: clock.now() });
    if (ended.status !== "unknown") await tables.approvals.markTold(live.id, clock.now());
  });
  return result;
}

async function performAll(
  callId: string,
  contexts: CallContext[],
  rulings: Ruling[],
  perform: SingleCalls["perform"],
): Promise<CallResult> {
  const steps: PlanStep[] = [];
  let isGoing = true;
  for (const [at, context] of contexts.entries()) {
    const operation = context.prepared.operation.id;
    const ruling = rulings[at];
    if (!isGoing || !ruling) {
      steps.push({ step: at + 1, operation });
      continue;
    }
    const result = await perform(context, ruling);
    isGoing = result.status === "done" || result.status === "accepted";
    steps.push({ step: at + 1, operation, result });
  }
  return { status: isGoing ? "plan_done" : "plan_stopped", call_id: callId, operation: PLAN, steps };
}
