import { receipts } from "../sending/audience.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { DAY_MS, wholeSecond } from "./calendar.ts";
import { addressFor, propertiesFor } from "./contact.ts";
import { addConversation } from "./conversations.ts";
import { addSubscription } from "./custom-objects.ts";
import { fill } from "./fill.ts";
import { writeForm } from "./form-history.ts";
import { addImported } from "./imported-people.ts";
import { writeBirthdays, writeJourneys, writeWelcome, type Journey } from "./journeys.ts";
import { planLeaving } from "./leaving.ts";
import { writeMail } from "./mail.ts";
import { addMember, startMaking, type Crowd, type Making } from "./making.ts";
import { createPerson, customerNumber, type Person } from "./person.ts";
import { addDevice } from "./push-tokens.ts";
import type { Recipient } from "./recipient.ts";
import { writeReviews } from "./reviews.ts";
import { planOrders, writeShopping, type Shopped } from "./shopping.ts";
import { emailConsentOf, joinLists, joinTexts, leave } from "./subscriptions.ts";

/** Up to here everybody has a whole history, which is about 80 events. */
const ALL_KNOWN = 1000;

/**
 * How many of all people have a history. It grows slowly, so that events stay few enough to hold in memory. The others were taken over from
 * an older shop, are on that list alone, which no campaign went to, and one in five of them has one order.
 */
function knownCount(count: number): number {
  return count <= ALL_KNOWN ? count : Math.round(ALL_KNOWN * (count / ALL_KNOWN) ** 0.125);
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
  const { ctx, era, lists, sent, streams, writer } = making;
  const { index, id } = person;
  const contact = streams.contact.seek(index);
  writer.begin(id);
  const orders = planOrders(person, streams.shopping.seek(index), era);
  const row = blankRow(person, orders, making);
  const consent = streams.consent.seek(index);
  const joined = joinLists(person, row, orders, making, consent);
  const textsSince = row.phone !== undefined && index % 5 < 3 ? wholeSecond(person.arrived + 5 * 60_000) : undefined;
  if (textsSince !== undefined) joinTexts(person, textsSince, { ...making, joined, row, random: consent });
  const leaving = row.email === undefined ? undefined : planLeaving(person, joined, sent, consent, era);
  const since = joined.get(lists.email);
  if (since !== undefined) row.emailConsent = emailConsentOf(person, since);
  if (leaving) leave(row, leaving, writer);

  const to: Recipient = {
    person,
    row,
    joined,
    subscribedSince: since ?? Number.POSITIVE_INFINITY,
    textsSince,
    pushSince: addDevice(ctx, person, streams.extras.seek(index), era),
    leaving,
    noteReceipt(channel, at) {
      const key = `${channel} ${id}`;
      if (at > era.nowMs - DAY_MS && at > (ctx.rows(receipts).get(key)?.at ?? 0)) fill(ctx.rows(receipts), { id: key, at });
    },
  };
  const shopped = live(to, orders, making);
  addConversation(ctx, person, streams.extras, era.nowMs);
  if (row.externalId !== undefined) addSubscription(ctx, making.subscriptions, person, streams.extras, era.nowMs);
  if (row.email !== undefined) {
    const bought = shopped.orders.flatMap(({ at, lines }) => lines.slice(0, 1).map(({ product }) => ({ at, product })));
    writeReviews(ctx, { person, email: row.email, locale: person.place.locale }, bought, streams.reviews.seek(index), writer);
  }
  const changes = [row.updated, row.emailConsent?.at, row.smsConsent?.at, leaving?.at, orders.at(-1)];
  row.updated = Math.max(...changes.filter((at) => at !== undefined));
  const last = writer.last();
  if (last !== undefined) row.lastEvent = last;
  fill(ctx.rows(profiles), row);
  for (const [list, at] of joined) addMember(ctx, list, id, at);

  function blankRow({ place, arrived, story, first, last: family }: Person, planned: readonly number[], { phoneFor }: Making): ProfileRow {
    const isPhoneOnly = story === "never" && index % 3 === 0;
    const phone = isPhoneOnly || contact.chance(0.55) ? phoneFor(place) : undefined;
    const rows = ctx.rows(profiles);
    const made: ProfileRow = {
      id,
      firstName: first.text,
      lastName: family.text,
      locale: place.locale,
      location: place.location,
      created: arrived,
      updated: arrived,
    };
    if (phone === undefined || !isPhoneOnly) made.email = addressFor(person, contact, (email) => rows.find("email", email) !== undefined);
    if (phone !== undefined) made.phone = phone;
    if (planned.length > 0) made.externalId = customerNumber(person);
    made.properties = propertiesFor(planned.length, contact, era.nowMs);
    return made;
  }
}

/** Everything that was written to somebody, and what they did of it and of their own. */
function live(to: Recipient, orders: readonly number[], making: Making): Shopped {
  const { ctx, era, sent, streams, writer, coupons, forms } = making;
  const { person, row } = to;
  const zone = String(person.place.location["timezone"]);
  const journey: Journey = { ctx, to, zone, random: streams.flows.seek(person.index), writer, coupons };
  const clicks = [
    ...writeWelcome(making, journey),
    ...writeMail(to, sent, streams.mail.seek(person.index), writer),
    ...writeBirthdays(making, journey, birthdayOf(row)),
  ];
  const shopped = writeShopping(
    person,
    orders,
    clicks.toSorted((a, b) => a.at - b.at),
    streams.shopping,
    era,
    writer,
  );
  writeJourneys(making, journey, shopped, person);
  for (const { code } of shopped.used) if (code) coupons.use(code);
  const random = streams.forms.seek(person.index);
  for (const { at } of shopped.looks) {
    if (random.chance(0.3)) writeForm(random.chance(0.7) ? forms.popup : forms.texts, person, at + 11_000, random, writer, false);
  }
  return shopped;
}

function birthdayOf({ properties }: Recipient["row"]): string | undefined {
  const birthday = properties?.["Birthday"];
  return typeof birthday === "string" ? birthday : undefined;
}
