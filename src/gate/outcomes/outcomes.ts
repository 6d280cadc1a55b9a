import { isoMillis } from "../../lib/clock.ts";
import { HalyardError, type ErrorReport, errorReport } from "../../lib/errors.ts";
import type { IntentAlarm, IntentRow } from "../../store/tables/intents.ts";
import type { GateParts } from "../call.ts";
import { assertMaySend } from "../fence.ts";

/** An alarm is shown for a week; the record keeps it. */
export const ALARMS_LAST_MS = 7 * 24 * 3_600_000;

/** What the owner should know of writes as a whole. */
export interface Outcomes {
  /** Why this process sends no write; absent when it does. */
  held_up?: ErrorReport;
  unknown: OutcomeNote[];
  /** Writes that happened after they were thought not to, or seem to have happened twice; of the last week. */
  alarms: (OutcomeNote & { alarm: IntentAlarm; evidence: string })[];
}

export interface OutcomeNote {
  call_id: string;
  operation: string;
  /** ISO 8601. */
  since: string;
}

export async function outcomesOf(parts: GateParts): Promise<Outcomes> {
  const { store, clock, fence, epoch } = parts;
  const held = await Promise.all([epoch.assertCurrent(store), assertMaySend(store, fence)]).then(
    () => undefined,
    (thrown: unknown) => {
      if (thrown instanceof HalyardError) return errorReport(thrown);
      throw thrown;
    },
  );
  const alarms = await store.intents.listAlarms(clock.now() - ALARMS_LAST_MS);
  return {
    ...(held && { held_up: held }),
    unknown: (await store.intents.listUnknown()).map(noteOf),
    alarms: alarms.map((row) => ({ ...noteOf(row), alarm: row.alarm ?? "late", evidence: row.evidence ?? "" })),
  };
}

function noteOf({ call_id, operation, created_at }: IntentRow): OutcomeNote {
  return { call_id, operation, since: isoMillis(created_at) };
}
