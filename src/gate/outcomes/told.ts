import type { Operation } from "../../catalog/operation.ts";
import { isoMillis } from "../../lib/clock.ts";
import type { ErrorReport } from "../../lib/errors.ts";
import type { Json } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { GateParts, JobCounts, NotDone, Ran } from "../call.ts";
import { lookupOf } from "./reconcile/lookups.ts";

/** What an intent came to, told again: for a caller that asks after the fact. */
export function resultOf(
  parts: GateParts,
  intent: IntentRow,
  call: { error_code: string | null },
  connection: ConnectionRow,
  operation: Operation,
): Ran | NotDone | undefined {
  const job = intent.job_counts === null ? undefined : (JSON.parse(intent.job_counts) as JobCounts);
  const base = {
    call_id: intent.call_id,
    operation: intent.operation,
    ...(intent.approval_id !== null && { approval_id: intent.approval_id }),
    ...(job && { job }),
  };
  const code = call.error_code ?? "internal";
  const { status } = intent;
  const answer =
    intent.answer_sealed === null ? null : parts.vault.open(intent.answer_sealed, answerContext(connection, intent.id)).reveal();
  switch (status) {
    case "open":
      return undefined;
    case "unknown":
      return {
        ...base,
        status,
        error: { code: "outcome_unknown", message: "It may or may not have happened." },
        how_to_check: howToCheck(operation),
        ...lookingUntil(parts, operation, intent.finished_at ?? intent.created_at),
      };
    case "rejected":
      return {
        ...base,
        status,
        error: answer === null ? { code: "rejected", message: `Klaviyo refused it (${code}).` } : (JSON.parse(answer) as ErrorReport),
      };
    case "not_sent":
      return { ...base, status: "failed", error: { code: "unreachable", message: `It was not sent (${code}).` } };
    case "not_done":
      return {
        ...base,
        status: "failed",
        error: { code: "not_done", message: "Its answer was lost; Halyard looked, and it did not happen. It may be asked again." },
      };
    case "failed":
      return { ...base, status, error: { code: "job_failed", message: jobMessage(job) } };
    default: {
      const named = intent.object_id === null ? null : { data: { type: operation.resource, id: intent.object_id } };
      const body = answer === null ? named : (JSON.parse(answer) as Json);
      return {
        ...base,
        status,
        http_status: intent.http_status ?? 200,
        body,
        ...(intent.evidence !== null && { found_out: intent.evidence }),
      };
    }
  }
}

/** Until when the gate itself looks for what became of a write, where it can. */
export function lookingUntil(parts: GateParts, operation: Operation, sinceMs: number): { looking_until?: string } {
  const untilMs = sinceMs + parts.limits.lookForMs;
  const isLooking = lookupOf(parts.catalog, operation) !== undefined && parts.clock.now() < untilMs;
  return isLooking ? { looking_until: isoMillis(untilMs) } : {};
}

function jobMessage(job: JobCounts | undefined): string {
  if (!job || job.total === null) return `Klaviyo took it as a job, and the job ended as ${job?.status ?? "failed"}.`;
  return `Klaviyo took it as a job, and the job ended as ${job.status}: ${job.completed ?? 0} of ${job.total} done, ${job.failed ?? 0} failed.`;
}

/** How to find out by hand what became of a write whose answer was lost. */
export function howToCheck(operation: Operation): string {
  const { retry, beforeImage } = operation.effect;
  const reads = beforeImage.length > 0 ? `Look with ${beforeImage.join(", ")}` : "Look at the account in Klaviyo";
  if (retry === "idempotent") return `${reads}; doing it again is safe.`;
  if (retry === "unreadable")
    return `${reads}. Klaviyo gives no way to look this one up for certain, so ask the owner before doing it again.`;
  return `${reads} before doing it again: a second time would do it twice. Halyard looks as well; ask again later, and it tells what it found.`;
}

/** What a kept answer is sealed with. */
export function answerContext(connection: ConnectionRow, intentId: string) {
  return { connection: connection.id, account: connection.account_id, purpose: `answer:${intentId}`, version: 1 };
}
