import { parseIso } from "../../../lib/clock.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";

/** What a row of an answer has to do with a request: its work, something that only has its name, or something else. */
export type Likeness = "same" | "near" | "other";

/**
 * Holds a row against the resource that a request wanted made. `identity` names the attributes that tell one thing from another: without them equal it
 * is something else. Of the rest every leaf that both state must agree; what only one of them states (defaults, secrets) says nothing.
 */
export function likenessOf(wanted: JsonObject, row: JsonObject, identity: readonly string[]): Likeness {
  const [given, read] = [memberOf(wanted, "attributes"), memberOf(row, "attributes")];
  for (const path of identity) {
    const value = at(given, path);
    if (value !== undefined && !agree(value, at(read, path) ?? null)) return "other";
  }
  const isSame = agree(given, read) && agree(linksOf(wanted), linksOf(row));
  return isSame ? "same" : "near";
}

/** Whether every leaf that both have is equal. Lists must be of one length, whatever their order. */
export function agree(given: Json, read: Json): boolean {
  if (isJsonObject(given) && isJsonObject(read)) {
    return Object.entries(given).every(([name, value]) => {
      const other = read[name];
      return other === undefined || agree(value, other);
    });
  }
  if (Array.isArray(given) && Array.isArray(read)) {
    return given.length === read.length && given.every((value) => read.some((other) => agree(value, other)));
  }
  if (typeof given === "string" && typeof read === "string") return plain(given) === plain(read) || isSameInstant(given, read);
  return given === read;
}

/** How many leaves both state: nothing in common proves nothing. */
export function sharedLeaves(given: Json, read: Json): number {
  if (isJsonObject(given) && isJsonObject(read)) {
    return Object.entries(given).reduce((sum, [name, value]) => {
      const other = read[name];
      return other === undefined ? sum : sum + sharedLeaves(value, other);
    }, 0);
  }
  return 1;
}

/** Text without what Klaviyo changes in it: white space around it, and in HTML between tags, and the empty head that it puts in. */
function plain(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("<") ? trimmed.replace("<head></head>", "").replaceAll(/>\s+</g, "><") : trimmed;
}

function isSameInstant(one: string, other: string): boolean {
  const [a, b] = [parseIso(one), parseIso(other)];
  return a !== undefined && b !== undefined && Math.floor(a / 1000) === Math.floor(b / 1000);
}

export function memberOf(value: Json | undefined, name: string): JsonObject {
  const member = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(member) ? member : {};
}

/** The value at a dotted path. */
function at(value: JsonObject, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const name of path.split(".")) found = isJsonObject(found) ? found[name] : undefined;
  return found;
}

/** Relationships by name as their ids, where they are stated. */
function linksOf(resource: JsonObject): JsonObject {
  const links = Object.entries(memberOf(resource, "relationships")).flatMap(([name, value]) => {
    const data = isJsonObject(value) ? value["data"] : undefined;
    const ids = Array.isArray(data) ? data.map(idOf) : idOf(data);
    return data === undefined || data === null ? [] : [[name, ids] as const];
  });
  return Object.fromEntries(links);
}

function idOf(value: Json | undefined): Json {
  return isJsonObject(value) ? (value["id"] ?? null) : null;
}
