import { HalyardError } from "../../lib/errors.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import { settle, transition } from "./approval-life.ts";
import { noSuchApproval } from "./approvals.ts";
import { isUsed, type ApprovalView, type GateParts } from "../call.ts";

/** How a stop ended: nothing left, it had left already (or may have), or the sender has not said yet. */
export interface Stopped {
  outcome: "stopped" | "too_late" | "unclear";
  approval: ApprovalView;
}

const LOOK_EVERY_MS = 200;
/** A write waits at most this long for a free rate window, and a little for its answer. */
const MAX_LOOKS = 300;

/**
 * Stops what was approved and has not left: while it is held, by voiding it; while it is being sent, by a mark that the sender looks at before the first byte
 * leaves. Tells what really happened. Errors: `not_found`, and `conflict` for what waits for a decision or ended before.
 */
export async function stop(
  parts: GateParts,
  id: string,
  by: string,
  reason = "the owner stopped it",
): Promise<{ outcome: Stopped["outcome"]; row: ApprovalRow }> {
  const { store, clock } = parts;
  const found = await approvalFor(parts, id);
  const row = await settle(parts, found);
  if (row.plan_id !== null) return stop(parts, row.plan_id, by, reason);
  if (row.status === "pending") {
    throw new HalyardError("conflict", "It waits for your decision: nothing has been approved.", {
      hint: `Say no with halyard deny ${row.id}.`,
    });
  }
  if (row.status === "approved") {
    const isFirst = await store.transaction((tables) => transition(parts, tables, row, "voided", by, { status_reason: reason }));
    if (isFirst) return { outcome: "stopped", row: await again(parts, row) };
    return stop(parts, row.id, by, reason);
  }
  if (!isUsed(row.status)) throw new HalyardError("conflict", `This approval is ${row.status} already; nothing was sent.`);
  if (row.status === "consumed") await askStop(parts, row, by);
  let now = await again(parts, row);
  for (let looks = 0; now.status === "consumed" && looks < MAX_LOOKS; looks++) {
    await clock.wait(LOOK_EVERY_MS);
    now = await again(parts, row);
  }
  if (now.status === "consumed") return { outcome: "unclear", row: now };
  return { outcome: now.status === "failed" ? "stopped" : "too_late", row: now };
}

async function askStop(parts: GateParts, row: ApprovalRow, by: string): Promise<void> {
  await parts.store.transaction(async (tables) => {
    const at = parts.clock.now();
    if (!(await tables.approvals.askStop(row.id, at))) return;
    const whose = { call_id: row.call_id, agent_id: row.agent_id, connection_id: row.connection_id };
    await tables.audit.append({ ...whose, at, event: "approval.stop_asked", fields: { approval: row.id, by } });
  });
}

async function approvalFor({ store }: GateParts, id: string): Promise<ApprovalRow> {
  const call = id.startsWith("call_") ? await store.calls.find(id) : undefined;
  if (call && call.approval_id === null)
    throw new HalyardError("conflict", "This call has no approval: the policy let it go at once, so there is nothing to stop.");
  const row = await store.approvals.find(call?.approval_id ?? id);
  if (!row) throw noSuchApproval();
  return row;
}

async function again({ store }: GateParts, { id }: ApprovalRow): Promise<ApprovalRow> {
  const row = await store.approvals.find(id);
  if (!row) throw noSuchApproval();
  return row;
}
