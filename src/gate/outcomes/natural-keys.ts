import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";

/** Where an operation takes a key under which Klaviyo drops a repetition, and the agent need not give one. */
const UNIQUE_IDS: Record<string, (args: JsonObject, fill: Fill) => JsonObject> = {
  create_event: (args, fill) => fill(args, ""),
  create_client_event: (args, fill) => fill(args, ""),
  bulk_create_events: (args, fill) => ({
    ...args,
    events_bulk_create: mapObjects(args["events_bulk_create"], (group, i) => ({
      ...group,
      events: mapObjects(group["events"], (event, j) => fill(event, `${i}.${j}`)),
    })),
  }),
  bulk_create_client_events: (args, fill) => ({ ...args, events: mapObjects(args["events"], (event, j) => fill(event, String(j))) }),
};

type Fill = (event: JsonObject, place: string) => JsonObject;

/** The arguments with every key that the agent left out, or `undefined` where none is missing. The same `seed` gives the same keys. */
export function withNaturalKeys(operationId: string, args: JsonObject, seed: string): JsonObject | undefined {
  let isFilled = false;
  const filled = UNIQUE_IDS[operationId]?.(args, (event, place) => {
    if (event["unique_id"] !== undefined && event["unique_id"] !== null) return event;
    isFilled = true;
    return { ...event, unique_id: keyOf(seed, place) };
  });
  return isFilled ? filled : undefined;
}

/** What a key is made of: who asks what of which account, and how often exactly that has been done before. */
export function keySeed(agentId: string, accountId: string, operationId: string, args: JsonObject, generation: number): string {
  return canonicalJson([agentId, accountId, operationId, args, generation]);
}

function keyOf(seed: string, place: string): string {
  return `halyard-${createHash("sha256")
    .update(canonicalJson([seed, place]))
    .digest("hex")
    .slice(0, 32)}`;
}

function mapObjects(value: Json | undefined, change: (object: JsonObject, i: number) => JsonObject): Json {
  return Array.isArray(value) ? value.map((one, i) => (isJsonObject(one) ? change(one, i) : one)) : (value ?? null);
}
