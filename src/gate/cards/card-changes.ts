import type { WireRequest } from "../../catalog/request.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { secretsOf, shownText } from "./card-leaf.ts";

/** One value that a write changes: how it is now and how it will be. */
export interface Change {
  path: string;
  before: string;
  after: string;
}

const MAX_CHANGES = 100;

/** Members that Klaviyo merges: what the request leaves out stays. Everywhere else a new object takes the place of the old one. */
const MERGED = new Set(["properties", "location", "subscriptions"]);

/** What a write to an existing thing changes, against what the gate read of it. Lists count as one value: they are replaced whole. */
export function changesOf({ body, method }: WireRequest, before: JsonObject | null): Change[] {
  const data = isJsonObject(body) ? body["data"] : undefined;
  const attributes = isJsonObject(data) ? data["attributes"] : undefined;
  if (method !== "PATCH" || before === null || !isJsonObject(data) || !isJsonObject(attributes)) return [];
  return differences(before, attributes, { isMerge: true, isHidden: secretsOf(data["type"]) }).slice(0, MAX_CHANGES);
}

interface Comparing {
  /** What `after` leaves out is no difference. */
  isMerge?: boolean;
  isHidden?: (path: string) => boolean;
  path?: string;
}

/** Every place where two values differ. */
export function differences(
  before: JsonObject,
  after: JsonObject,
  { isMerge = false, isHidden = secretsOf(undefined), path = "" }: Comparing = {},
): Change[] {
  const names = isMerge ? Object.keys(after) : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): Change[] => {
    const at = path === "" ? name : `${path}.${name}`;
    const [old, next] = [before[name], after[name]];
    if (isJsonObject(old) && isJsonObject(next))
      return differences(old, next, { isMerge: isMerge && MERGED.has(name), isHidden, path: at });
    if (old !== undefined && next !== undefined && canonicalJson(old) === canonicalJson(next)) return [];
    const [was, willBe] = isHidden(at) ? ["(secret)", "(secret)"] : [told(old), told(next)];
    return [{ path: shownText(at), before: was, after: willBe }];
  });
}

function told(value: Json | undefined): string {
  if (value === undefined) return "(not there)";
  return value === null ? "(empty)" : shownText(typeof value === "string" ? value : JSON.stringify(value));
}
