import type { Operation } from "../../src/catalog/operation.ts";
import type { Schema } from "../../src/catalog/schema.ts";
import { definition, inputSchema } from "../../src/catalog/validation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";
import { sampleArgs, type Fill } from "../fixtures/sample-args.ts";
import { createLiveIds, pathType, type LiveIds } from "./live-ids.ts";
import { OVERRIDES } from "./overrides.ts";
import type { Shop } from "./shop.ts";

/** Attributes that hold ids without saying so in their schema. */
const ID_ATTRIBUTES: Record<string, string> = {
  metric_id: "metric",
  conversion_metric_id: "metric",
  profile_id: "profile",
  list_id: "list",
  segment_id: "segment",
  template_id: "template",
  included: "list",
  excluded: "list",
  group_ids: "list",
};

/** Attributes that take few texts without being an enum. */
const TEXTS: Record<string, string> = {
  catalog_type: "$default",
  value_currency: "USD",
  timezone: "UTC",
  namespace: "custom-objects",
  secret_key: "0123456789abcdef",
};

export interface Requests {
  /** Ids as a client of the operation's channel finds them. */
  idsFor(operation: Pick<Operation, "channel">): LiveIds;
  /** Arguments that the account accepts. What is changed or deleted was made for it, where it can be. */
  argsFor(operation: Operation, fill?: Fill): Promise<JsonObject>;
}

/** Makes valid arguments: the schema's sample, with ids of this account and texts that nobody else has. */
export function createRequests(shop: Shop): Requests {
  let serial = 0;
  const reached = { stable: shop.as("stable"), beta: shop.as("beta") };
  const live = {
    stable: createLiveIds(reached.stable, (operation) => argsFor(operation)),
    beta: createLiveIds(reached.beta, (operation) => argsFor(operation)),
  };
  const idsFor: Requests["idsFor"] = ({ channel }) => live[channel];

  const fit = async (operation: Operation, schema: Schema, value: Json, name: string): Promise<Json> => {
    const ids = idsFor(operation);
    if (schema.$ref !== undefined) return fit(operation, definition(operation, schema.$ref), value, name);
    const identifier = schema["x-wire"]?.find((envelope) => envelope.kind === "identifier");
    const type = identifier?.type ?? ID_ATTRIBUTES[name];
    if (typeof value === "string" && type !== undefined) return operation.effect.kind === "delete" ? ids.fresh(type) : ids.one(type);
    if (typeof value === "string") return TEXTS[name] ?? unique(value, ++serial);
    const branch = schema.anyOf?.find((one) => one.type !== "null");
    if (branch) return fit(operation, branch, value, name);
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (const one of value) items.push(await fit(operation, schema.items ?? {}, one, name));
      return items;
    }
    if (!isJsonObject(value)) return value;
    const members: JsonObject = {};
    for (const [key, one] of Object.entries(value)) members[key] = await fit(operation, schema.properties?.[key] ?? {}, one, key);
    const isPerson = schema["x-wire"]?.some((envelope) => envelope.kind === "resource" && envelope.type === "profile");
    return isPerson ? identified(members, schema, ++serial) : members;
  };

  const argsFor = async (operation: Operation, fill: Fill = "required"): Promise<JsonObject> => {
    const { properties = {} } = inputSchema(operation);
    const replaced = (await OVERRIDES[operation.id]?.args({ ids: idsFor(operation), shop: reached[operation.channel] })) ?? {};
    const args: JsonObject = {};
    for (const [name, value] of Object.entries(sampleArgs(operation, fill))) {
      const arg = operation.args.find((one) => one.name === name);
      if (name in replaced || (arg?.in === "query" && fill === "all" && !arg.required)) continue;
      if (arg?.in === "query" || arg?.in === "file") args[name] = value;
      else if (arg?.in === "path") args[name] = await pathId(operation, value);
      else args[name] = await fit(operation, properties[name] ?? {}, value, name);
    }
    for (const [name, value] of Object.entries(replaced)) if (value !== undefined) args[name] = value;
    const isPerson = operation.body?.type === "profile" && operation.body.form === "resource" && operation.method === "POST";
    return isPerson ? identified(args, inputSchema(operation), ++serial) : args;
  };
  const pathId = async (operation: Operation, value: Json): Promise<Json> => {
    const type = pathType(reached[operation.channel].operations, operation.path);
    if (type === undefined) return value;
    return operation.method === "GET" ? idsFor(operation).one(type) : idsFor(operation).fresh(type);
  };
  return { idsFor, argsFor };
}

/** No schema says that a profile needs one of its identifiers, and that Klaviyo's own must be those of somebody. */
function identified(person: JsonObject, { properties = {} }: Schema, serial: number): JsonObject {
  const { id: _, _kx: __, anonymous_id: ___, ...known } = person;
  const has = ["email", "phone_number", "external_id"].some((name) => name in known);
  return has || !properties["email"] ? known : { ...known, email: `person${serial}@example.com` };
}

/** The sample's texts are the same every time; names, addresses and codes of an account must differ. */
function unique(value: string, serial: number): string {
  if (value === "Abc123") return `Abc${1000 + serial}`;
  if (value === "ada@example.com") return `ada${serial}@example.com`;
  return value === "+15005550006" ? `+1500555${1000 + serial}` : value;
}
