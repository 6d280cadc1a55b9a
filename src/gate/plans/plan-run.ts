import type { Uses } from "../../policy/caps.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { Tables } from "../../store/tables.ts";
import { endApproval, transition } from "../approvals/approval-life.ts";
import { readBefore } from "../undo/before-image.ts";
import { plannedOverCap } from "../caps.ts";
import { OWNER, type EndedStatus, type GateParts } from "../call.ts";
import { clearanceOf, rowObstacle, type Obstacle } from "../approvals/clearance.ts";
import { send } from "../dispatch.ts";
import { isHeld } from "../approvals/hold.ts";
import { outlookOf, type Outlook } from "../approvals/outlook.ts";
import { consume } from "../approvals/use.ts";

const SUCCEEDED = new Set<string>(["done", "accepted"]);

/** Sends the steps of an approved plan one after the other, each under its own intent, and stops at the first that does not succeed. */
export async function releasePlan(parts: GateParts, plan: ApprovalRow): Promise<void> {
  const { store } = parts;
  const steps = await store.approvals.stepsOf(plan.id);
  parts.at("plan.steps-found");
  const outlooks: Outlook[] = [];
  for (const step of steps) outlooks.push(await outlookOf(parts, step));
  parts.at("plan.beheld");
  if (!(await store.transaction((tables) => begin(parts, tables, plan, steps, outlooks)))) return;
  parts.at("plan.begun");
  let ended: EndedStatus = "done";
  for (const [at, step] of steps.entries()) {
    const outlook = outlooks[at];
    if (!outlook || !SUCCEEDED.has(ended)) break;
    ended = await releaseStep(parts, plan, step, outlook);
    parts.at("plan.step-ended");
  }
  await store.transaction((tables) => finishPlan(parts, tables, plan, SUCCEEDED.has(ended) ? "done" : ended));
  parts.at("plan.ended");
  if (plan.agent_id === OWNER) await store.approvals.markTold(plan.id, parts.clock.now());
}

/** Uses the plan up where all of it is still as it was shown; voids it where anything is not. True when its steps may be sent. */
async function begin(parts: GateParts, tables: Tables, plan: ApprovalRow, steps: ApprovalRow[], outlooks: Outlook[]): Promise<boolean> {
  if (isHeld(plan, parts.clock.now())) return false;
  let obstacle: Obstacle | undefined = await rowObstacle(parts, tables, plan);
  const uses: Uses[] = [];
  parts.at("plan.row-checked");
  for (const [at, step] of steps.entries()) {
    const outlook = outlooks[at];
    if (obstacle || !outlook) break;
    const clearance = await clearanceOf(parts, tables, step, outlook);
    parts.at("plan.step-cleared");
    if ("obstacle" in clearance) obstacle = { ...clearance, obstacle: `step ${at + 1}: ${clearance.obstacle}` };
    else uses.push(clearance.uses);
  }
  obstacle ??= await capObstacle(parts, tables, plan, uses);
  parts.at("plan.caps-counted");
  if (!obstacle) return transition(parts, tables, plan, "consumed", "gate", { consumed_at: parts.clock.now(), sender: parts.holder });
  await transition(parts, tables, plan, "voided", "gate", { status_reason: obstacle.obstacle });
  return false;
}

/** A plan that a cap would stop in the middle does not begin: half of it is not what the owner said yes to. */
async function capObstacle(parts: GateParts, tables: Tables, plan: ApprovalRow, uses: readonly Uses[]): Promise<Obstacle | undefined> {
  const connection = await tables.connections.find(plan.connection_id);
  parts.at("plan.connection-found");
  if (!connection) return { obstacle: "the connection was revoked" };
  const { policy } = await parts.policies.current(connection, tables);
  parts.at("plan.policy-read");
  const over = await plannedOverCap(parts, tables, { connectionId: connection.id, agentId: plan.agent_id, policy }, uses);
  return over === undefined ? undefined : { obstacle: "all of it together goes over a limit that the owner set" };
}

async function releaseStep(
  parts: GateParts,
  plan: ApprovalRow,
  step: ApprovalRow,
  { caller, connection, gathered, sight, prepared }: Outlook,
): Promise<EndedStatus> {
  // The steps before it may have changed what it acts on: what is kept for its undoing is what it finds.
  const before = prepared ? await readBefore(parts, connection, prepared) : sight.before;
  parts.at("plan.step-before-read");
  const departure = await parts.store.transaction(async (tables) => {
    const now = await tables.approvals.find(plan.id);
    parts.at("plan.not-stopped");
    if (now?.status !== "consumed" || now.stop_asked_at !== null) return undefined;
    const beheld = { caller, connection, gathered, sight: { ...sight, before }, isChecked: true } as const;
    return consume(parts, tables, step, { ...beheld, callId: step.call_id, isAwaited: plan.agent_id === OWNER });
  });
  parts.at("plan.step-intended");
  if (!departure || "obstacle" in departure) return "failed";
  const { status } = await send(parts, departure);
  return status === "done" || status === "accepted" || status === "rejected" || status === "unknown" ? status : "failed";
}

/** Ends a plan: steps that were not sent are voided, and the plan's own call ends with it. */
export async function finishPlan(parts: GateParts, tables: Tables, plan: ApprovalRow, ended: EndedStatus): Promise<void> {
  for (const step of await tables.approvals.stepsOf(plan.id)) {
    parts.at("plan.step-seen");
    if (step.status === "approved")
      await transition(parts, tables, step, "voided", "gate", { status_reason: "the plan ended before this step" });
    parts.at("plan.step-voided");
  }
  if (!(await endApproval(parts, tables, plan.id, ended))) return;
  parts.at("plan.approval-ended");
  const status = ended === "reconciled" ? "unknown" : ended;
  await tables.calls.endAsked(plan.id, status, parts.clock.now());
}

/** Ends plans that nobody is sending any more: the process died between two steps. What was not sent is not sent then. */
export async function recoverPlans(parts: GateParts): Promise<void> {
  const { store, clock, limits } = parts;
  for (const plan of await store.approvals.list({ status: "consumed", whole: true, limit: 1000 })) {
    parts.at("plan.consumed-listed");
    const steps = await store.approvals.stepsOf(plan.id);
    parts.at("plan.its-steps-found");
    if (steps.length === 0 || steps.some(({ status }) => status === "consumed")) continue;
    const lastMove = Math.max(plan.consumed_at ?? 0, ...steps.map(({ consumed_at: at }) => at ?? 0));
    if (clock.now() - lastMove <= limits.openIntentMs && !isLeft(parts, plan)) continue;
    parts.at("plan.is-left");
    const unsent = steps.find(({ status }) => !SUCCEEDED.has(status));
    const ended = unsent === undefined ? "done" : unsent.status === "unknown" || unsent.status === "rejected" ? unsent.status : "failed";
    await store.transaction((tables) => finishPlan(parts, tables, plan, ended));
    parts.at("plan.left-ended");
  }
}

/** Whether the process that sends its steps is gone. */
function isLeft({ isRunning }: GateParts, { sender }: ApprovalRow): boolean {
  return sender !== null && isRunning(sender) === false;
}
