import type { Json, JsonObject } from "../../lib/json.ts";
import { numberOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";

/** Reads one nullable member of a body: as it was when the body does not name it, null where it is cleared. */
export function given<T>(value: Json | undefined, before: T | null, read: (value: Json | undefined) => T | undefined): T | null {
  return value === undefined ? before : (read(value) ?? null);
}

/** 400 for what is no colour in hex; null and what is not there are none of its business, as in all of these. */
export function checkHex(value: Json | undefined, pointer: string): void {
  if (value != null && !/^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(textOf(value) ?? ""))
    refuse("invalid", "A colour is written in hex, such as '#0b3d2e'.", { source: { pointer } });
}

/** Any absolute address will do (assumed): links of mails lead to mailboxes and telephones too. */
export function checkAddress(value: Json | undefined, pointer: string): void {
  if (value != null && !URL.canParse(textOf(value) ?? "")) refuse("invalid", "A link needs a whole address.", { source: { pointer } });
}

/** Sizes are of pixels, one at least (assumed). */
export function checkPixels(value: Json | undefined, pointer: string): void {
  if (value != null && (numberOf(value) ?? 0) < 1) refuse("invalid", "A size must be at least one pixel.", { source: { pointer } });
}

/** The same object with the members that the schema has a default for. */
export function withDefault(value: Json | undefined, fallback: JsonObject): JsonObject {
  return { ...fallback, ...(typeof value === "object" && !Array.isArray(value) ? value : null) };
}
