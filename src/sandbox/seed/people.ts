import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { listMembers } from "../resources/lists.ts";
import { profiles, type Consent, type ProfileRow, type Suppression } from "../resources/profile-rows.ts";
import { DAY_MS, HOUR_MS, wholeSecond } from "./calendar.ts";
import type { Sent } from "./campaigns.ts";
import { createEventWriter, type EventWriter } from "./event-writer.ts";
import { fill } from "./fill.ts";
import type { ShopLists } from "./groups.ts";
import { planLeaving, writeMail, type Leaving } from "./mail.ts";
import { addressFor, createPerson, createPhoneBook, propertiesFor, type Era, type Person } from "./person.ts";
import { createRandom, type Random } from "./random.ts";
import { planOrders, writeImportedOrder, writeShopping } from "./shopping.ts";

export interface Crowd {
  ctx: Context;
  seed: string;
  era: Era;
  lists: ShopLists;
  sent: readonly Sent[];
}

/** Up to here everybody has a whole history, which is about 40 events. */
const ALL_KNOWN = 500;

/**
 * How many of all people have a history. It grows with the fourth root, so that events stay few enough to hold in memory: about 40 for each
 * of 500 people, 1 for each of 100,000, half that for each of 1,000,000. The others were taken over from an older shop, are on that list
 * alone, which no campaign went to, and one in five of them has one order.
 */
function knownCount(count: number): number {
  return count <= ALL_KNOWN ? count : Math.round(ALL_KNOWN * (count / ALL_KNOWN) ** 0.25);
}

/** Fills the shop with people and what they did. */
export function seedPeople(crowd: Crowd, count: number): void {
  const stream = (purpose: string): Random => createRandom(`${crowd.seed} ${purpose}`);
  const streams = {
    person: stream("person"),
    contact: stream("contact"),
    consent: stream("consent"),
    shopping: stream("shopping"),
    mail: stream("mail"),
  };
  const making: Making = { ...crowd, streams, writer: createEventWriter(crowd.ctx), phoneFor: createPhoneBook() };
  const known = knownCount(count);
  for (let index = 0; index < count; index++) {
    const person = createPerson(index, streams.person, crowd.era);
    if (index < known) addKnown(person, making);
    else addImported(person, making);
  }
}

interface Making extends Crowd {
  streams: Record<"person" | "contact" | "consent" | "shopping" | "mail", Random>;
  writer: EventWriter;
  phoneFor: ReturnType<typeof createPhoneBook>;
}

function addKnown(person: Person, making: Making): void {
  const { ctx, era, lists, sent, streams, writer, phoneFor } = making;
  const { index, id, place, arrived } = person;
  const contact = streams.contact.seek(index);
  const rows = ctx.rows(profiles);
  writer.begin(id);
  const orders = planOrders(person, streams.shopping.seek(index), era);
  const isPhoneOnly = person.story === "never" && index % 3 === 0;
  const phone = isPhoneOnly || contact.chance(0.55) ? phoneFor(place) : undefined;
  const row: ProfileRow = {
    id,
    firstName: person.first.text,
    lastName: person.last.text,
    locale: place.locale,
    location: place.location,
    created: arrived,
    updated: arrived,
  };
  if (phone === undefined || !isPhoneOnly) row.email = addressFor(person, contact, (email) => rows.find("email", email) !== undefined);
  if (phone !== undefined) row.phone = phone;
  if (orders.length > 0) row.externalId = `customer_${10_000 + index * 7}`;
  row.properties = propertiesFor(orders.length, contact, era.nowMs);

  const consent = streams.consent.seek(index);
  const joined = joinLists(person, orders, making, consent);
  const textsSince = phone !== undefined && index % 5 < 3 ? wholeSecond(arrived + 5 * 60_000) : undefined;
  if (textsSince !== undefined) joinTexts(person, textsSince, making, joined, row, consent);
  const leaving = row.email === undefined ? undefined : planLeaving(person, joined, sent, consent, era);
  const since = joined.get(lists.email);
  if (since !== undefined)
    row.emailConsent = {
      status: "SUBSCRIBED",
      at: since,
      method: index % 4 === 0 ? "CHECKOUT" : "FORM",
      methodDetail: index % 4 === 0 ? "" : "Quay letter sign-up",
      doubleOptIn: false,
    };
  if (leaving) leave(row, leaving, writer);

  const clicks = writeMail({ person, row, joined, textsSince, leaving }, sent, streams.mail.seek(index), writer);
  writeShopping(person, orders, clicks, streams.shopping, era, writer);
  const changes = [row.updated, row.emailConsent?.at, row.smsConsent?.at, leaving?.at, orders.at(-1)];
  row.updated = Math.max(...changes.filter((at) => at !== undefined));
  const last = writer.last();
  if (last !== undefined) row.lastEvent = last;
  fill(rows, row);
  for (const [list, at] of joined) addMember(ctx, list, id, at);
}

/** Who subscribes is on the email list, and perhaps on further ones. Those who buy often were made VIP customers by hand. */
function joinLists(person: Person, orders: readonly number[], { ctx, era, lists, writer }: Making, random: Random): Map<string, number> {
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
  const properties: JsonObject = { list_id: lists.email, List: "Email List" };
  writer.write("Subscribed to List", since, { properties, uniqueId: `${lists.email}${Math.floor(since / 1000)}` });
  writer.write("Subscribed to Email Marketing", since, {
    properties: {
      list_id: lists.email,
      list_name: "Email List",
      double_optin: false,
      method: "FORM",
      method_detail: null,
      custom_method_detail: null,
    },
    uniqueId: `${person.id}${ctx.accountId}${Math.floor(since / 1000)}`,
  });
  return joined;
}

function joinTexts(
  person: Person,
  since: number,
  { era, lists, writer }: Making,
  joined: Map<string, number>,
  row: ProfileRow,
  random: Random,
): void {
  const about: JsonObject = { phone_number: row.phone ?? null, list_id: lists.texts, list_name: "Text Messaging List" };
  joined.set(lists.texts, since);
  if (random.chance(0.6)) joined.set(lists.early, since);
  writer.write("Subscribed to Text Messaging Marketing", since, { properties: { ...about, method: "FORM" } });
  row.smsConsent = { status: "SUBSCRIBED", at: since, method: "FORM", methodDetail: "Quay letter sign-up" };
  if (person.index % 20 !== 1) return;
  const at = wholeSecond(since + (era.nowMs - since) * (0.2 + 0.7 * random.next()));
  const consent: Consent = { status: "UNSUBSCRIBED", at, method: "INBOUND_MESSAGE" };
  row.smsConsent = consent;
  row.otherConsents = { sms_transactional: consent };
  writer.write("Unsubscribed from Text Messaging Marketing", at, {
    properties: { phone_number: row.phone ?? null, list_ids: [], list_names: [], method: "INBOUND_MESSAGE" },
  });
}

const REASONS: Record<Leaving["how"], Suppression["reason"]> = {
  unsubscribed: "UNSUBSCRIBE",
  bounced: "HARD_BOUNCE",
  spam: "SPAM_COMPLAINT",
  suppressed: "USER_SUPPRESSED",
};

/** Only who unsubscribes takes consent back; the other ways leave it and suppress the address. */
function leave(row: ProfileRow, { how, at, sent }: Leaving, writer: EventWriter): void {
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

const IMPORTED: readonly JsonObject[] = ["Light", "Medium", "Dark", "Decaf"].map((roast) => ({
  "Favorite Roast": roast,
  Source: "Old shop",
}));

/** Somebody of the older shop: an address, a place, a consent that came along. Kept small, since these are the many. */
function addImported(person: Person, { ctx, era, lists, streams, writer }: Making): void {
  const { index, id, place, story, arrived } = person;
  const contact = streams.contact.seek(index);
  const rows = ctx.rows(profiles);
  const email = addressFor(person, contact, (each) => rows.find("email", each) !== undefined);
  const row: ProfileRow = {
    id,
    email,
    firstName: person.first.text,
    lastName: person.last.text,
    location: place.location,
    properties: IMPORTED[index % 4] ?? {},
    created: arrived,
    updated: arrived,
  };
  if (story !== "never") row.emailConsent = { status: "SUBSCRIBED", at: arrived, method: "MANUAL_IMPORT" };
  if (story !== "never" && story !== "subscribed") {
    row.suppressions = [{ reason: REASONS[story], at: arrived }];
    if (story === "unsubscribed") row.emailConsent = { status: "UNSUBSCRIBED", at: arrived, method: "MANUAL_IMPORT" };
  }
  if (index % 5 === 0) {
    writer.begin(id);
    writeImportedOrder(
      person,
      era.calendar.moment(contact, Math.max(arrived, era.calendar.startMs), era.nowMs - HOUR_MS, place.offsetHours),
      contact,
      era,
      writer,
    );
    const last = writer.last();
    if (last !== undefined) row.lastEvent = last;
  }
  fill(rows, row);
  addMember(ctx, lists.imported, id, arrived);
}

function addMember(ctx: Context, from: string, to: string, at: number): void {
  fill(ctx.rows(listMembers), { id: linkId(from, to), from, to, at });
}
