import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { Tables } from "../../store/tables.ts";
import { expireOverdue, transition } from "../approvals/approval-life.ts";
import { cardOfDraft, draftApproval, macOf, seal, sealedFor, type Draft } from "../approvals/approvals.ts";
import { denied, tooManyPending } from "../approvals/ask.ts";
import type { CallResult, GateParts } from "../call.ts";
import { OVER_CAP, plannedOverCap, usesOf } from "../caps.ts";
import { assertStanding, saidTo, type Ruling } from "../decision.ts";
import { assertNotPaused, noteDenial } from "../approvals/denials.ts";
import { answerFromPast, waitingAnswer } from "../approvals/past.ts";
import { stepDigest } from "./plan.ts";
import { planCard } from "./plan-card.ts";
import type { CallContext } from "../prepare.ts";
import { insertCall } from "../record/record.ts";
import type { Sight } from "../cards/sight.ts";
import { insertRow } from "../approvals/use.ts";

/** One step on its way through the gate. */
export interface Step {
  context: CallContext;
  ruling: Ruling;
  sight: Sight;
}

interface AskingPlan {
  /** The plan as a call. */
  context: CallContext;
  ruling: Ruling;
  steps: Step[];
  isTainted: boolean;
  /** Decides a step on what is committed now. */
  decide(tables: Tables, step: Step, connection: ConnectionRow): Promise<Ruling>;
}

/** Asks the owner for a whole plan, in one transaction: the same plan finds its approval again; a step that is denied denies all of it. */
export function askPlan(parts: GateParts, asking: AskingPlan): Promise<CallResult> {
  const { context, ruling, steps } = asking;
  const { caller, callId, prepared } = context;
  return parts.store.transaction(async (tables): Promise<CallResult> => {
    const connection = await assertStanding(tables, caller);
    await assertNotPaused(tables, caller);
    const deny = (because: string, told: string): Promise<CallResult> => denyIn(parts, tables, asking, because, told);
    for (const [at, step] of steps.entries()) {
      const now = await asking.decide(tables, step, connection);
      if (now.verdict !== "deny") continue;
      const answer = await deny(`Step ${at + 1}: ${now.because}`, `Step ${at + 1}: ${saidTo(caller, now)}`);
      if (!now.isOverCap) await noteDenial(parts, tables, context);
      return answer;
    }
    const over = await overCapWhole(parts, tables, asking);
    if (over !== undefined) return deny(over, OVER_CAP);
    await insertCall(parts, tables, context, { ...ruling, verdict: "ask" }, null);
    const live = await tables.approvals.pendingByDigest(caller.agentId, prepared.digest);
    if (live && (await stillWaits(parts, tables, live, ruling))) {
      await tables.calls.update(callId, { approval_id: live.id });
      return waitingAnswer(live, callId, prepared.operation.id, saidTo(caller, ruling));
    }
    const past = await answerFromPast(parts, tables, { ...context, operation: prepared.operation.id, digest: prepared.digest });
    const because = past && "denied" in past ? past.denied : await tooManyPending(parts, tables, caller, ruling.policy.caps);
    if (past && "answer" in past) return past.answer;
    if (because !== undefined) {
      await tables.calls.update(callId, { status: "denied", verdict: "deny", because, finished_at: parts.clock.now() });
      if (past) await noteDenial(parts, tables, context);
      return denied(context, because);
    }
    return waitingAnswer(await insertPlan(parts, tables, asking), callId, prepared.operation.id, saidTo(caller, ruling));
  });
}

/** Denies a plan that policy and caps would let through step by step, and that a cap would stop in the middle; undefined where all of it fits. */
export async function deniedByCaps(parts: GateParts, asking: Omit<AskingPlan, "isTainted" | "decide">): Promise<CallResult | undefined> {
  return parts.store.transaction(async (tables) => {
    const over = await overCapWhole(parts, tables, asking);
    return over === undefined ? undefined : denyIn(parts, tables, asking, over, OVER_CAP);
  });
}

function overCapWhole(parts: GateParts, tables: Tables, { context, ruling, steps }: Pick<AskingPlan, "context" | "ruling" | "steps">) {
  const whose = { connectionId: context.connection.id, agentId: context.caller.agentId, policy: ruling.policy };
  const uses = steps.map((step) => usesOf(step.context.prepared, step.ruling.gathered));
  return plannedOverCap(parts, tables, whose, uses);
}

async function denyIn(
  parts: GateParts,
  tables: Tables,
  { context, ruling }: Pick<AskingPlan, "context" | "ruling">,
  because: string,
  told: string,
): Promise<CallResult> {
  await insertCall(parts, tables, context, { ...ruling, verdict: "deny", because }, null);
  return denied(context, told);
}

/** A live approval that can still be decided, or waits for its time; another is ended, so that a new one can be asked. */
async function stillWaits(parts: GateParts, tables: Tables, live: ApprovalRow, ruling: Ruling): Promise<boolean> {
  if (await expireOverdue(parts, tables, live)) return false;
  if (live.policy_version === ruling.policyVersion && live.catalog_hash === parts.catalog.hash) return true;
  await transition(parts, tables, live, "voided", "gate", { status_reason: "the policy or the catalog changed while it waited" });
  return false;
}

async function insertPlan(parts: GateParts, tables: Tables, { context, ruling, steps, isTainted }: AskingPlan): Promise<ApprovalRow> {
  const { caller, callId, connection, prepared, input } = context;
  const shared = {
    connection,
    caller,
    policy: ruling.policy,
    policyVersion: ruling.policyVersion,
    reason: input.reason ?? null,
    isTainted,
  };
  const drafts = steps.map((step): Draft => ({
    ...shared,
    prepared: step.context.prepared,
    callId: step.context.callId,
    sight: step.sight,
  }));
  const card = planCard(prepared, drafts.map(cardOfDraft), shared.reason);
  const id = parts.newId("appr");
  const { effect, revision } = prepared.operation;
  const plan = seal(parts, { ...shared, callId }, card, {
    id,
    operation: prepared.operation.id,
    revision,
    digest: prepared.digest,
    preconditions_digest: "",
    seen_sealed: null,
    effect_kind: effect.kind,
    risk: effect.risk,
    people: card.people.count,
    people_basis: card.people.basis,
    request_sealed: parts.vault.seal(
      JSON.stringify(steps.map((step) => step.context.prepared.digest)),
      sealedFor(connection, id, "request"),
    ),
  });
  await insertRow(parts, tables, plan);
  for (const [at, draft] of drafts.entries()) {
    const step = steps[at];
    if (!step) continue;
    await insertCall(parts, tables, step.context, { ...step.ruling, verdict: "ask" }, step.sight.target);
    const row = { ...draftApproval(parts, draft), digest: stepDigest(plan.digest, at + 1), plan_id: plan.id, plan_step: at + 1 };
    await insertRow(parts, tables, { ...row, hmac: macOf(parts, row) });
  }
  return plan;
}
