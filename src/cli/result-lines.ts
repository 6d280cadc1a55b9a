import type { ApprovalView, CallResult, NotDone } from "../gate/call.ts";
import { ERROR_CODES } from "../lib/errors.ts";
import { isJsonObject, type Json } from "../lib/json.ts";
import { dim, styled, type Line } from "./layout.ts";
import type { Session } from "./session.ts";

/** What a call came to, in words, with what to do where it is not settled. */
export function resultLines(result: CallResult, session: Session): Line[] {
  const told = `${result.operation}  ${result.call_id}`;
  switch (result.status) {
    case "done":
      return [
        [
          styled("green", result.earlier ? "Done earlier; nothing was sent again. " : "Done. "),
          `Klaviyo did it (HTTP ${result.http_status})${identityOf(result.body)}.  `,
          dim(told),
        ],
        ...(result.found_out === undefined ? [] : [`  Found out by looking: ${result.found_out}.`]),
      ];
    case "accepted":
      return [[styled("green", "Accepted. "), `Klaviyo took it as a job and will do it${identityOf(result.body)}.  `, dim(told)]];
    case "denied":
      return [[styled("red", "Denied. "), `${result.because}  `, dim(told)]];
    case "approval_required":
      return [
        [styled("yellow", "Not sent. "), `It waits for your yes.  `, dim(told)],
        `  ${session.typed(`approvals show ${result.approval_id}`)}`,
        `  ${session.typed(`approve ${result.approval_id}`)}`,
      ];
    case "held":
      return heldLines(result.approval_id, result.goes_at, result.by_itself, session);
    case "plan_done":
    case "plan_stopped":
      return [
        [result.status === "plan_done" ? styled("green", "All done. ") : styled("red", "Stopped. "), dim(told)],
        ...result.steps.flatMap(({ step, operation, result: one }) => [
          `  Step ${step}: ${operation}`,
          ...(one ? resultLines(one, session) : ["Not sent."]).map((line): Line => ["    ", ...(Array.isArray(line) ? line : [line])]),
        ]),
      ];
    case "cancelled":
      return [[styled("green", "Cancelled. "), "It had not been sent, and is not sent now.  ", dim(told)]];
    case "in_progress":
      return [[styled("yellow", "Being sent now. "), "Look again in a moment.  ", dim(told)]];
    case "rejected":
    case "failed":
      return [
        [styled("red", FAILED[failureOf(result)]), `${result.error.message}${result.job ? "" : " Nothing changed."}  `, dim(told)],
        ...(result.error.violations ?? []).map(({ path, message }) => `  ${path} ${message}`),
        ...(result.error.hint === undefined ? [] : [`  ${result.error.hint}`]),
      ];
    default:
      return [
        [styled("yellow", "Unknown. "), "It may or may not have happened: the answer was lost.  ", dim(told)],
        ...(result.how_to_check === undefined ? [] : [`  How to check: ${result.how_to_check}`]),
        ...(result.looking_until === undefined
          ? []
          : [`  Halyard looks too, until ${result.looking_until}: ${session.typed("activity")} tells.`]),
      ];
  }
}

/** What waits for its time, and how to stop it. It goes when any process of Halyard's is there to send it. */
function heldLines(approvalId: string, goesAt: string, byItself: boolean, { typed }: Session): Line[] {
  return [
    [
      styled("green", "Approved. "),
      byItself ? `It goes at ${goesAt}, from any Halyard that runs then.` : `It can go from ${goesAt} on, when the agent asks again.`,
    ],
    `  To stop it: ${typed(`stop ${approvalId}`)}`,
    ...(byItself ? [`  If none runs: ${typed(`approve ${approvalId} --wait`)}`] : []),
  ];
}

const FAILED = { rejected: "Rejected by Klaviyo. ", job: "Failed. ", absent: "Not done. ", unsent: "Not sent. " };

function failureOf({ status, job, error }: Pick<NotDone, "status" | "job" | "error">): keyof typeof FAILED {
  if (status === "rejected") return "rejected";
  return job ? "job" : error.code === "not_done" ? "absent" : "unsent";
}

/** Exit status of a call's end: 0 only where Klaviyo did or took it. */
export function exitStatusOf(result: CallResult): number {
  switch (result.status) {
    case "done":
    case "accepted":
    case "cancelled":
      return 0;
    case "denied":
      return ERROR_CODES.denied.exit;
    case "approval_required":
    case "held":
    case "in_progress":
      return ERROR_CODES.conflict.exit;
    case "plan_done":
      return 0;
    case "plan_stopped": {
      const last = result.steps.findLast((step) => step.result)?.result;
      const status = last ? exitStatusOf(last) : 0;
      return status === 0 ? ERROR_CODES.conflict.exit : status;
    }
    case "unknown":
      return ERROR_CODES.outcome_unknown.exit;
    default:
      return ERROR_CODES[result.error.code].exit;
  }
}

/** What an approval came to after the owner's yes: the call's result, or that it waits for the agent, or why it can no longer be used. */
export function afterApproval(view: ApprovalView, session: Session): { lines: Line[]; status: number } {
  if (view.result) return { lines: resultLines(view.result, session), status: exitStatusOf(view.result) };
  if (view.goes_at !== undefined)
    return { lines: heldLines(view.approval_id, view.goes_at, view.goes_by_itself === true, session), status: 0 };
  if (view.status === "approved") {
    return { lines: [[styled("green", "Approved. "), `It goes out when ${view.card.agent} asks again, until ${view.use_by}.`]], status: 0 };
  }
  if (view.status === "consumed") return { lines: [[styled("green", "Approved. "), "It is being sent now."]], status: 0 };
  const instead: Line[] =
    view.replaced_by === undefined ? [] : [`  A new card shows what is different: ${session.typed(`approvals show ${view.replaced_by}`)}`];
  return {
    lines: [
      [styled("red", "Not sent. "), `The approval is ${view.status}: ${view.status_reason ?? "no reason is on record"}.`],
      ...instead,
    ],
    status: ERROR_CODES.conflict.exit,
  };
}

/** Type and id of what a JSON:API answer is about. */
function identityOf(body: Json | null): string {
  const data = isJsonObject(body) ? body["data"] : undefined;
  if (!isJsonObject(data) || typeof data["type"] !== "string" || typeof data["id"] !== "string") return "";
  return `: ${data["type"]} ${data["id"]}`;
}
