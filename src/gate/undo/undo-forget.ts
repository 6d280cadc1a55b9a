import { parseRequest } from "../../catalog/request.ts";
import { isJsonObject, type Json } from "../../lib/json.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import type { Tables } from "../../store/tables.ts";
import type { GateParts } from "../call.ts";
import type { Departure } from "../dispatch.ts";
import { openKept, openSteps } from "./undo-opening.ts";

/** What is kept longer than it can be used is erased; gives how many. Safe to run in several processes at once. */
export async function eraseOver(parts: GateParts): Promise<number> {
  const now = parts.clock.now();
  let erased = 0;
  for (const row of await parts.store.beforeImages.listOver(now, 500)) {
    if (await parts.store.transaction((tables) => erase(parts, tables, row, "its time is over"))) erased++;
  }
  return erased;
}

/** Erases what is kept of one call, on the record. */
export async function erase(parts: GateParts, tables: Tables, row: BeforeImageRow, reason: string): Promise<boolean> {
  const at = parts.clock.now();
  if (!(await tables.beforeImages.erase(row.call_id, at))) return false;
  await tables.audit.append({
    at,
    event: "before_image.erased",
    call_id: row.call_id,
    connection_id: row.connection_id,
    fields: { reason },
  });
  return true;
}

/** Calls that erase a person for good: what was kept of them goes with them, or an undo would bring them back. */
export const ERASES_A_PERSON = new Set(["request_profile_deletion"]);

/**
 * Erases what is kept of calls that were about a person, in the transaction of the outcome of their erasure. The person is known by what the call
 * names, and by every other identifier that stands beside it in what is kept.
 */
export async function forgetPerson(parts: GateParts, tables: Tables, { operation, request, connection }: Departure): Promise<void> {
  const rows = await tables.beforeImages.listKept(connection.id);
  const kept = rows.flatMap((row) => {
    const texts = textsOf(parts, row);
    return texts ? [{ row, ...texts }] : [];
  });
  const names = new Set(leavesIn(parseRequest(operation, request)).filter((text) => text !== ""));
  const people = kept.flatMap((one) => one.people);
  for (let known = -1; known !== names.size;) {
    known = names.size;
    for (const person of people) if (person.some((text) => names.has(text))) for (const text of person) names.add(text);
  }
  for (const { row, all } of kept) if (all.some((text) => names.has(text))) await erase(parts, tables, row, "the person was erased");
}

/** Every text that is kept of a call, and the identifiers of each person in it; undefined where nothing can be read any more. */
function textsOf(parts: GateParts, row: BeforeImageRow): { all: string[]; people: string[][] } | undefined {
  const kept = openKept(parts, row);
  if (!kept) return undefined;
  const { args, was, afterwards, made } = kept;
  const whole = JSON.parse(JSON.stringify([args, was, afterwards, made, openSteps(parts, row) ?? []])) as Json;
  return { all: leavesIn(whole), people: peopleIn(whole) };
}

const IDENTIFIERS = ["email", "phone_number", "external_id"];

function peopleIn(value: Json): string[][] {
  if (Array.isArray(value)) return value.flatMap(peopleIn);
  if (!isJsonObject(value)) return [];
  const inner = Object.values(value).flatMap(peopleIn);
  const { type, id, attributes } = value;
  const holder = isJsonObject(attributes) ? attributes : value;
  const own = [type === "profile" || type === undefined ? id : undefined, ...IDENTIFIERS.map((name) => holder[name])];
  const named = own.flatMap((text) => (typeof text === "string" && text !== "" ? [text.toLowerCase()] : []));
  return named.length > 1 ? [named, ...inner] : inner;
}

/** Emails are compared without their case. */
function leavesIn(value: Json): string[] {
  if (typeof value === "string") return [value.toLowerCase()];
  if (Array.isArray(value)) return value.flatMap(leavesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(leavesIn) : [];
}
