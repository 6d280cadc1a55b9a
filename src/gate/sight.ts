import { createHash } from "node:crypto";
import type { Operation } from "../catalog/operation.ts";
import { buildRequest, parseRequest, type WireRequest } from "../catalog/request.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Credentials } from "../klaviyo/signing.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { GateParts } from "./call.ts";
import type { Before } from "./before-image.ts";
import type { Glance } from "./before-image-reads.ts";
import type { Audience, Card } from "./card.ts";
import { credentialsOf } from "./credentials.ts";
import { VOLATILE } from "./undo-drift.ts";
import { recipeOf } from "./undo-table.ts";

/** What the gate itself read of the thing that a write acts on: for the card, and to see at the use of it whether it is still so. */
export interface Sight {
  target: Card["target"];
  /** Whom a campaign goes to. */
  audience: Audience[];
  /** SHA-256 of what was read, hex; empty where there was nothing to read. */
  seen: string;
  /** What was there before, where the write can be undone. */
  before: Before;
}

export const NOTHING_SEEN: Sight = { target: null, audience: [], seen: "", before: { state: "unread" } };

/** More lists and segments than this are named without their numbers: each costs a request that Klaviyo allows 15 times a minute. */
const MAX_COUNTED = 5;

/**
 * Reads what a write acts on: the item that its path names, or the one whose id its body names, with a campaign's messages and audience.
 * Names are read by us, never taken from the agent. What cannot be read is shown by its id alone.
 */
export async function look(
  parts: GateParts,
  connection: ConnectionRow,
  operation: Operation,
  request: WireRequest,
  { glance, before }: { glance: Glance; before: Before },
): Promise<Sight> {
  const args = parseRequest(operation, request);
  const id = args["id"];
  if (typeof id !== "string") return { ...NOTHING_SEEN, before };
  const reader = readerOf(parts, operation, request);
  if (!reader) return { target: { id, type: operation.resource ?? "object", name: null }, audience: [], seen: "", before };
  const type = reader.resource ?? "object";
  try {
    const credentials = await credentialsOf(parts, connection);
    const withMessages = type === "campaign" && operation.channel === "stable" ? { include: ["campaign-messages"] } : {};
    const body = await glance.read(reader, argsKept(operation, args, reader) ?? { id, ...withMessages });
    const attributes = attributesOf(body);
    const audience = operation.id === "send_campaign" ? await audienceOf(parts, credentials, attributes) : [];
    const name = attributes["name"] ?? attributes["label"] ?? attributes["title"] ?? attributes["email"];
    return {
      target: { id, type, name: typeof name === "string" ? name : null },
      audience,
      seen: digestOf([lasting(body), asJson(audience)]),
      before,
    };
  } catch {
    return { target: { id, type, name: null }, audience: [], seen: "", before };
  }
}

/** How the before-image reads the same thing, so that it is not read twice. */
function argsKept(operation: Operation, args: JsonObject, reader: Operation): JsonObject | undefined {
  const recipe = recipeOf(operation.id);
  if (recipe.undo === "none") return undefined;
  return recipe.looks.find((one) => one.operation === reader.id)?.args(args, {})[0];
}

function readerOf({ catalog }: GateParts, operation: Operation, { path }: WireRequest): Operation | undefined {
  const collection = path.split("/")[2] ?? "";
  const isInPath = operation.args.some((arg) => arg.in === "path");
  // A send job is about the campaign whose id it has.
  const type =
    operation.resource?.startsWith("campaign-send-job") || operation.resource?.startsWith("campaign-recipient")
      ? "campaign"
      : operation.resource;
  return catalog.operations.find(
    (candidate) =>
      candidate.shape === "item" &&
      candidate.channel === operation.channel &&
      (isInPath && collection !== "campaign-send-jobs" ? candidate.path === `/api/${collection}/{id}` : candidate.resource === type),
  );
}

async function audienceOf(parts: GateParts, credentials: Credentials, { audiences }: JsonObject): Promise<Audience[]> {
  const included = isJsonObject(audiences) && Array.isArray(audiences["included"]) ? audiences["included"] : [];
  const ids = included.filter((id) => typeof id === "string");
  const counted = await Promise.all(ids.slice(0, MAX_COUNTED).map((id) => countGroup(parts, credentials, id)));
  return [...counted, ...ids.slice(MAX_COUNTED).map((id): Audience => ({ id, type: "list or segment", name: null, people: null }))];
}

async function countGroup({ catalog, client }: GateParts, credentials: Credentials, id: string): Promise<Audience> {
  for (const type of ["list", "segment"] as const) {
    const reader = catalog.find(`get_${type}`);
    if (!reader) continue;
    try {
      const request = buildRequest(reader, { id, [`additional_fields_${type}`]: ["profile_count"] }, { account_id: credentials.accountId });
      const { name, profile_count: people } = attributesOf((await client.read(reader, request, credentials)).body);
      return { id, type, name: typeof name === "string" ? name : null, people: typeof people === "number" ? people : null };
    } catch {
      // Not of this kind, or not to be read now: the other kind, or the id alone.
    }
  }
  return { id, type: "list or segment", name: null, people: null };
}

function attributesOf(body: Json | null): JsonObject {
  const data = isJsonObject(body) ? body["data"] : undefined;
  return isJsonObject(data) && isJsonObject(data["attributes"]) ? data["attributes"] : {};
}

/** The document without what moves by itself. */
function lasting(value: Json): Json {
  if (Array.isArray(value)) return value.map(lasting);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (VOLATILE.has(name) ? [] : [[name, lasting(inner)]])));
}

function asJson(audience: Audience[]): Json {
  return audience.map(({ id, type, name, people }) => ({ id, type, name, people }));
}

function digestOf(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
