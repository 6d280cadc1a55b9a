import type { JsonObject } from "../../lib/json.ts";
import type { JobCounts, GateParts } from "../call.ts";
import { jobReadOf } from "./look-list.ts";
import { forget, postpone, type Looking } from "./looking.ts";
import { memberOf } from "./reconcile/agree.ts";
import { textAt } from "./reconcile/sighting.ts";
import { settle } from "./settle.ts";

/** Statuses of Klaviyo's jobs in which they have ended. */
const ENDED: Record<string, "complete" | "broken"> = { complete: "complete", cancelled: "broken", failed: "broken", expired: "broken" };

/** Reads how an accepted job gets on; when it has ended, so does its intent: `done` when every row is, otherwise `failed` with the numbers. */
export async function followJob(parts: GateParts, looking: Looking): Promise<void> {
  const { look, intent, operation, reader } = looking;
  const read = jobReadOf(parts, operation);
  if (!read || intent.job_id === null) return parts.store.looks.remove(intent.id);
  const row = await reader.item(read.id, { id: intent.job_id });
  parts.at("follow.read");
  const counts = countsOf(row);
  const ending = counts && ENDED[counts.status];
  await parts.store.transaction(async (tables) => {
    const now = await tables.intents.find(intent.id);
    parts.at("follow.intents-find");
    if (!now || !(await tables.looks.isHeld(look.intent_id, parts.holder))) return;
    parts.at("follow.looks-is-held");
    if (now.status !== "accepted") return forget(parts, tables, intent.id);
    if (!counts || !ending) return postpone(parts, tables, look);
    const isWhole = ending === "complete" && (counts.failed ?? 0) === 0;
    await settle(parts, tables, now, {
      event: "followed",
      end: { status: isWhole ? "done" : "failed", evidence: evidenceOf(read.id, counts), job_counts: JSON.stringify(counts) },
      fields: { read: read.id, job: intent.job_id, counts: { ...counts } },
    });
    parts.at("follow.settle");
    await forget(parts, tables, intent.id);
  });
}

function countsOf(row: JsonObject | undefined): JobCounts | undefined {
  const attributes = memberOf({ attributes: row?.["attributes"] ?? null }, "attributes");
  const status = textAt(attributes, "status")?.toLowerCase();
  if (status === undefined || !/^[a-z_ -]{1,40}$/.test(status)) return undefined;
  const number = (name: string): number | null => (typeof attributes[name] === "number" ? attributes[name] : null);
  return { status, total: number("total_count"), completed: number("completed_count"), failed: number("failed_count") };
}

function evidenceOf(read: string, { status, total, completed, failed }: JobCounts): string {
  const numbers = total === null ? "" : `: ${completed ?? 0} of ${total} done, ${failed ?? 0} failed`;
  return `${read} says that the job is ${status}${numbers}`;
}
