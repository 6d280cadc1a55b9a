import { isoMillis } from "../../lib/clock.ts";
import { policyOf } from "../../policy/parse.ts";
import type { Policy } from "../../policy/policy.ts";
import type { PolicyRow } from "../../store/tables/policies.ts";
import type { GoodStamp } from "./policy-versions.ts";

/** What is in force while a document cannot be used. */
export interface StandIn {
  policy: Policy;
  /** 0 where it is no version of the owner's. */
  version: number;
  note: string;
  /** Writes that the owner has seen, as the version keeps them. */
  known: string | null;
}

/** The newest version of a connection, as far as it can be trusted. */
interface Last {
  row: PolicyRow;
  isGenuine: boolean;
  parse(): Policy;
}

/** How far a stamp may lie in the future: another machine's clock, not one that was set back. */
const CLOCK_BACK_MS = 60_000;

/** For a document that says something that it should not: writes are denied, and what the last good one denied of reads stays denied. */
export function lockedStandIn(last: Last | undefined, why = ""): StandIn {
  const note = `${why}The policy file cannot be used, so writes are denied.`;
  const locked = (rules: Policy["rules"]): StandIn => ({ policy: policyOf("locked", rules), version: 0, note, known: null });
  try {
    return locked(last?.isGenuine ? last.parse().rules.filter(({ effect }) => effect === "deny") : []);
  } catch {
    // The catalog has changed under it: then reads are denied too.
    return locked([{ id: "unusable-policy", effect: "deny", risk: [0, 1, 2, 3, 4, 5] }]);
  }
}

/** For a document that was damaged: the last good version, if it is Halyard's own and was found whole not longer ago than it says itself. */
export function damagedStandIn(last: Last | undefined, stamp: GoodStamp | undefined, nowMs: number): StandIn {
  if (!last) return lockedStandIn(last);
  if (!last.isGenuine) return lockedStandIn(last, "The last good version is not as it was written. ");
  if (stamp?.version !== last.row.version || stamp.digest !== last.row.digest)
    return lockedStandIn(last, "Nothing tells when the last good version was found whole. ");
  let policy: Policy;
  try {
    policy = last.parse();
  } catch {
    return lockedStandIn(last);
  }
  const until = stamp.at + policy.good_for.hours * 3_600_000;
  if (nowMs >= until || stamp.at > nowMs + CLOCK_BACK_MS) return lockedStandIn(last, "The last good version is older than its good_for. ");
  const note = `The policy file cannot be used; version ${last.row.version}, the last good one, stands in until ${isoMillis(until)}.`;
  return { policy, version: last.row.version, note, known: last.row.known };
}
