import type { Tables } from "../../store/tables.ts";
import type { IntentStatus } from "../../store/tables/intents.ts";
import type { GateParts } from "../call.ts";
import type { Departure } from "../dispatch.ts";
import { forget } from "./looking.ts";
import { settle } from "./settle.ts";

/** A write that may be repeated and has been done settles every earlier one that was the same: the account is as that one wanted it. */
export async function settleRepeated(parts: GateParts, tables: Tables, departure: Departure, status: IntentStatus): Promise<void> {
  const { operation, connection, digest, intentId } = departure;
  if (operation.effect.retry !== "idempotent" || (status !== "done" && status !== "accepted")) return;
  for (const earlier of await tables.intents.byDigest(connection.id, digest)) {
    parts.at("repeats.intents-by-digest");
    if (earlier.id === intentId || earlier.status !== "unknown") continue;
    await settle(parts, tables, earlier, {
      event: "reconciled",
      // Whoever repeated it hears with his own answer how it ended.
      end: { status, evidence: `the same call was repeated and done under ${intentId}`, heard_by: parts.holder },
      fields: { repeated_by: intentId },
    });
    parts.at("repeats.settle");
    await forget(parts, tables, earlier.id);
  }
}
