import { parseIso } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse, refuseAll, type Refusal } from "../engine/refusal.ts";
import type { Channel } from "./consent.ts";
import { readProfile, type ProfileInput } from "./profile-input.ts";

/** What a subscribe or unsubscribe call wants for one person. */
export interface Wish {
  person: ProfileInput;
  channels: { channel: Channel; at?: number }[];
  /** Devices to register, or to drop. */
  tokens: JsonObject[];
}

/** Channel of each member of `subscriptions`. Email comes first: with a list, the others must find its membership dealt with. */
const CHANNELS = [
  ["email", "marketing", "email"],
  ["email", "open_tracking", "open_tracking"],
  ["sms", "marketing", "sms"],
  ["sms", "transactional", "sms_transactional"],
  ["whatsapp", "marketing", "whatsapp"],
  ["whatsapp", "transactional", "whatsapp_transactional"],
  ["whatsapp", "conversational", "whatsapp_conversational"],
  ["push", "marketing", "push"],
] as const satisfies [string, string, Channel][];

const NEEDS = { email: "email", sms: "phone_number", whatsapp: "phone_number" } as const;
const EARLIEST_CONSENT_MS = Date.UTC(1990, 0, 1);

export interface WishRules {
  max: number;
  /** Consent that was given before: `consented_at` is obligatory then, and forbidden otherwise. */
  isHistorical?: boolean;
  nowMs: number;
}

/** Reads the people of a bulk call, all of them or none: every fault of every person is told. */
export function parseWishes(profiles: JsonObject, rules: WishRules): Wish[] {
  const source = { pointer: "/data/attributes/profiles/data" };
  const bodies = arrayOf(profiles["data"]).map(objectOf);
  if (bodies.length === 0) refuse("invalid", "At least one profile is required.", { source });
  if (bodies.length > rules.max) refuse("invalid", `At most ${rules.max} profiles can be given at once.`, { source });
  const seen = new Set<string>();
  const read = bodies.map((body, i) => {
    const { wish, refusals } = readWish(body, `${source.pointer}/${i}`, rules);
    for (const [name, value] of [["email", wish.person.email] as const, ["phone_number", wish.person.phone] as const]) {
      const pointer = `${source.pointer}/${i}/attributes/${name}`;
      if (value && seen.has(value)) refusals.push({ code: "invalid", detail: `Duplicate ${name} found: ${value}`, source: { pointer } });
      if (value) seen.add(value);
    }
    return { wish, refusals };
  });
  const refusals = read.flatMap((each) => each.refusals);
  if (refusals.length > 0) refuseAll(refusals.slice(0, 50));
  return read.map(({ wish }) => wish);
}

/** One person. Without `subscriptions` the marketing of each given address is meant, as client calls have it. */
export function readWish(
  body: JsonObject,
  pointer: string,
  { isHistorical = false, nowMs }: Omit<WishRules, "max">,
): { wish: Wish; refusals: Refusal[] } {
  const { subscriptions: stated, age_gated_date_of_birth: _, ...attributes } = objectOf(body["attributes"]);
  const push = objectOf(objectOf(stated)["push"]);
  const anonymousId = textOf(push["anonymous_id"]);
  const told = { ...body, attributes: { ...attributes, ...(anonymousId !== undefined && { anonymous_id: anonymousId }) } };
  const { input: person, refusals } = readProfile(told, pointer);
  const wrong = (name: string, detail: string): number =>
    refusals.push({ code: "invalid", detail, source: { pointer: `${pointer}/attributes${name}` } });
  if (!person.id && !person.email && !person.phone && !person.anonymousId) wrong("", "One of 'email' or 'phone_number' is required.");
  const subscriptions = stated == null ? defaultsOf(person) : objectOf(stated);
  const channels: Wish["channels"] = [];
  for (const [name, purpose, channel] of CHANNELS) {
    const settings = objectOf(subscriptions[name])[purpose];
    if (settings == null) continue;
    const needed = name === "push" ? undefined : NEEDS[name];
    if (needed && !attributes[needed])
      wrong(`/${needed}`, `'${needed}' must not be empty when the ${name} channel is included in 'subscriptions'.`);
    const consentedAt = textOf(objectOf(settings)["consented_at"]);
    const fault = channel === "open_tracking" ? undefined : consentFault(consentedAt, isHistorical, nowMs);
    if (fault !== undefined) wrong(`/subscriptions/${name}/${purpose}/consented_at`, fault);
    const at = consentedAt === undefined ? undefined : parseIso(consentedAt);
    channels.push({ channel, ...(at !== undefined && { at }) });
  }
  return { wish: { person, channels, tokens: arrayOf(push["tokens"]).map(objectOf) }, refusals };
}

function defaultsOf({ email, phone }: ProfileInput): JsonObject {
  const marketing = { marketing: { consent: "SUBSCRIBED" } };
  return { ...(email && { email: marketing }), ...(phone && { sms: marketing }) };
}

function consentFault(consentedAt: string | undefined, isHistorical: boolean, nowMs: number): string | undefined {
  if (!isHistorical) return consentedAt === undefined ? undefined : "'consented_at' must only be given when 'historical_import' is true.";
  if (consentedAt === undefined) return "'consented_at' is required when 'historical_import' is true.";
  const atMs = parseIso(consentedAt);
  if (atMs === undefined) return "'consented_at' must be a date.";
  if (atMs > nowMs) return "'consented_at' must be in the past.";
  return atMs < EARLIEST_CONSENT_MS ? "'consented_at' must not be before 1990-01-01." : undefined;
}
