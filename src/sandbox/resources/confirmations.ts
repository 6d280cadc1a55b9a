import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { subscribe, type Channel } from "./consent.ts";
import { parseProfile } from "./profile-input.ts";
import { upsertProfile } from "./profile-upsert.ts";

/** A double opt-in whose confirmation message is out: it is confirmed from outside, or forgotten when its link ends. */
export interface AwaitingRow extends Row {
  /** Address or number that was written to. */
  address: string;
  channel: Channel;
  list: string;
  sent: number;
  /** What the call said of the person, as in a profile's body. */
  person: JsonObject;
  customSource?: string;
}

export const awaitingConfirmation = defineCollection<AwaitingRow>("awaiting_confirmation", {
  indexes: { address: ({ address }) => address },
});

/** The link in the mail is valid for 72 hours (documented). */
const LINK_LIFE_MS = 72 * 3_600_000;

/** Sends the confirmation message, as far as anybody can see: nothing else changes, and no profile is made. */
export function askForConfirmation(ctx: Context, asked: Omit<AwaitingRow, "id" | "sent">): void {
  const { id } = ctx.rows(awaitingConfirmation).put({ id: `${asked.channel} ${asked.address} ${asked.list}`, ...asked, sent: ctx.now });
  ctx.schedule(ctx.now + LINK_LIFE_MS, "forget_confirmation", { id, sent: ctx.now });
}

/** Does what a click on the links in all messages to this address does, and returns how many there were. */
export function confirmSubscriptions(ctx: Context, address: string): number {
  const rows = ctx.rows(awaitingConfirmation);
  const asked = [...rows.where("address", address)];
  for (const { id, channel, list, person, customSource } of asked) {
    rows.remove(id);
    // The list is gone meanwhile: there is nothing to join any more.
    if (!ctx.find("list", list)) continue;
    const { profile } = upsertProfile(ctx, parseProfile(person), "client");
    subscribe(ctx, profile.id, {
      channel,
      list,
      doubleOptIn: true,
      ...(customSource !== undefined && { methodDetail: customSource }),
    });
  }
  return asked.length;
}

export function forgetConfirmation({ id, sent }: JsonObject, ctx: Context): void {
  const row = ctx.rows(awaitingConfirmation).get(String(id));
  // A later request sent a link of its own.
  if (row?.sent === sent) ctx.rows(awaitingConfirmation).remove(String(id));
}
