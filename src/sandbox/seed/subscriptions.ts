import type { JsonObject } from "../../lib/json.ts";
import type { Consent, ProfileRow, Suppression } from "../resources/profile-rows.ts";
import { DAY_MS, HOUR_MS, wholeSecond } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import { writeForm } from "./form-history.ts";
import { FORM_NAMES } from "./forms.ts";
import type { Leaving } from "./leaving.ts";
import type { Making } from "./making.ts";
import type { Person } from "./person.ts";
import type { Random } from "./random.ts";

function methodOf({ index }: Person): { method: string; method_detail: string | null } {
  return index % 4 === 0 ? { method: "CHECKOUT", method_detail: null } : { method: "FORM", method_detail: FORM_NAMES.letter };
}

export function emailConsentOf(person: Person, at: number): Consent {
  const { method, method_detail: detail } = methodOf(person);
  return { status: "SUBSCRIBED", at, method, ...(detail !== null && { methodDetail: detail }), doubleOptIn: false };
}

/** Who subscribes is on the email list, and perhaps on further ones. Those who buy often were made VIP customers by hand. */
export function joinLists(
  person: Person,
  { email }: Pick<ProfileRow, "email">,
  orders: readonly number[],
  { ctx, era, forms, lists, streams, writer }: Making,
  random: Random,
): Map<string, number> {
  const joined = new Map<string, number>();
  const put = (list: string, at: number): unknown => at <= era.nowMs && joined.set(list, wholeSecond(at));
  const third = orders[2];
  if (third !== undefined) put(lists.vip, third + DAY_MS);
  if (person.story === "never") return joined;
  const since = person.arrived + random.between(1, 40) * 60_000;
  put(lists.email, since);
  if (random.chance(0.55)) put(lists.newsletter, since + 60_000);
  if (random.chance(0.25)) put(lists.coffee, since + random.below(20 * 24) * HOUR_MS);
  if (random.chance(0.15)) put(lists.trail, since + random.below(40 * 24) * HOUR_MS);
  const form = person.index % 9 === 1 ? forms.footer : forms.popup;
  if (methodOf(person).method === "FORM") writeForm(form, person, since, streams.forms.seek(person.index), writer, true);
  const properties: JsonObject = { list_id: lists.email, List: "Email List" };
  writer.write("Subscribed to List", since, { properties, uniqueId: `${lists.email}${Math.floor(since / 1000)}` });
  writer.write("Subscribed to Email Marketing", since, {
    properties: {
      email_address: email ?? null,
      list_id: lists.email,
      list_name: "Email List",
      double_optin: false,
      ...methodOf(person),
      custom_method_detail: null,
    },
    uniqueId: `${person.id}${ctx.accountId}${Math.floor(since / 1000)}`,
  });
  return joined;
}

interface TextsOf extends Making {
  joined: Map<string, number>;
  row: ProfileRow;
  random: Random;
}

/** Consent to texts, and from some people its end. */
export function joinTexts(person: Person, since: number, { era, forms, lists, streams, writer, joined, row, random }: TextsOf): void {
  const about: JsonObject = { phone_number: row.phone ?? null, list_id: lists.texts, list_name: "Text Messaging List" };
  joined.set(lists.texts, since);
  if (random.chance(0.6)) joined.set(lists.early, since);
  writeForm(forms.texts, person, since, streams.forms.seek(person.index), writer, true);
  writer.write("Subscribed to Text Messaging Marketing", since, { properties: { ...about, method: "FORM" } });
  row.smsConsent = { status: "SUBSCRIBED", at: since, method: "FORM", methodDetail: FORM_NAMES.texts };
  if (person.index % 20 !== 1) return;
  const at = wholeSecond(since + (era.nowMs - since) * (0.2 + 0.7 * random.next()));
  const consent: Consent = { status: "UNSUBSCRIBED", at, method: "INBOUND_MESSAGE" };
  row.smsConsent = consent;
  row.otherConsents = { sms_transactional: consent };
  writer.write("Unsubscribed from Text Messaging Marketing", at, {
    properties: { phone_number: row.phone ?? null, list_ids: [], list_names: [], method: "INBOUND_MESSAGE" },
  });
}

/** Why each way of leaving suppresses the address. */
export const REASONS: Record<Leaving["how"], Suppression["reason"]> = {
  unsubscribed: "UNSUBSCRIBE",
  bounced: "HARD_BOUNCE",
  spam: "SPAM_COMPLAINT",
  suppressed: "USER_SUPPRESSED",
};

/** Only who unsubscribes takes consent back; the other ways leave it and suppress the address. */
export function leave(row: ProfileRow, { how, at, sent }: Leaving, writer: EventWriter): void {
  const method = sent ? "EMAIL_LINK" : "PREFERENCE_PAGE";
  row.suppressions = [{ reason: REASONS[how], at }];
  if (how === "unsubscribed") {
    row.emailConsent = { status: "UNSUBSCRIBED", at, method };
    writer.write("Unsubscribed from Email Marketing", at, {
      properties: { email_address: row.email ?? null, list_ids: [], list_names: [], method },
    });
  }
  if (how === "suppressed")
    writer.write("Manually Suppressed from Email Marketing", at, {
      properties: { email_address: row.email ?? null, suppression_method: "API" },
    });
}
