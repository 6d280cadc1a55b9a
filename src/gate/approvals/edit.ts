import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import { transition } from "./approval-life.ts";
import { approvedRequest, noSuchApproval } from "./approvals.ts";
import { PLAN, type GateParts } from "../call.ts";
import { differences } from "../cards/card-changes.ts";
import { secretsOf } from "../cards/card-leaf.ts";
import { decideCall, saidTo } from "../decision.ts";
import { prepare } from "../prepare.ts";
import { callerOf } from "./outlook.ts";
import { glimpse } from "../undo/glimpse.ts";
import { insertApproval } from "./use.ts";

/**
 * Changes the arguments of what an agent asked, as the owner's own edit: the old approval is voided, and a new one with the changed call and its own digest takes
 * its place and waits for the yes. `changes` are whole arguments, by name. Errors: those of a call, `denied`, and `conflict`.
 */
export async function edit(parts: GateParts, row: ApprovalRow, by: string, changes: JsonObject): Promise<ApprovalRow> {
  if (row.operation === PLAN || row.plan_id !== null)
    throw new HalyardError("usage", "A plan is approved as it is, or denied.", { hint: "Deny it with a reason: the agent is told." });
  const { store, catalog } = parts;
  const connection = await store.connections.find(row.connection_id);
  const asked = await store.calls.find(row.call_id);
  if (!connection || !asked) throw noSuchApproval();
  const caller = await callerOf(parts, row);
  const before = approvedRequest(parts, row, connection);
  if (before.undoes)
    throw new HalyardError("usage", "An undo is approved as it is, or denied.", { hint: "Make the call that you want instead yourself." });
  const input = { action: row.operation, args: { ...before.args, ...changes }, intent: "write" } as const;
  const prepared = prepare(catalog, caller, connection, input);
  if (prepared.digest === before.digest) throw new HalyardError("usage", "That changes nothing.");
  const ruling = await decideCall(parts, { ...prepared, caller }, connection);
  if (ruling.verdict === "deny")
    throw new HalyardError("denied", `Changed like that, the policy denies it: ${saidTo({ agentId: "owner" }, ruling)}`);
  const sight = await glimpse(parts, connection, prepared, row.agent_id);
  return store.transaction(async (tables) => {
    const isFirst = await transition(parts, tables, row, "voided", by, { status_reason: "the owner changed the arguments" });
    const isAsked = isFirst && (await tables.approvals.pendingByDigest(row.agent_id, prepared.digest));
    if (!isFirst || isAsked)
      throw new HalyardError(
        "conflict",
        isAsked ? `Exactly that is asked already, as ${isAsked.id}.` : "This approval is decided already.",
      );
    return insertApproval(parts, tables, {
      prepared,
      connection,
      caller,
      callId: row.call_id,
      policy: ruling.policy,
      policyVersion: ruling.policyVersion,
      reason: asked.reason,
      sight,
      isTainted: sight.read.objects.length > 0,
      editedBy: by,
      since: {
        approval: row.id,
        why: "the owner changed the arguments",
        changes: differences(before.args, prepared.args, { isHidden: secretsOf(prepared.operation.resource) }),
      },
    });
  });
}
