import type { Operation } from "../../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../../catalog/request.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { Before } from "../undo/before-image.ts";
import type { Glance } from "../undo/before-image-reads.ts";
import type { GateParts } from "../call.ts";
import { audienceOf, estimateOf } from "./card-audience.ts";
import { changesOf, type Change } from "./card-changes.ts";
import { campaignContent, givenContent, messageContent, templatesContent, type Content, type ReadContent } from "./card-content.ts";
import { idsIn, nameOf, namesOf, readerOf, type Named } from "./card-names.ts";
import { sampleOfGroups, sampleOfNamed, type Sample } from "./card-people.ts";
import { attributesOf, createCardReads, resourcesOf, type CardReads } from "./card-reads.ts";
import { confusedNames } from "./card-warnings.ts";
import type { Audience, Card } from "./card.ts";
import { reachOf } from "./reach.ts";
import { digestOfSnapshot, snapshotOf, type Snapshot } from "./snapshot.ts";
import { argsOfLook } from "../undo/undo-table.ts";
import { NOTHING_READ, untrustedSight, type UntrustedSight } from "../privacy/taint.ts";

/** What the gate itself read of the thing that a write acts on: for the card, and to see at the use of it whether it is still so. */
export interface Sight {
  target: Card["target"];
  /** Lists and segments that the call is about as a whole. */
  audience: Audience[];
  /** Klaviyo's own count of whom a campaign reaches. */
  estimate: number | null;
  sample: Sample | null;
  names: Named[];
  changes: Change[];
  content: Content[];
  warnings: string[];
  snapshot: Snapshot;
  /** SHA-256 of the snapshot, hex; empty where there was nothing to read. */
  seen: string;
  /** What the agent has lately read that outsiders can write. */
  read: UntrustedSight;
  /** Whether the thing holds a piece of that. */
  holdsRead: boolean;
  /** What was there before, where the write can be undone. */
  before: Before;
}

export const NOTHING_SEEN: Sight = {
  target: null,
  audience: [],
  estimate: null,
  sample: null,
  names: [],
  changes: [],
  content: [],
  warnings: [],
  snapshot: { item: null, groups: [], content: [] },
  seen: "",
  read: NOTHING_READ,
  holdsRead: false,
  before: { state: "unread" },
};

interface Looking {
  parts: GateParts;
  reads: CardReads;
  operation: Operation;
  request: WireRequest;
  args: JsonObject;
}

/**
 * Reads what a write acts on: the item that its path names, or the one whose id its body names; with what hangs on it (messages, templates, audience) and the
 * names of the other ids. Everything is read by us, nothing taken from the agent. What cannot be read is shown by its id alone, and the card says so.
 */
export async function look(
  parts: GateParts,
  connection: ConnectionRow,
  operation: Operation,
  request: WireRequest,
  agentId: string,
  { glance, before, undone }: { glance: Glance; before: Before; undone: string },
): Promise<Sight> {
  const { policy } = await parts.policies.current(connection);
  const untrusted = await untrustedSight(parts, connection, agentId, policy.taint);
  const reads = createCardReads(parts.catalog, glance);
  const args = parseRequest(operation, request);
  const looking = { parts, reads, operation, request, args };
  const { target, body } = await targetOf(looking);
  const [resource] = resourcesOf(body);
  const item = resource ? attributesOf(resource) : null;
  const [audience, estimate, read, names] = await Promise.all([
    audienceOf(reads, operation, args, item),
    estimateOf(reads, operation, args),
    contentOf(looking, body),
    namesOf(parts.catalog, reads, operation.channel, idsIn(request)),
  ]);
  const isOfGroups = ["groups", "campaign", "message"].includes(reachOf(operation, args).kind);
  const digest = JSON.stringify([request.operation, request.path, connection.id]);
  const included = audience.filter(({ excluded }) => !excluded);
  const sample = isOfGroups ? await sampleOfGroups(parts.vault, reads, digest, included) : sampleOfNamed(parts.vault, digest, args);
  const snapshot = snapshotOf(body ?? null, isOfGroups ? audience : [], read, undone);
  const confused = await confusedNames(parts.catalog, reads, operation, args, target, audience);
  return {
    target,
    audience,
    estimate,
    sample,
    names,
    changes: changesOf(request, item),
    content: [...read.map(({ shown }) => shown), ...givenContent(args)],
    warnings: [...confused, ...(reads.hasFailed() ? ["Not all of it could be read: what is missing here is not checked."] : [])],
    snapshot,
    seen: digestOfSnapshot(snapshot),
    read: untrusted,
    holdsRead: body !== undefined && someText(body, untrusted.holds),
    before,
  };
}

async function targetOf({
  parts,
  reads,
  operation,
  request,
  args,
}: Looking): Promise<{ target: Card["target"]; body?: JsonObject | undefined }> {
  const id = args["id"] ?? (operation.id === "schedule_campaign_message_beta" ? args["campaign_message"] : undefined);
  if (typeof id !== "string") return { target: null };
  const reader = itemReaderOf(parts, operation, request);
  if (!reader) return { target: { id, type: operation.resource ?? "object", name: null } };
  const type = reader.resource ?? "object";
  const body = await reads.body(
    reader.id,
    argsOfLook(operation, args, reader.id, furtherOf(type, operation)) ?? { id, ...furtherOf(type, operation) },
  );
  const [resource] = resourcesOf(body);
  return { target: { id, type, name: resource ? nameOf(resource) : null }, body };
}

/** What has to be read along with the item, since the write acts on it as well. */
function furtherOf(type: string, { channel, effect }: Operation): JsonObject {
  if (type === "campaign" && channel === "stable") return { include: ["campaign-messages"] };
  return type === "flow" && effect.kind !== "delete" ? { additional_fields_flow: ["definition"] } : {};
}

function itemReaderOf({ catalog }: GateParts, operation: Operation, { path }: WireRequest): Operation | undefined {
  const collection = path.split("/")[2] ?? "";
  const isInPath = operation.args.some((arg) => arg.in === "path") && collection !== "campaign-send-jobs";
  if (isInPath)
    return catalog.operations.find(
      (one) => one.shape === "item" && one.channel === operation.channel && one.path === `/api/${collection}/{id}`,
    );
  // A send job is about the campaign whose id it has.
  const isOfCampaign = /^campaign-(send-job|recipient)/.test(operation.resource ?? "");
  const type = isOfCampaign ? "campaign" : operation.id === "schedule_campaign_message_beta" ? "campaign-message" : operation.resource;
  return type === null ? undefined : readerOf(catalog, type, operation.channel, "item");
}

/** What people will read because of the call, as far as Klaviyo keeps it: the messages of a campaign, the templates of a flow. */
async function contentOf({ reads, operation, request, args }: Looking, body: JsonObject | undefined): Promise<ReadContent[]> {
  if (operation.id === "send_campaign") return body ? campaignContent(reads, body) : [];
  if (operation.id === "schedule_campaign_message_beta") {
    const [message] = resourcesOf(body);
    return message ? [await messageContent(reads, message)] : [];
  }
  const isMadeLive = operation.id === "update_flow" && args["status"] === "live";
  const ids = new Set(isMadeLive ? templateIdsIn(body) : (idsIn(request).get("template") ?? []));
  return templatesContent(reads, [...ids]);
}

function templateIdsIn(body: JsonObject | undefined): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!isJsonObject(value)) return;
    if (typeof value["template_id"] === "string") found.push(value["template_id"]);
    Object.values(value).forEach(walk);
  };
  walk(body);
  return found;
}

function someText(value: Json, is: (text: string) => boolean): boolean {
  if (typeof value === "string") return is(value);
  if (Array.isArray(value)) return value.some((item) => someText(item, is));
  return isJsonObject(value) && Object.values(value).some((inner) => someText(inner, is));
}
