import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import type { Moment } from "./dates.ts";

/** A condition of a definition, ready to be asked of many profiles. */
export interface Condition {
  test(profile: ProfileRow): boolean;
  /** Ids outside of which nobody passes, where an index knows them. */
  candidates?: ReadonlySet<string> | ReadonlyMap<string, unknown>;
}

/** What working out a definition can look at. */
export interface Evaluation {
  ctx: Context;
  moment: Moment;
  /** Members of another segment; none for one that this definition itself hangs on. */
  membersOf(segmentId: string): ReadonlySet<string>;
  /** Since when a member of another segment has been one, as far as the rows tell, ms. */
  joinedAt(segmentId: string, profileId: string): number;
}

export type ConditionOf = (condition: JsonObject, evaluation: Evaluation) => Condition;
