import type { Json, JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuseAll, type Refusal } from "../engine/refusal.ts";
import { withoutPhoneConsent } from "./consent.ts";
import { trimmed, type ProfileRow } from "./profile-rows.ts";

/** What a body says of a person, checked. Absent fields stay as they are, null clears. */
export interface ProfileInput {
  /** Where in the body it stands. */
  pointer: string;
  id: string | undefined;
  email: string | null | undefined;
  /** Secondary addresses to add and to drop (`meta.patch_identifiers`). */
  addEmails: string[];
  dropEmails: string[];
  phone: string | null | undefined;
  externalId: string | null | undefined;
  anonymousId: string | undefined;
  /** Exchange token of the onsite cookie: identifies, is never stored. */
  kx: string | undefined;
  attributes: JsonObject;
  patch: JsonObject;
}

const MAX_EMAIL_LENGTH = 100;
const MAX_EXTERNAL_ID_LENGTH = 255;
const MAX_PROFILE_BYTES = 100 * 1024;
const EMAIL = /^[^\s@"'<>()[\],;:\\]+@[^\s@.]+(\.[^\s@.]+)+$/;
const E164 = /^\+[1-9]\d{6,14}$/;

const TEXT_FIELDS = [
  ["first_name", "firstName"],
  ["last_name", "lastName"],
  ["organization", "organization"],
  ["locale", "locale"],
  ["title", "title"],
  ["image", "image"],
] as const satisfies [string, keyof ProfileRow][];

/** Reads `{id?, attributes, meta?}`; push bodies have `meta` inside the attributes. Refuses what is wrong, all of it at once. */
export function parseProfile(data: JsonObject, pointer = "/data"): ProfileInput {
  const { input, refusals } = readProfile(data, pointer);
  if (refusals.length > 0) refuseAll(refusals);
  return input;
}

/** The same without ending the request: a bulk call gathers the refusals of all its profiles. */
export function readProfile(data: JsonObject, pointer: string): { input: ProfileInput; refusals: Refusal[] } {
  const { meta: innerMeta, ...attributes } = objectOf(data["attributes"]);
  const meta = objectOf(data["meta"] ?? innerMeta);
  const { append, unappend } = objectOf(meta["patch_identifiers"]);
  const input: ProfileInput = {
    pointer,
    id: textOf(data["id"]),
    email: normalEmail(attributes["email"]),
    addEmails: emailsIn(append),
    dropEmails: emailsIn(unappend),
    phone: identifier(attributes["phone_number"]),
    externalId: identifier(attributes["external_id"]),
    anonymousId: textOf(attributes["anonymous_id"]) || undefined,
    kx: textOf(attributes["_kx"]) || undefined,
    attributes,
    patch: objectOf(meta["patch_properties"]),
  };
  const refusals: Refusal[] = [];
  const wrong = (name: string, detail: string): number =>
    refusals.push({ code: "invalid", detail, source: { pointer: `${pointer}/attributes/${name}` } });
  if (input.email != null && !isEmail(input.email)) wrong("email", "Invalid email address");
  for (const email of input.addEmails) if (!isEmail(email)) wrong("email", `Invalid email address: ${email}`);
  if (input.phone != null && !isPhone(input.phone))
    wrong("phone_number", "Invalid phone number format (Example of a valid format: +12345678901)");
  if (input.externalId != null && (input.externalId === "" || input.externalId.length > MAX_EXTERNAL_ID_LENGTH)) {
    wrong("external_id", `'external_id' must have 1 to ${MAX_EXTERNAL_ID_LENGTH} characters.`);
  }
  if (Buffer.byteLength(JSON.stringify(data)) > MAX_PROFILE_BYTES) {
    refusals.push({ code: "invalid", detail: "A profile must not be larger than 100 KB.", source: { pointer } });
  }
  return { input, refusals };
}

export function isEmail(text: string): boolean {
  return text.length <= MAX_EMAIL_LENGTH && EMAIL.test(text);
}

export function isPhone(text: string): boolean {
  return E164.test(text);
}

/** Case is no part of an address (assumed: the vendor's text does not say). */
export function normalEmail(value: Json | undefined): string | null | undefined {
  return typeof value === "string" ? value.trim().toLowerCase() : identifier(value);
}

function identifier(value: Json | undefined): string | null | undefined {
  return value === null || typeof value === "string" ? value : undefined;
}

function emailsIn(identifiers: Json | undefined): string[] {
  const emails = objectOf(identifiers)["email"];
  return (Array.isArray(emails) ? emails : [emails]).flatMap((each) => normalEmail(each) ?? []);
}

/** The row with everything that the input says, its identifiers taken as free. The same consents, lists and events. */
export function withInput(profile: ProfileRow, input: ProfileInput, nowMs: number): ProfileRow {
  const { attributes } = input;
  const email = input.email === undefined ? profile.email : (input.email ?? undefined);
  const phone = input.phone === undefined ? profile.phone : (input.phone ?? undefined);
  const others = new Set(
    [...(profile.otherEmails ?? []), ...input.addEmails].filter((each) => each !== email && !input.dropEmails.includes(each)),
  );
  const texts = TEXT_FIELDS.filter(([name]) => attributes[name] !== undefined).map(([name, field]) => [field, textOf(attributes[name])]);
  return trimmed({
    ...(phone === profile.phone ? profile : withoutPhoneConsent(profile)),
    // Safe: the names are those of text fields of a row.
    ...(Object.fromEntries(texts) as Partial<Record<(typeof TEXT_FIELDS)[number][1], string | undefined>>),
    email,
    otherEmails: others.size > 0 ? [...others] : undefined,
    phone,
    externalId: input.externalId === undefined ? profile.externalId : (input.externalId ?? undefined),
    anonymousId: input.anonymousId ?? profile.anonymousId,
    location: withLocation(profile.location, attributes["location"]),
    properties: withProperties(profile.properties, attributes["properties"], input.patch),
    updated: nowMs,
  });
}

function withLocation(known: JsonObject | undefined, given: Json | undefined): JsonObject | undefined {
  if (given === undefined) return known;
  const kept = Object.entries(given === null ? {} : { ...known, ...objectOf(given) }).filter(([, value]) => value !== null);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Properties that the body names replace those of the same name; then come `append`, `unappend` and `unset`. */
function withProperties(known: JsonObject | undefined, given: Json | undefined, patch: JsonObject): JsonObject | undefined {
  if (given === undefined && Object.keys(patch).length === 0) return known;
  const all = new Map(Object.entries(given === null ? {} : { ...known, ...objectOf(given) }));
  for (const [name, value] of Object.entries(objectOf(patch["append"]))) all.set(name, [...listed(all.get(name)), ...listed(value)]);
  for (const [name, value] of Object.entries(objectOf(patch["unappend"]))) {
    const gone = new Set(listed(value).map((each) => JSON.stringify(each)));
    if (all.has(name))
      all.set(
        name,
        listed(all.get(name)).filter((each) => !gone.has(JSON.stringify(each))),
      );
  }
  const unset = patch["unset"] ?? [];
  for (const name of typeof unset === "string" ? [unset] : arrayOf(unset)) if (typeof name === "string") all.delete(name);
  return all.size > 0 ? Object.fromEntries(all) : undefined;
}

function listed(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}
