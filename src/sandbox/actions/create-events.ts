import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { acceptEvents, type Accepted } from "../resources/event-check.ts";
import { scheduleEvents } from "../resources/event-intake.ts";

const MAX_EVENTS = 1000;
const POINTER = "/data/attributes";

/** One event of one person, from a server or, with `create_client_event`, from anybody's browser. */
export const createEvent = single("create_event", "server");
export const createClientEvent = single("create_client_event", "client");

function single(operation: string, caller: "server" | "client") {
  return defineAction(operation, (request, ctx) => {
    const { attributes } = parseInput(request.body);
    scheduleEvents(ctx, [acceptEvents(ctx, dataOf(attributes["profile"]), [attributes], POINTER)], caller);
    return ctx.reply.empty(request);
  });
}

export const bulkCreateEvents = defineAction("bulk_create_events", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  const groups = arrayOf(objectOf(attributes["events-bulk-create"])["data"]).map((each) => objectOf(objectOf(each)["attributes"]));
  scheduleEvents(
    ctx,
    acceptGroups(ctx, groups, (i) => `${POINTER}/events-bulk-create/data/${i}/attributes`),
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
  const eventsOf = groups.map((group) => arrayOf(objectOf(group["events"])["data"]).map((each) => objectOf(objectOf(each)["attributes"])));
  if (eventsOf.flat().length > MAX_EVENTS)
    refuse("invalid", `A request has at most ${MAX_EVENTS} events.`, { source: { pointer: POINTER } });
  const accepted = groups.map((group, i) => acceptEvents(ctx, dataOf(group["profile"]), eventsOf[i] ?? [], pointerOf(i)));
  const seen = new Set<string>();
  for (const { profile, events } of accepted) {
    const { email, phone_number: phone, external_id: externalId, anonymous_id: anonymousId } = objectOf(profile["attributes"]);
    for (const { metric, uniqueId } of events) {
      const key = JSON.stringify([profile["id"], email, phone, externalId, anonymousId, metric, uniqueId]);
      if (textOf(uniqueId) === undefined) continue;
      if (seen.has(key)) refuse("invalid", `Duplicate unique_id found: ${textOf(uniqueId)}`, { source: { pointer: POINTER } });
      seen.add(key);
    }
  }
  return accepted;
}

function dataOf(value: JsonObject[string] | undefined): JsonObject {
  return objectOf(objectOf(value)["data"]);
}
