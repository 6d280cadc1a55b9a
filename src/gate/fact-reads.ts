import { buildRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Credentials } from "../klaviyo/signing.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { GateParts } from "./call.ts";
import { credentialsOf } from "./credentials.ts";

/** What the gate reads for its facts, each thing once for a call. */
export interface FactReads {
  /** The attributes of one object, by the operation that reads it. Throws where it cannot be read. */
  attributes(reader: string, id: string, more?: JsonObject): Promise<JsonObject>;
  /** The id of the object that another belongs to. */
  related(reader: string, id: string): Promise<string>;
  /** The ids of all objects that belong to another; one that is to have a single one counts as a list of it. */
  allRelated(reader: string, id: string): Promise<string[]>;
  /** Ids of the lists and segments that a campaign, or a message of the beta, goes to. */
  audience(of: "campaign" | "message", id: string): Promise<string[]>;
  /** What an id of a list or segment stands for, and how many are in it. */
  group(id: string): Promise<{ type: "list" | "segment"; size: number }>;
}

/** More groups than this are not counted for one call: each costs a read that Klaviyo allows 15 times a minute. */
const MAX_GROUPS = 10;

export function createFactReads(parts: GateParts, connection: ConnectionRow): FactReads {
  const kept = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = kept.get(key) as Promise<T> | undefined;
    if (known) return known;
    const reading = read();
    kept.set(key, reading);
    return reading;
  };
  const credentials = (): Promise<Credentials> => once("credentials", () => credentialsOf(parts, connection));

  async function dataOf(readerId: string, id: string, more: JsonObject): Promise<Json | undefined> {
    const reader = parts.catalog.find(readerId);
    if (!reader) throw unreadable();
    const request = buildRequest(reader, { id, ...more }, { account_id: connection.account_id });
    const { body } = await parts.client.read(reader, request, await credentials());
    return isJsonObject(body) ? body["data"] : undefined;
  }

  async function resource(readerId: string, id: string, more: JsonObject): Promise<JsonObject> {
    const data = await dataOf(readerId, id, more);
    if (!isJsonObject(data)) throw unreadable();
    return data;
  }

  async function attributes(reader: string, id: string, more: JsonObject = {}): Promise<JsonObject> {
    const { attributes: found } = await once(`${reader} ${id}`, () => resource(reader, id, more));
    if (!isJsonObject(found)) throw unreadable();
    return found;
  }

  return {
    attributes,
    async related(reader, id) {
      const { id: found } = await once(`${reader} ${id}`, () => resource(reader, id, {}));
      if (typeof found !== "string") throw unreadable();
      return found;
    },
    async allRelated(reader, id) {
      const data = await once(`${reader} ${id} all`, () => dataOf(reader, id, {}));
      const ids = [data].flat().map((one) => (isJsonObject(one) ? one["id"] : undefined));
      if (ids.length > MAX_GROUPS || !ids.every((one) => typeof one === "string")) throw unreadable();
      return ids;
    },
    async audience(of, id) {
      const named =
        of === "campaign" ? await attributes("get_campaign", id) : await attributes("get_audience_for_campaign_message_beta", id);
      const audiences = of === "campaign" ? named["audiences"] : named["definition"];
      const included = isJsonObject(audiences) ? audiences["included"] : undefined;
      if (!Array.isArray(included)) throw unreadable();
      const ids = included.map((group) => (isJsonObject(group) ? group["id"] : group)).filter((group) => typeof group === "string");
      if (ids.length !== included.length || ids.length > MAX_GROUPS) throw unreadable();
      return ids;
    },
    group: (id) =>
      once(`group ${id}`, async () => {
        for (const type of ["list", "segment"] as const) {
          const found = await attributes(`get_${type}`, id, { [`additional_fields_${type}`]: ["profile_count"] }).catch(notFound);
          const size = found?.["profile_count"];
          if (found && Number.isSafeInteger(size)) return { type, size: Number(size) };
        }
        throw unreadable();
      }),
  };
}

/** It may be of the other kind; any other failure is one. */
function notFound(thrown: unknown): undefined {
  if (thrown instanceof HalyardError && thrown.code === "not_found") return undefined;
  throw thrown;
}

function unreadable(): HalyardError {
  return new HalyardError("answer_malformed", "What the account answered does not tell it.");
}
