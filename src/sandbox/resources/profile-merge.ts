import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { conversations } from "./conversation-rows.ts";
import { moveEvents, recordEvent } from "./event-log.ts";
import { listMembers } from "./lists.ts";
import { profiles, trimmed, type ProfileRow, type Suppression } from "./profile-rows.ts";
import { pushTokens } from "./push-token-rows.ts";
import { moveRecordLinks } from "./record-links.ts";

/** Joins `source` into `destination` (behaviour.md §2.2): what the destination has wins, the source fills gaps and is gone for good. */
export function mergeProfiles({ source: sourceId, destination: destinationId }: JsonObject, ctx: Context): void {
  const rows = ctx.rows(profiles);
  const [source, destination] = [rows.get(String(sourceId)), rows.get(String(destinationId))];
  // Merged, or erased, by an earlier request meanwhile.
  if (!source || !destination) return;
  moveBelongings(ctx, source.id, destination.id);
  ctx.remove("profile", source.id);
  rows.put({ ...joined(source, destination), updated: ctx.now });
  recordEvent(ctx, {
    metric: "Merged Profile",
    service: "klaviyo",
    profileId: destination.id,
    properties: { MergeDate: isoSeconds(ctx.now).slice(0, 19), MergeType: "Merged via API", $extra: tombstoneOf(source) },
    uniqueId: `merge_tombstone:${source.id}:${destination.id}`,
  });
}

function moveBelongings(ctx: Context, from: string, to: string): void {
  moveEvents(ctx, from, to);
  moveRecordLinks(ctx, from, to);
  const members = ctx.rows(listMembers);
  for (const link of members.where("to", from)) {
    const id = linkId(link.from, to);
    if (!members.has(id)) members.put({ ...link, id, to });
  }
  for (const token of ctx.rows(pushTokens).where("profile.id", from)) ctx.rows(pushTokens).put({ ...token, profile: to });
  for (const conversation of ctx.rows(conversations).where("profile", from)) ctx.rows(conversations).put({ ...conversation, profile: to });
}

function joined(source: ProfileRow, destination: ProfileRow): ProfileRow {
  const { phone, smsConsent, otherConsents } =
    destination.phone === undefined || destination.phone === source.phone ? phoneOf(source, destination) : destination;
  return trimmed({
    ...source,
    ...destination,
    phone,
    smsConsent,
    otherConsents,
    location: locationOf(source.location, destination.location),
    properties: source.properties || destination.properties ? { ...source.properties, ...destination.properties } : undefined,
    suppressions: united(source.suppressions, destination.suppressions, ({ reason }: Suppression) => reason),
    listSuppressions: united(source.listSuppressions, destination.listSuppressions, ({ list }) => list),
    lastEvent: Math.max(source.lastEvent ?? 0, destination.lastEvent ?? 0) || undefined,
  });
}

/** Consent for texts hangs on the number, so it comes with the number that is kept. */
function phoneOf(source: ProfileRow, destination: ProfileRow): Pick<ProfileRow, "phone" | "smsConsent" | "otherConsents"> {
  return { ...source, ...destination, otherConsents: { ...source.otherConsents, ...destination.otherConsents } };
}

/** The fuller of the two, with the source's time zone. */
function locationOf(source: JsonObject | undefined, destination: JsonObject | undefined): JsonObject | undefined {
  if (!source || !destination) return destination ?? source;
  const fuller = Object.keys(source).length > Object.keys(destination).length ? source : destination;
  return { ...fuller, ...(source["timezone"] !== undefined && { timezone: source["timezone"] }) };
}

/** Suppressed and active makes suppressed: whatever either has, the earlier of two alike. */
function united<T extends { at: number }>(
  source: readonly T[] = [],
  destination: readonly T[] = [],
  keyOf: (each: T) => string,
): T[] | undefined {
  const all = new Map<string, T>();
  for (const each of [...destination, ...source].toSorted((a, b) => b.at - a.at)) all.set(keyOf(each), each);
  return all.size > 0 ? [...all.values()] : undefined;
}

/** As recorded in the event of a real merge. */
function tombstoneOf({ id, externalId, anonymousId, firstName, lastName, created }: ProfileRow): JsonObject {
  return {
    ExternalID: externalId ?? null,
    LastName: lastName ?? null,
    KlaviyoID: id,
    AnonymousID: anonymousId ?? null,
    FirstName: firstName ?? null,
    Created: isoSeconds(created).slice(0, 19),
  };
}
