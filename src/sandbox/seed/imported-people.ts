import type { JsonObject } from "../../lib/json.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { HOUR_MS } from "./calendar.ts";
import { addressFor } from "./contact.ts";
import { fill } from "./fill.ts";
import { addMember, type Making } from "./making.ts";
import { writeImportedOrder } from "./orders.ts";
import type { Person } from "./person.ts";
import { REASONS } from "./subscriptions.ts";

const IMPORTED: readonly JsonObject[] = ["Light", "Medium", "Dark", "Decaf"].map((roast) => ({
  "Favorite Roast": roast,
  Source: "Old shop",
}));

/** Somebody of the older shop: an address, a place, a consent that came along. Kept small, since these are the many. */
export function addImported(person: Person, { ctx, era, lists, streams, writer }: Making): void {
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
    const from = Math.max(arrived, era.calendar.startMs);
    writeImportedOrder(person, era.calendar.moment(contact, from, era.nowMs - HOUR_MS, place.offsetHours), contact, era, writer);
    const last = writer.last();
    if (last !== undefined) row.lastEvent = last;
  }
  fill(rows, row);
  addMember(ctx, lists.imported, id, arrived);
}
