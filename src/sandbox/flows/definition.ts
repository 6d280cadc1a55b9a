import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import type { ActionStatus } from "../resources/flow-rows.ts";

/** Actions whose `data` has a status; delays and splits have none. */
const STATUSED = new Set([
  "ab-test",
  "content-experiment",
  "internal-service",
  "list-update",
  "send-email",
  "send-internal-alert",
  "send-mobile-push",
  "send-sms",
  "send-webhook",
  "send-whatsapp",
  "update-profile",
]);

const TESTS = new Set(["ab-test", "content-experiment"]);

export function statusOf(action: JsonObject): ActionStatus | undefined {
  if (!STATUSED.has(typeOf(action))) return undefined;
  const status = textOf(objectOf(action["data"])["status"]);
  return status === "live" || status === "manual" || status === "disabled" ? status : "draft";
}

/** The action with another status, on itself and on what it sends. One that has no status, or nothing to do, is returned as it is. */
export function withStatus(action: JsonObject, status: ActionStatus): JsonObject {
  if (!STATUSED.has(typeOf(action)) || !isJsonObject(action["data"])) return action;
  const set = (each: JsonObject): JsonObject => ({ ...each, data: { ...objectOf(each["data"]), status } });
  return isTest(action) ? mapSends(set(action), set) : set(action);
}

export function isTest(action: JsonObject): boolean {
  return TESTS.has(typeOf(action));
}

export function typeOf(action: JsonObject): string {
  return textOf(action["type"]) ?? "";
}

/** The action with every sending part made anew: itself, or of a test its main action and its variations. */
export function mapSends(action: JsonObject, map: (send: JsonObject) => JsonObject): JsonObject {
  if (!isTest(action)) return typeOf(action).startsWith("send-") ? map(action) : action;
  const data = objectOf(action["data"]);
  const experiment = data["current_experiment"];
  const variations = arrayOf(objectOf(experiment)["variations"]).map((each) => map(objectOf(each)));
  return {
    ...action,
    data: {
      ...data,
      main_action: map(objectOf(data["main_action"])),
      ...(isJsonObject(experiment) && { current_experiment: { ...experiment, variations } }),
    },
  };
}

/** Every sending part of an action. */
export function sendsOf(action: JsonObject): JsonObject[] {
  const sends: JsonObject[] = [];
  mapSends(action, (send) => {
    sends.push(send);
    return send;
  });
  return sends;
}

/** The message of a sending part; undefined where none is written yet. */
export function messageOf(send: JsonObject): JsonObject | undefined {
  const message = objectOf(send["data"])["message"];
  return isJsonObject(message) ? message : undefined;
}

/** The action with its ways on made anew: `next`, both ways of a split, and the way of each branch. */
export function mapLinks(action: JsonObject, map: (id: string) => string | null): JsonObject {
  const mapped = (links: Json | undefined): Json =>
    isJsonObject(links)
      ? Object.fromEntries(Object.entries(links).map(([name, to]) => [name, typeof to === "string" ? map(to) : to]))
      : (links ?? null);
  const data = objectOf(action["data"]);
  const branches = arrayOf(data["branches"]).map((branch) => ({ ...objectOf(branch), links: mapped(objectOf(branch)["links"]) }));
  return {
    ...action,
    ...(action["links"] !== undefined && { links: mapped(action["links"]) }),
    ...(branches.length > 0 && { data: { ...data, branches } }),
  };
}

/** Ids of the actions that can come next. */
export function linksOf(action: JsonObject): string[] {
  const ids: string[] = [];
  mapLinks(action, (id) => {
    ids.push(id);
    return id;
  });
  return ids;
}

/** Where most people go on: of a split those who pass, of branches the first. */
export function followerOf(action: JsonObject): string | null {
  const { next, next_if_true: whenTrue } = objectOf(action["links"]);
  return textOf(next) ?? textOf(whenTrue) ?? linksOf(action)[0] ?? null;
}
