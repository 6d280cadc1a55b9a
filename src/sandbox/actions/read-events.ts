import { hash } from "node:crypto";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import { events, type EventRow } from "../resources/event-rows.ts";

/** A filter on one metric or one profile reads along that index in its kept order: an account has too many events to sort them per page. */
export const getEvents = defineAction("get_events", (request, ctx) => {
  const { query, params } = request;
  const clause = query.filter.find(
    ({ operator, field, value }) => operator === "equals" && field.endsWith("_id") && typeof value === "string",
  );
  if (!clause) return withAttributions(request, ctx.reply.collection(request, "event"), ctx);
  const within = { index: clause.field, key: String(clause.value) };
  // What is filtered by moves into the place of a path parameter, so that cursors still belong to their question.
  const rest = query.filter.filter((each) => each !== clause);
  const narrowed = { ...request, params: { ...params, [clause.field]: within.key }, query: { ...query, filter: rest } };
  return withAttributions(request, ctx.reply.collection(narrowed, "event", within), ctx);
});

export const getEvent = defineAction("get_event", (request, ctx) =>
  withAttributions(request, ctx.reply.item(request, "event", ctx.must("event", request.params["id"] ?? "")), ctx),
);

/** Observed: events show no relationship to attributions unless they are included. The type has no address of its own. */
function withAttributions({ query }: ApiRequest, reply: Reply, ctx: Context): Reply {
  const asked = query.include.includes("attributions");
  const included: Json[] = [];
  for (const each of [reply.body?.["data"] ?? []].flat().map(objectOf)) {
    const relationships = objectOf(each["relationships"]);
    const event = ctx.rows(events).get(textOf(each["id"]) ?? "");
    if (!asked || !event) {
      delete relationships["attributions"];
      continue;
    }
    const attribution = attributionOf(event, ctx);
    objectOf(relationships["attributions"])["data"] = attribution ? [{ type: "attribution", id: attribution["id"] ?? "" }] : [];
    if (attribution) included.push(attribution);
  }
  if (asked && reply.body) reply.body["included"] = [...arrayOf(reply.body["included"] ?? null), ...included];
  return reply;
}

function attributionOf({ id, attributed }: EventRow, ctx: Context): JsonObject | undefined {
  if (!attributed) return undefined;
  const { event: cause, ...others } = attributed;
  const related = { event: { type: "event", id }, ...(cause !== undefined && { "attributed-event": { type: "event", id: cause } }) };
  const rest = Object.entries(others).map(([name, each]) => [
    name,
    { type: name === "flow-message-variation" ? "flow-message" : name, id: each },
  ]);
  const all: [string, JsonObject][] = Object.entries({ ...related, ...Object.fromEntries(rest) });
  const attributionId = hash("md5", `${id} attribution`);
  return {
    type: "attribution",
    id: attributionId,
    relationships: Object.fromEntries(all.map(([name, data]): [string, JsonObject] => [name, { data }])),
    links: { self: `${ctx.origin}/api/attributions/${attributionId}/` },
  };
}
