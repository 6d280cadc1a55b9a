import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import type { Accepted } from "./event-check.ts";
import { recordEvent } from "./event-log.ts";
import { parseProfile } from "./profile-input.ts";
import { profiles, type ProfileRow } from "./profile-rows.ts";
import { ownersOf, upsertProfile } from "./profile-upsert.ts";

/** Observed: about a second lies between an accepted event and one that can be read (behaviour.md §2.21). */
const LAG_MS = 1000;

/** Puts accepted events on their way. `client` calls never change an identifier that a profile has. */
export function scheduleEvents(ctx: Context, groups: Accepted[], caller: "server" | "client"): void {
  ctx.settle(LAG_MS, "store_events", { groups, caller });
}

/** Stores what {@link scheduleEvents} put off. Whose person is gone meanwhile is dropped. */
export function storeEvents(payload: JsonObject, ctx: Context): void {
  for (const group of arrayOf(payload["groups"]).map(objectOf)) {
    const profile = personOf(ctx, objectOf(group["profile"]), payload["caller"] === "client");
    if (!profile) continue;
    for (const event of arrayOf(group["events"]).map(objectOf)) {
      const [value, currency, uniqueId] = [numberOf(event["value"]), textOf(event["currency"]), textOf(event["uniqueId"])];
      recordEvent(ctx, {
        metric: textOf(event["metric"]) ?? "",
        service: "api",
        profileId: profile.id,
        at: numberOf(event["at"]) ?? ctx.now,
        properties: objectOf(event["properties"]),
        ...(value !== undefined && { value }),
        ...(currency !== undefined && { currency }),
        ...(uniqueId !== undefined && { uniqueId }),
        backfill: event["backfill"] === true,
      });
    }
  }
}

function personOf(ctx: Context, data: JsonObject, isClient: boolean): ProfileRow | undefined {
  const input = parseProfile(data);
  const owners = ownersOf(ctx, input);
  if (input.id !== undefined && !ctx.rows(profiles).has(input.id)) return undefined;
  const canBeMade = input.email || input.phone || input.externalId || input.anonymousId !== undefined;
  if (input.id === undefined && owners.length === 0 && !canBeMade) return undefined;
  // The call was answered long ago, so identifiers of two people cannot be refused: the first keeps what it has (assumed).
  const isDisputed = owners.some(({ id }) => id !== (input.id ?? owners[0]?.id));
  return upsertProfile(ctx, input, isClient || isDisputed ? "client" : "server").profile;
}
