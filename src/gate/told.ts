import type { Operation } from "../catalog/operation.ts";
import type { Json } from "../lib/json.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { IntentRow } from "../store/tables/intents.ts";
import type { GateParts, NotDone, Ran } from "./call.ts";

/** What an intent came to, told again: for a caller that asks after the fact. */
export function resultOf(
  parts: GateParts,
  intent: IntentRow,
  call: { error_code: string | null },
  connection: ConnectionRow,
  operation: Operation,
): Ran | NotDone | undefined {
  const base = {
    call_id: intent.call_id,
    operation: intent.operation,
    ...(intent.approval_id !== null && { approval_id: intent.approval_id }),
  };
  const code = call.error_code ?? "internal";
  const { status } = intent;
  if (status === "open") return undefined;
  if (status === "unknown") {
    return {
      ...base,
      status,
      error: { code: "outcome_unknown", message: "It may or may not have happened." },
      how_to_check: howToCheck(operation),
    };
  }
  if (status === "rejected")
    return { ...base, status, error: { code: "rejected", message: `Klaviyo refused it (${code}); nothing changed.` } };
  if (status === "not_sent")
    return { ...base, status: "failed", error: { code: "unreachable", message: `It was not sent (${code}); nothing changed.` } };
  const body =
    intent.answer_sealed === null
      ? null
      : (JSON.parse(parts.vault.open(intent.answer_sealed, answerContext(connection, intent.id)).reveal()) as Json);
  return { ...base, status, http_status: intent.http_status ?? 200, body };
}

/** How to find out by hand what became of a write whose answer was lost. */
export function howToCheck(operation: Operation): string {
  const { retry, beforeImage } = operation.effect;
  const reads = beforeImage.length > 0 ? `Look with ${beforeImage.join(", ")}` : "Look at the account in Klaviyo";
  if (retry === "idempotent") return `${reads}; doing it again is safe.`;
  if (retry === "unreadable")
    return `${reads}. Klaviyo gives no way to look this one up for certain, so ask the owner before doing it again.`;
  return `${reads} before doing it again: a second time would do it twice.`;
}

/** What a kept answer is sealed with. */
export function answerContext(connection: ConnectionRow, intentId: string) {
  return { connection: connection.id, account: connection.account_id, purpose: `answer:${intentId}`, version: 1 };
}
