import type { ApprovalStatus, ApprovalView, CallResult, PlanRan } from "../gate/call.ts";
import { errorReport } from "../lib/errors.ts";
import type { Json, JsonObject } from "../lib/json.ts";
import { shapeBody } from "./shape.ts";
import type { ToolAnswer } from "./tool.ts";

/** What the gate answered, as a tool's answer. What was asked or denied is an ordinary result: the call itself went as it should. */
export function callAnswer(result: CallResult, tool: "read" | "write"): ToolAnswer {
  const answer = answerTo(result, tool);
  return result.undo ? { ...answer, data: { ...answer.data, undo: plain(result.undo) } } : answer;
}

function answerTo(result: CallResult, tool: "read" | "write"): ToolAnswer {
  switch (result.status) {
    case "done":
    case "accepted":
      return {
        data: {
          status: result.status,
          call_id: result.call_id,
          ...(result.approval_id !== undefined && { approval_id: result.approval_id }),
          ...(result.earlier && { note: "It ran earlier, under this approval; nothing was sent again." }),
          ...executedOf(result.executed),
          ...(result.unrecorded && { warning: UNRECORDED }),
          ...(result.found_out !== undefined && { found_out: FOUND_OUT }),
          ...(result.job && { job: plain(result.job) }),
          ...(result.status === "accepted" && {
            next: "Klaviyo took it as a job and works on it. Halyard follows it; approval_status and activity tell its end.",
          }),
          // Last, because its own last member speaks of what stands before it.
          ...shapeBody(result.body, result.marked),
        },
      };
    case "approval_required":
      return {
        data: {
          status: result.status,
          approval_id: result.approval_id,
          call_id: result.call_id,
          because: result.because,
          decide_by: result.decide_by,
          next: `Nothing has been sent. The owner decides in Halyard, outside this chat; tell your user so. Then call ${tool} again with the same action and args, or look with approval_status.`,
        },
      };
    case "held":
      return {
        data: {
          status: result.status,
          approval_id: result.approval_id,
          call_id: result.call_id,
          goes_at: result.goes_at,
          next: result.by_itself
            ? "The owner has approved it. It goes by itself at goes_at, unless the owner stops it; look with approval_status. Do not ask for it in other words."
            : `The owner has approved it. Call ${tool} again with the same action and args after goes_at.`,
        },
      };
    case "plan_done":
    case "plan_stopped":
      return planAnswer(result);
    case "in_progress":
      return {
        data: {
          status: result.status,
          ...(result.approval_id !== undefined && { approval_id: result.approval_id }),
          call_id: result.call_id,
          next: "This very call is being sent at this moment. Ask for it again, or look with approval_status; do not repeat it in other words.",
        },
      };
    case "denied":
      return {
        data: {
          status: result.status,
          call_id: result.call_id,
          because: result.because,
          next: "Nothing has been sent. Do not try variants of it; tell your user what the policy refuses.",
        },
      };
    case "cancelled":
      return {
        data: {
          status: result.status,
          call_id: result.call_id,
          next: "That call was taken back before it was sent: nothing has been sent.",
        },
      };
    default:
      return {
        data: {
          status: result.status,
          call_id: result.call_id,
          ...(result.approval_id !== undefined && { approval_id: result.approval_id }),
          error: plain(result.error),
          ...executedOf(result.executed),
          ...(result.unrecorded && { warning: UNRECORDED }),
          ...(result.how_to_check !== undefined && { how_to_check: result.how_to_check }),
          ...(result.looking_until !== undefined && { looking_until: result.looking_until }),
          ...(result.job && { job: plain(result.job) }),
          means: result.job ? JOB_FAILED : NOT_DONE[result.status],
        },
        isError: true,
      };
  }
}

/** What was sent in the place of what was asked. */
function executedOf(executed: JsonObject | undefined): JsonObject {
  return executed === undefined
    ? {}
    : { changed_by_owner: "The owner changed your arguments; executed_args were sent.", executed_args: executed };
}

function planAnswer(plan: PlanRan): ToolAnswer {
  const steps = plan.steps.map(({ step, operation, result }): JsonObject => {
    return { step, operation, ...(result ? callAnswer(result, "write").data : { status: "not_sent" }) };
  });
  const isDone = plan.status === "plan_done";
  return {
    data: {
      status: isDone ? "done" : "stopped",
      call_id: plan.call_id,
      ...(plan.approval_id !== undefined && { approval_id: plan.approval_id }),
      ...(plan.earlier && { note: "It ran earlier; nothing was sent again." }),
      steps,
      ...(!isDone && {
        next: "Steps before the one that did not succeed are done and stay so. Ask for what is left as a new plan; do not repeat what is done.",
      }),
    },
    ...(!isDone && { isError: true as const }),
  };
}

const UNRECORDED = "Halyard could not write this down. It happened as told here: do not repeat it, and tell the owner.";

const FOUND_OUT = "The answer was lost; Halyard looked at the account and found that it had happened. Nothing was sent again.";
const JOB_FAILED = "Klaviyo took it, and did not do all of it. What the job counts as completed stays done: look before you go on.";

const NOT_DONE = {
  rejected: "Klaviyo refused it; nothing changed.",
  failed: "It did not happen; nothing changed.",
  unknown: "It may or may not have happened. Do not word it anew: ask exactly this call again later, or check first.",
};

/** An approval as its agent may see it: no card, no rule text, nobody's name. */
export function approvalAnswer(view: ApprovalView): ToolAnswer {
  return {
    data: {
      approval_id: view.approval_id,
      status: view.status,
      operation: view.operation,
      decide_by: view.decide_by,
      ...(view.status === "approved" && { use_by: view.use_by }),
      // For other states the reason is the gate's own and may quote a rule.
      ...(view.goes_at !== undefined && { goes_at: view.goes_at }),
      ...(view.replaced_by !== undefined && { replaced_by: view.replaced_by }),
      ...executedOf(view.result || view.status !== "approved" ? undefined : view.executed),
      ...(view.status === "denied" && view.status_reason !== null && { owner_says: view.status_reason }),
      ...(view.result && { result: callAnswer(view.result, "write").data }),
      next: view.goes_at !== undefined && view.goes_by_itself ? HELD : view.replaced_by === undefined ? AFTER[view.status] : REPLACED,
    },
  };
}

const USED = "It has been used; result tells what became of it.";
const HELD = "The owner has approved it. It goes by itself at goes_at, unless the owner stops it.";
const REPLACED = "Another approval took its place: look at replaced_by.";

const AFTER: Record<ApprovalStatus, string> = {
  pending: "The owner has not decided yet. Look again later.",
  approved: "Call write again with the same action and args, before use_by.",
  denied: "The owner said no. Do not try variants of it; tell your user.",
  expired: "The time to decide or to use it has passed. Call write again to ask anew.",
  voided: "Something changed since it was asked. Call write again to ask anew.",
  consumed: "It is being sent now. Look again in a moment.",
  done: USED,
  accepted: USED,
  rejected: USED,
  failed: USED,
  unknown: USED,
  reconciled: USED,
};

/** Whatever was thrown, as a tool's error: our own words only. */
export function errorAnswer(thrown: unknown): ToolAnswer {
  const report = errorReport(thrown);
  return {
    data: { status: "error", ...(OWNERS.test(report.code) ? { code: report.code, message: OWNERS_MATTER } : plain(report)) },
    isError: true,
  };
}

/** Trouble of the installation: its texts name files and settings, which are the owner's to know. */
const OWNERS = /^(store_|restored$|config$|master_key$|audit_broken$|internal$|policy_invalid$)/;
const OWNERS_MATTER = "Halyard cannot do this now. Its owner finds the reason with halyard doctor, or in the log.";

/** Interfaces have no index signature; the round trip also drops absent members. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as Record<string, Json>;
}
