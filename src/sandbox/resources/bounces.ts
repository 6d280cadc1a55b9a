import type { Context } from "../engine/context.ts";
import { suppress } from "./consent.ts";
import { profiles, trimmed } from "./profile-rows.ts";

/** More than this many soft bounces in a row suppress like one hard bounce (behaviour.md §2.3 rule 9; which reason that shows is assumed). */
const MAX_SOFT_BOUNCES = 7;

/** Counts a soft bounce. */
export function noteSoftBounce(ctx: Context, profileId: string): void {
  const profile = ctx.rows(profiles).get(profileId);
  if (!profile) return;
  const softBounces = (profile.softBounces ?? 0) + 1;
  ctx.rows(profiles).put({ ...profile, softBounces });
  if (softBounces > MAX_SOFT_BOUNCES) suppress(ctx, profileId, "HARD_BOUNCE");
}

/** A mail that arrives ends the row of bounces. */
export function forgetSoftBounces(ctx: Context, profileId: string): void {
  const profile = ctx.rows(profiles).get(profileId);
  if (profile?.softBounces !== undefined) ctx.rows(profiles).put(trimmed({ ...profile, softBounces: undefined }));
}
