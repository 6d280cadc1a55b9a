import type { Tables } from "../../store/tables.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { GateParts } from "../call.ts";
import { forget, postpone, unclaimed, type Looking } from "./looking.ts";
import type { Finding } from "./reconcile/sighting.ts";
import { raiseAlarm, settle } from "./settle.ts";

/** Looks whether a write happens after it was thought not to, or a second time, and says so loudly. */
export async function watchLate(parts: GateParts, tables: Tables, looking: Looking, finding: Finding): Promise<void> {
  const { look, intent } = looking;
  if (intent.status !== "done" && intent.status !== "not_done") return forget(parts, tables, intent.id);
  const repeats = (await tables.intents.byDigest(intent.connection_id, intent.digest)).filter(
    ({ id, created_at }) => id !== intent.id && created_at >= intent.created_at,
  );
  parts.at("late.intents-by-digest");
  const isRepeated = repeats.some(({ status }) => status === "done" || status === "accepted");
  if (finding.kind === "state") {
    if (intent.status === "done" || isRepeated) return forget(parts, tables, intent.id);
    return finding.holds === true ? sayLate(parts, tables, intent, finding, null) : postpone(parts, tables, look);
  }
  const isOpen = await tables.intents.isOpen(intent.connection_id, intent.operation);
  parts.at("late.intents-is-open");
  // Those whose outcome is not known either may be whose it is.
  const isDoubtful = (await tables.intents.listUnknown()).some(({ operation }) => operation === intent.operation);
  parts.at("late.unknown-listed");
  const [first] = isOpen || isDoubtful ? [] : await unclaimed(tables, intent, finding);
  parts.at("late.unclaimed");
  if (!first) return postpone(parts, tables, look);
  if (intent.status === "not_done") return sayLate(parts, tables, intent, finding, first.id, isRepeated);
  await raiseAlarm(parts, tables, intent, "twice", `${finding.read} shows ${first.id} as well, which no call on record has made`);
  return forget(parts, tables, intent.id);
}

async function sayLate(
  parts: GateParts,
  tables: Tables,
  intent: IntentRow,
  finding: Finding,
  objectId: string | null,
  isRepeated = false,
): Promise<void> {
  const evidence = `${finding.read} shows ${objectId ?? "its effect"} after all, although it was thought not to have happened${
    isRepeated ? "; it has been sent again meanwhile" : ""
  }`;
  await settle(parts, tables, intent, {
    event: "reconciled",
    end: { status: "done", evidence, object_id: objectId },
    alarm: isRepeated ? "twice" : "late",
    fields: { read: finding.read, object: objectId },
  });
  parts.at("late.settle");
  await forget(parts, tables, intent.id);
}
