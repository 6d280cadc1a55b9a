import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { acceptEvents, type Accepted } from "../resources/event-check.ts";
import { scheduleEvents } from "../resources/event-intake.ts";
import { parseProfile } from "../resources/profile-input.ts";
import { ownersOf } from "../resources/profile-upsert.ts";

const MAX_EVENTS = 1000;
const POINTER = "/data/attributes";
const GROUPS = `${POINTER}/events-bulk-create/data`;

/** One event of one person, from a server or, with `create_client_event`, from anybody's browser. */
export const createEvent = single("create_event", "server");
export const createClientEvent = single("create_client_event", "client");

function single(operation: string, caller: "server" | "client") {
  return defineAction(operation, (request, ctx) => {
    const { attributes } = parseInput(request.body);
    const places = { profile: `${POINTER}/profile/data`, event: () => POINTER };
    scheduleEvents(ctx, [acceptEvents(ctx, dataOf(attributes["profile"]), [attributes], places)], caller);
    return ctx.reply.empty(request);
  });
}

export const bulkCreateEvents = defineAction("bulk_create_events", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  const groups = arrayOf(objectOf(attributes["events-bulk-create"])["data"]).map((each) => objectOf(objectOf(each)["attributes"]));
  if (groups.length === 0) refuse("invalid", "At least one group of events is required.", { source: { pointer: GROUPS } });
  scheduleEvents(
    ctx,
    acceptGroups(ctx, groups, (i) => `${GROUPS}/${i}/attributes`),
    "server",
  );
  return ctx.reply.empty(request);
});

export const bulkCreateClientEvents = defineAction("bulk_create_client_events", (request, ctx) => {
  scheduleEvents(
    ctx,
    acceptGroups(ctx, [parseInput(request.body).attributes], () => POINTER),
    "client",
  );
  return ctx.reply.empty(request);
});

/** All or nothing: one wrong event, or a unique id that stands twice for a person and a metric, and none is stored. */
function acceptGroups(ctx: Context, groups: readonly JsonObject[], pointerOf: (i: number) => string): Accepted[] {
  const eventsOf = groups.map(eventsIn);
  if (eventsOf.flat().length > MAX_EVENTS)
    refuse("invalid", `A request has at most ${MAX_EVENTS} events.`, { source: { pointer: POINTER } });
  const seen = new Set<string>();
  return groups.map((group, i) => {
    const places = { profile: `${pointerOf(i)}/profile/data`, event: (j: number) => `${pointerOf(i)}/events/data/${j}/attributes` };
    const accepted = acceptEvents(ctx, dataOf(group["profile"]), eventsOf[i] ?? [], places);
    const person = personOf(ctx, accepted.profile);
    for (const [j, { metric, uniqueId }] of accepted.events.entries()) {
      if (textOf(uniqueId) === undefined) continue;
      const key = JSON.stringify([person, metric, uniqueId]);
      const source = { pointer: `${places.event(j)}/unique_id` };
      if (seen.has(key)) refuse("invalid", `Duplicate unique_id found: ${textOf(uniqueId)}`, { source });
      seen.add(key);
    }
    return accepted;
  });
}

/** `backfill` of a group is said of all its events, whatever they say themselves (assumed for one that says `false`). */
function eventsIn(group: JsonObject): JsonObject[] {
  const events = arrayOf(objectOf(group["events"])["data"]).map((each) => objectOf(objectOf(each)["attributes"]));
  return group["backfill"] === true ? events.map((event) => ({ ...event, backfill: true })) : events;
}

/** Tells two groups of one person from those of two, however they name the person. */
function personOf(ctx: Context, profile: JsonObject): Json[] {
  const input = parseProfile(profile);
  const known = input.id ?? ownersOf(ctx, input)[0]?.id;
  if (known !== undefined) return [known];
  return [input.email ?? null, input.phone ?? null, input.externalId ?? null, input.anonymousId ?? null];
}

function dataOf(value: JsonObject[string] | undefined): JsonObject {
  return objectOf(objectOf(value)["data"]);
}
