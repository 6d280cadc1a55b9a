import type { DoorRefusalKind } from "../gate/record/refusals.ts";
import { isJsonObject, type JsonObject } from "../lib/json.ts";
import { TOOLS } from "./tools.ts";

/** What is sent away behind our back: the SDK answers for a tool that does not exist, and drops a request that its caller cancels. */
export function refusedInside(message: JsonObject): DoorRefusalKind | undefined {
  const { method, params } = message;
  if (method === "notifications/cancelled") return "cancelled";
  if (method !== "tools/call") return undefined;
  const name = isJsonObject(params) ? params["name"] : undefined;
  return TOOLS.some((tool) => tool.name === name) ? undefined : "unknown_tool";
}
