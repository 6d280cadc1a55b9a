import { HalyardError } from "../../lib/errors.ts";
import type { Tables } from "../../store/tables.ts";
import { transition } from "../approvals/approval-life.ts";
import type { GateParts } from "../call.ts";
import { dayAt, sealedOn } from "./day-keys.ts";

const DAY_MS = 86_400_000;

/** What an erasure took away. */
export interface Erasure {
  days: string[];
  bodies: number;
  /** Approvals of those days that could still have been used; they are voided. */
  voided: number;
}

/** The days that have a key and are over; `from` and `to` (exclusive) as `2026-07-15`. */
export function erasableDays({ dayKeys, clock }: Pick<GateParts, "dayKeys" | "clock">, from: string, to: string): string[] {
  const today = dayAt(clock.now());
  return dayKeys.days().filter((day) => day >= from && day < to && day < today);
}

/**
 * Erases the keys of days that are over, and what lies about their calls outside of the keys: then nobody can read what was asked on them, and the
 * chain, which holds digests, still verifies. Copies of the database from before hold the keys still.
 */
export async function eraseDays(parts: GateParts, days: string[], by: string): Promise<Erasure> {
  const { store, clock, dayKeys } = parts;
  const today = dayAt(clock.now());
  if (days.some((day) => day >= today)) {
    throw new HalyardError("usage", "Only a day that is over can be erased.", { hint: `Today is ${today}, in UTC; its calls still come.` });
  }
  if (days.length === 0) throw new HalyardError("not_found", "There is nothing to erase: no such day has a key.");
  let [bodies, voided] = [0, 0];
  await store.transaction(async (tables) => {
    for (const day of days) {
      voided += await voidOf(parts, tables, day);
      bodies += await tables.auditBodies.removeDay(day);
      const startMs = Date.parse(`${day}T00:00:00Z`);
      await tables.calls.forget(startMs, startMs + DAY_MS);
      await tables.approvals.forget(startMs, startMs + DAY_MS);
      await tables.intents.forget(startMs, startMs + DAY_MS);
      await tables.privacyTokens.forget(startMs, startMs + DAY_MS);
      await tables.untrustedReads.forget(startMs, startMs + DAY_MS);
      await tables.beforeImages.forget(sealedOn(day), clock.now());
      for (const { id } of await tables.secrets.ofGateway("audit-day")) if (id.startsWith(`day_${day}_`)) await tables.secrets.remove(id);
      await tables.audit.append({ at: clock.now(), event: "audit.erased", fields: { day, by } });
    }
  });
  await store.purge();
  await dayKeys.refresh();
  return { days, bodies, voided };
}

/** A card that nobody can read any more may not be approved. */
async function voidOf(parts: GateParts, tables: Tables, day: string): Promise<number> {
  let voided = 0;
  for (const status of ["pending", "approved"] as const) {
    for (const row of await tables.approvals.list({ status, limit: 10_000 })) {
      const isOfDay = parts.dayKeys.keyOf(row.card)?.day === day || dayAt(row.created_at) === day;
      if (isOfDay && (await transition(parts, tables, row, "voided", "gate", { status_reason: "its content was erased" }))) voided++;
    }
  }
  return voided;
}
