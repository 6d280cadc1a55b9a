import { parseFilter, type FilterClause } from "../../catalog/filter.ts";
import { HalyardError } from "../../lib/errors.ts";
import { formatCursor, parseCursor } from "../engine/cursor.ts";
import { defineAction } from "../engine/declare.ts";
import { pageUrl } from "../engine/links.ts";
import { refuse } from "../engine/refusal.ts";
import { geofences } from "../resources/geofences.ts";
import { greatCircleKm } from "../segments/distance.ts";
import type { Place } from "../segments/postal-codes.ts";
import { comparePositions } from "../state/order.ts";

const HEADER = "x-klaviyo-api-filters";

/** By id, or nearest first where the header names a place: places are not for query strings (documented). */
export const getClientGeofences = defineAction("get_client_geofences", (request, ctx) => {
  const text = request.headers[HEADER];
  const here = text === undefined ? undefined : placeOf(text);
  if (!here) return ctx.reply.collection(request, "geofence");
  const asked = { ...request, query: { ...request.query, filter: clausesOf(text ?? "") } };
  const { size = 20, cursor } = request.query.page;
  const after = cursor === undefined ? undefined : parseCursor(asked, cursor).position;
  const rows = ctx.rows(geofences);
  const all = [...rows.all()].map((fence) => ({ key: greatCircleKm(here, fence), id: fence.id })).toSorted(comparePositions);
  const rest = after ? all.filter((each) => comparePositions(each, after) > 0) : all;
  const shown = rest.slice(0, size);
  const last = rest.length > shown.length ? shown.at(-1) : undefined;
  const next = last ? pageUrl(request.self, "page[cursor]", formatCursor(asked, { position: last, forward: true })) : null;
  const reply = ctx.reply.list(
    request,
    "geofence",
    shown.flatMap(({ id }) => rows.get(id) ?? []),
  );
  return { ...reply, body: { ...reply.body, links: { self: request.self, next, prev: null } } };
});

/** Both coordinates are needed for a place; either alone sorts nothing (documented). */
function placeOf(text: string): Place | undefined {
  const clauses = clausesOf(text);
  const [latitude, longitude] = ["lat", "lng"].map((field) => clauses.find((clause) => clause.field === field)?.value);
  return typeof latitude === "number" && typeof longitude === "number" ? { latitude, longitude } : undefined;
}

function clausesOf(text: string): FilterClause[] {
  const clauses = parsed(text);
  const other = clauses.find(({ field, operator }) => operator !== "equals" || (field !== "lat" && field !== "lng"));
  return other ? wrong(`'${other.field}' is not filterable by '${other.operator}' here.`) : clauses;
}

function parsed(text: string): FilterClause[] {
  try {
    return parseFilter(text);
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    return wrong("Invalid filter provided.");
  }
}

function wrong(detail: string): never {
  refuse("invalid", detail, { source: { parameter: "X-Klaviyo-API-Filters" } });
}
