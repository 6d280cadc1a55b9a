import { z } from "zod";

/** What is counted over time, whatever the rules say. */
export const CAP_NAMES = ["people_touched", "sends", "writes", "deletes", "reads_rows"] as const;
export type CapName = (typeof CAP_NAMES)[number];

/** Most in any 60 minutes and in any 24 hours. */
export interface Windows {
  per_hour?: number | undefined;
  per_day?: number | undefined;
}

/** The plain numbers are for all callers of the connection together, `each_agent` for each of them. */
export type Cap = Windows & { each_agent?: Windows | undefined };

/** So many approvals of one agent may wait where its policy says nothing. */
export const PENDING_EACH_AGENT = 20;

export interface PendingCap {
  at_once?: number | undefined;
  each_agent?: { at_once: number } | undefined;
}

export type Caps = { [Name in CapName]?: Cap | undefined } & { pending_approvals?: PendingCap | undefined };

const count = z.int().min(0).max(1_000_000_000);
const windows = { per_hour: count.optional(), per_day: count.optional() };
const given = (object: object): boolean => Object.values(object).some((value) => value !== undefined);
const NOTHING = "limits nothing: give per_hour or per_day";
const CAP = z.strictObject({ ...windows, each_agent: z.strictObject(windows).refine(given, NOTHING).optional() }).refine(given, NOTHING);
const atOnce = z.int().min(1).max(1000);

export const CAPS = z.strictObject({
  people_touched: CAP.optional(),
  sends: CAP.optional(),
  writes: CAP.optional(),
  deletes: CAP.optional(),
  reads_rows: CAP.optional(),
  pending_approvals: z
    .strictObject({ at_once: atOnce.optional(), each_agent: z.strictObject({ at_once: atOnce }).optional() })
    .refine(given, "limits nothing: give at_once")
    .optional(),
});

/** How much one call uses of each cap. */
export type Uses = Record<CapName, number>;

/** What was used already in the last hour and the last 24 hours, by everyone and by this caller. */
export type Used = Record<CapName, { all: { hour: number; day: number }; caller: { hour: number; day: number } }>;

/** Why a call, or a whole plan, would go over a cap, in a sentence for the owner; undefined when it stays within all of them. */
export function overCap(caps: Caps, uses: Uses, used: Used, what: "call" | "plan" = "call"): string | undefined {
  for (const name of CAP_NAMES) {
    const cap = caps[name];
    if (!cap || uses[name] === 0) continue;
    const checks = [
      [cap.per_hour, used[name].all.hour, "in an hour"],
      [cap.per_day, used[name].all.day, "in a day"],
      [cap.each_agent?.per_hour, used[name].caller.hour, "in an hour for each agent"],
      [cap.each_agent?.per_day, used[name].caller.day, "in a day for each agent"],
    ] as const;
    for (const [most, before, span] of checks) {
      if (most === undefined || before + uses[name] <= most) continue;
      return `The cap "${name}" is ${most} ${span}; ${before} are used, and this ${what} would use ${uses[name]}.`;
    }
  }
  return undefined;
}
