import type { Catalog } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import { buildRequest, type WireRequest } from "../catalog/request.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Client } from "../klaviyo/client.ts";
import type { Credentials } from "../klaviyo/signing.ts";
import type { Card } from "./card.ts";

/**
 * What a write acts on, with its name as Klaviyo has it now: the item that the path names, or the one whose id the body names. The name is read by us, never taken
 * from the agent. No name is no obstacle: the card then shows the id alone.
 */
export async function lookUpTarget(
  catalog: Catalog,
  client: Client,
  credentials: Credentials,
  operation: Operation,
  request: WireRequest,
  args: JsonObject,
): Promise<Card["target"]> {
  const id = typeof args["id"] === "string" ? args["id"] : undefined;
  if (id === undefined) return null;
  const collection = request.path.split("/")[2] ?? "";
  const bodyType = operation.args.some((arg) => arg.in === "path") ? undefined : (operation.resource ?? undefined);
  const reader = catalog.operations.find(
    ({ shape, path, channel, resource }) =>
      shape === "item" &&
      channel === operation.channel &&
      (bodyType === undefined ? path === `/api/${collection}/{id}` : resource === targetType(bodyType)),
  );
  if (!reader) return { id, type: operation.resource ?? "object", name: null };
  const type = reader.resource ?? "object";
  try {
    const { body } = await client.read(reader, buildRequest(reader, { id }, { account_id: credentials.accountId }), credentials);
    return { id, type, name: nameIn(body) };
  } catch {
    return { id, type, name: null };
  }
}

/** A send job is about the campaign whose id it has. */
function targetType(bodyType: string): string {
  return bodyType === "campaign-send-job" || bodyType === "campaign-recipient-estimation-job" ? "campaign" : bodyType;
}

function nameIn(body: Json | null): string | null {
  const data = isJsonObject(body) ? body["data"] : undefined;
  const attributes = isJsonObject(data) ? data["attributes"] : undefined;
  if (!isJsonObject(attributes)) return null;
  const name = attributes["name"] ?? attributes["label"] ?? attributes["title"] ?? attributes["email"];
  return typeof name === "string" ? name : null;
}
