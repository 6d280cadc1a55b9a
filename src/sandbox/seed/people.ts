import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { wholeSecond } from "./calendar.ts";
import { addressFor, propertiesFor } from "./contact.ts";
import { fill } from "./fill.ts";
import { addImported } from "./imported-people.ts";
import { planLeaving, writeMail } from "./mail.ts";
import { addMember, startMaking, type Crowd, type Making } from "./making.ts";
import { createPerson, type Person } from "./person.ts";
import { planOrders, writeShopping } from "./shopping.ts";
import { emailConsentOf, joinLists, joinTexts, leave } from "./subscriptions.ts";

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
  const making = startMaking(crowd);
  const known = knownCount(count);
  for (let index = 0; index < count; index++) {
    const person = createPerson(index, making.streams.person, crowd.era);
    if (index < known) addKnown(person, making);
    else addImported(person, making);
  }
}

/** Somebody with a history. */
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
  const joined = joinLists(person, row, orders, making, consent);
  const textsSince = phone !== undefined && index % 5 < 3 ? wholeSecond(arrived + 5 * 60_000) : undefined;
  if (textsSince !== undefined) joinTexts(person, textsSince, { ...making, joined, row, random: consent });
  const leaving = row.email === undefined ? undefined : planLeaving(person, joined, sent, consent, era);
  const since = joined.get(lists.email);
  if (since !== undefined) row.emailConsent = emailConsentOf(person, since);
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
