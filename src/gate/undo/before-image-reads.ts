import { mustFind, type Catalog } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import { buildRequest } from "../../catalog/request.ts";
import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { readPages } from "../../klaviyo/paging.ts";
import type { Credentials } from "../../klaviyo/signing.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { GateParts } from "../call.ts";
import { credentialsOf } from "../credentials.ts";
import type { Look, Reading, Resource, Was } from "./undo-recipe.ts";

/** More than this of one thing is not kept: a write on it cannot be undone by us. */
const MAX_ROWS = 10_000;
const MAX_PAGES = 500;

/** Reads for one decision: what the card and the before-image both want is read once. */
export interface Glance {
  /** The body of a successful answer. Throws what `Client.read` throws. */
  read(operation: Operation, args: JsonObject): Promise<Json | null>;
  /** Every row of a list, its pages together. More than can be kept is `too_large`. */
  list(operation: Operation, args: JsonObject): Promise<{ rows: Json[]; included: Json[] }>;
}

export function createGlance(parts: Pick<GateParts, "client" | "store" | "vault">, connection: ConnectionRow): Glance {
  const seen = new Map<string, Promise<Json | null>>();
  let opened: Promise<Credentials> | undefined;
  const credentials = (): Promise<Credentials> => (opened ??= credentialsOf(parts, connection));
  const requestOf = (operation: Operation, args: JsonObject) => buildRequest(operation, args, { account_id: connection.account_id });

  async function fetch(operation: Operation, args: JsonObject): Promise<Json | null> {
    return (await parts.client.read(operation, requestOf(operation, args), await credentials())).body;
  }

  return {
    read(operation, args) {
      const key = `${operation.id} ${canonicalJson(args)}`;
      const known = seen.get(key) ?? fetch(operation, args);
      seen.set(key, known);
      return known;
    },
    async list(operation, args) {
      const size = operation.page?.size;
      const asked = size ? { page_size: size.max, ...args } : args;
      const all = { rows: [] as Json[], included: [] as Json[] };
      let isCut = false;
      const pages = readPages(parts.client, operation, requestOf(operation, asked), await credentials(), {
        maxRows: MAX_ROWS,
        maxPages: MAX_PAGES,
      });
      for await (const { rows, included, hasMore } of pages) {
        all.rows.push(...rows);
        all.included.push(...included);
        isCut = hasMore;
      }
      if (isCut) throw new HalyardError("too_large", "There is more of it than Halyard keeps.");
      return all;
    },
  };
}

/** Carries out the reads of a before-image, in order. What is missing and must be there is `not_found`; other failures as they come. */
export async function lookAll(glance: Glance, catalog: Catalog, looks: Look[], call: JsonObject): Promise<Was> {
  const was: Was = {};
  for (const look of looks) {
    const operation = mustFind(catalog, look.operation);
    const readings: Reading[] = [];
    for (const args of look.args(call, was)) readings.push(await lookOnce(glance, operation, look, args, call));
    was[look.as] = readings;
  }
  return was;
}

async function lookOnce(glance: Glance, operation: Operation, look: Look, args: JsonObject, call: JsonObject): Promise<Reading> {
  const of = typeof args["id"] === "string" ? args["id"] : "";
  try {
    const isPaged = operation.page !== null;
    const found = isPaged ? { ...(await glance.list(operation, args)), isList: true } : answered(await glance.read(operation, args));
    const rows = found.rows.flatMap(resourceOf).filter((row) => look.keep?.(row, call) ?? true);
    return { of, rows, included: found.included.flatMap(resourceOf), isList: found.isList };
  } catch (thrown) {
    if (look.mayBeMissing && thrown instanceof HalyardError && thrown.code === "not_found")
      return { of, rows: [], included: [], isList: false };
    throw thrown;
  }
}

function answered(body: Json | null): { rows: Json[]; included: Json[]; isList: boolean } {
  const { data = null, included = [] } = isJsonObject(body) ? body : {};
  const rows = Array.isArray(data) ? data : data === null ? [] : [data];
  return { rows, included: Array.isArray(included) ? included : [], isList: Array.isArray(data) };
}

/** The resources in an answer to a write: one, many or none. */
export function resourcesIn(body: Json | null): Resource[] {
  return answered(body).rows.flatMap(resourceOf);
}

function resourceOf(value: Json): Resource[] {
  if (!isJsonObject(value) || typeof value["id"] !== "string" || typeof value["type"] !== "string") return [];
  const { type, id, attributes, relationships, meta } = value;
  const linked = Object.entries(isJsonObject(relationships) ? relationships : {}).flatMap(([name, one]): [string, Json][] =>
    isJsonObject(one) && one["data"] !== undefined ? [[name, one["data"]]] : [],
  );
  return [
    {
      type,
      id,
      attributes: isJsonObject(attributes) ? attributes : {},
      relationships: Object.fromEntries(linked),
      meta: isJsonObject(meta) ? meta : {},
    },
  ];
}
