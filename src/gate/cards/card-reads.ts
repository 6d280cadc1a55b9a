import type { Catalog } from "../../catalog/catalog.ts";
import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Glance } from "../undo/before-image-reads.ts";

/** What the gate reads of the account for one card, each thing once, and not without end. */
export interface CardReads {
  /** The answer to a read; undefined where there is nothing under that id, where it cannot be read now, or where enough was read. */
  body(reader: string, args: JsonObject): Promise<JsonObject | undefined>;
  /** Whether something could not be read that is there. */
  hasFailed(): boolean;
}

/** One card costs the account at most so many requests. */
const MAX_READS = 40;

export function createCardReads(catalog: Catalog, glance: Glance): CardReads {
  const kept = new Map<string, Promise<JsonObject | undefined>>();
  let failed = false;

  async function read(readerId: string, args: JsonObject): Promise<JsonObject | undefined> {
    const reader = catalog.find(readerId);
    if (!reader) return undefined;
    try {
      const body = await glance.read(reader, args);
      return isJsonObject(body) ? body : undefined;
    } catch (thrown) {
      // An id of another kind is refused as well; that it cannot be read then is no failure.
      const isAbsent = thrown instanceof HalyardError && ["not_found", "invalid_arguments", "rejected"].includes(thrown.code);
      if (!isAbsent) failed = true;
      return undefined;
    }
  }

  return {
    body(reader, args) {
      const key = `${reader} ${canonicalJson(args)}`;
      const known = kept.get(key);
      if (known) return known;
      if (kept.size >= MAX_READS) {
        failed = true;
        return Promise.resolve(undefined);
      }
      const reading = read(reader, args);
      kept.set(key, reading);
      return reading;
    },
    hasFailed: () => failed,
  };
}

/** The resources of an answer, one or many. */
export function resourcesOf(body: Json | undefined): JsonObject[] {
  const data = isJsonObject(body) ? body["data"] : undefined;
  return [data].flat().filter((one): one is JsonObject => isJsonObject(one));
}

/** The attributes of an answer's one resource, or of a resource itself; empty where there are none. */
export function attributesOf(resource: JsonObject | undefined): JsonObject {
  const inner = resource && isJsonObject(resource["data"]) ? resource["data"] : resource;
  return inner && isJsonObject(inner["attributes"]) ? inner["attributes"] : {};
}

/** A text member, or null. */
export function textIn(object: JsonObject, ...names: string[]): string | null {
  for (const name of names) {
    const value = object[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
}
