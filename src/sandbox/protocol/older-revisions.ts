import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";

/** Since this revision a person has conversations; before, one at most (behaviour.md §1.2). */
const MANY_CONVERSATIONS = "2026-07-15";

/** The query of a request in today's words, whatever revision it was written for. */
export function inTodaysWords(
  revision: string | undefined,
  pairs: readonly (readonly [name: string, value: string])[],
): [name: string, value: string][] {
  return pairs.map(([name, value]) => [
    name,
    isOlder(revision) && name === "include"
      ? value
          .split(",")
          .map((each) => (each === "conversation" ? "conversations" : each))
          .join(",")
      : value,
  ]);
}

/** An answer as the revision that was asked for shows it. */
export function asShownThen(revision: string | undefined, body: JsonObject | undefined): JsonObject | undefined {
  if (!body || !isOlder(revision)) return body;
  const shown = Object.entries(body).map(([name, value]): [string, Json] => {
    if (name !== "data" && name !== "included") return [name, value];
    return [name, Array.isArray(value) ? value.map(withOneConversation) : withOneConversation(value)];
  });
  return Object.fromEntries(shown);
}

function isOlder(revision: string | undefined): boolean {
  return revision !== undefined && revision < MANY_CONVERSATIONS;
}

function withOneConversation(resource: Json): Json {
  if (!isJsonObject(resource) || resource["type"] !== "profile" || !isJsonObject(resource["relationships"])) return resource;
  const renamed = Object.entries(resource["relationships"]).map(([name, relation]): [string, Json] =>
    name === "conversations" && isJsonObject(relation) ? ["conversation", toOne(relation)] : [name, relation],
  );
  return { ...resource, relationships: Object.fromEntries(renamed) };
}

function toOne({ data, links }: JsonObject): JsonObject {
  const addresses = Object.entries(isJsonObject(links) ? links : {}).map(([name, url]) => [
    name,
    String(url).replace(/conversations\/$/, "conversation/"),
  ]);
  return { ...(Array.isArray(data) && { data: data[0] ?? null }), links: Object.fromEntries(addresses) as JsonObject };
}
