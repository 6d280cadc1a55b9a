import { isoSeconds } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { recordEvent } from "../resources/event-log.ts";
import { profiles, trimmed } from "../resources/profile-rows.ts";
import type { Stop } from "./stop.ts";

/** `update-profile`: sets and deletes the person's own properties. */
export function changeProfile({ action, traveller: { ctx, profile } }: Stop): void {
  const properties = new Map(Object.entries(profile.properties ?? {}));
  for (const operation of arrayOf(objectOf(action["data"])["profile_operations"]).map(objectOf)) {
    const key = textOf(operation["property_key"]) ?? "";
    if (operation["operator"] === "delete") properties.delete(key);
    else properties.set(key, valueOf(operation, properties.get(key), ctx.now));
  }
  const kept = properties.size > 0 ? Object.fromEntries(properties) : undefined;
  ctx.rows(profiles).put(trimmed({ ...profile, properties: kept, updated: ctx.now }));
}

function valueOf(
  { property_type: type, property_operation: change, property_value: value = null }: JsonObject,
  known: Json | undefined,
  nowMs: number,
): Json {
  if (type === "date" && value === "today") return isoSeconds(nowMs).slice(0, 10);
  if (type !== "list") return value;
  const others = (Array.isArray(known) ? known : known === undefined ? [] : [known]).filter((each) => each !== value);
  if (change === "remove") return others;
  return change === "add" ? [...others, value] : [value];
}

/** `list-update`: puts the person on a list (`on_execution` true) or takes the person off it. */
export function updateList({ action, traveller: { ctx, profile } }: Stop): void {
  const { list_id: list, on_execution: isAdding } = objectOf(action["data"]);
  const id = textOf(list) ?? "";
  if (!ctx.find("list", id)) return;
  if (isAdding === true) ctx.link("list", id, "profiles", [profile.id]);
  if (isAdding === false) ctx.unlink("list", id, "profiles", [profile.id]);
}

/** `internal-service`: of its kinds only the recording of an event leaves a trace in the account. */
export function trackEvent({ action, traveller: { ctx, profile } }: Stop): void {
  const { service_method_type: kind, event_key: key, event_payload: payload } = objectOf(objectOf(action["data"])["service_configuration"]);
  const metric = textOf(key) ?? "";
  if (kind !== "track-event" || metric === "") return;
  recordEvent(ctx, { metric, service: "api", profileId: profile.id, properties: objectOf(payload) });
}
