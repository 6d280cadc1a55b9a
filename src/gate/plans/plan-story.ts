import { mustFind } from "../../catalog/catalog.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { Tables } from "../../store/tables.ts";
import { PLAN, type GateParts, type PlanRan, type PlanStep } from "../call.ts";
import { resultOf } from "../outcomes/told.ts";

/** What became of a plan and each of its steps; undefined while it is being sent. */
export async function planResult(
  parts: GateParts,
  tables: Tables,
  plan: ApprovalRow,
  connection: ConnectionRow,
): Promise<PlanRan | undefined> {
  if (plan.status === "consumed") return undefined;
  const steps: PlanStep[] = [];
  for (const row of await tables.approvals.stepsOf(plan.id)) {
    const intent = row.intent_id === null ? undefined : await tables.intents.find(row.intent_id);
    const call = intent && (await tables.calls.find(intent.call_id));
    const result = intent && call && resultOf(parts, intent, call, connection, mustFind(parts.catalog, row.operation));
    steps.push({ step: row.plan_step ?? steps.length + 1, operation: row.operation, ...(result && { result }) });
  }
  const isDone = steps.every(({ result }) => result?.status === "done" || result?.status === "accepted");
  const status = isDone ? "plan_done" : "plan_stopped";
  return { status, call_id: plan.call_id, operation: PLAN, approval_id: plan.id, steps };
}
