import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import type { Channel } from "./consent.ts";

/** A double opt-in whose confirmation message is out. Nobody reads mail here, so it is forgotten when its link ends. */
export interface AwaitingRow extends Row {
  /** Address or number that was written to. */
  address: string;
  channel: Channel;
  list: string;
  sent: number;
}

export const awaitingConfirmation = defineCollection<AwaitingRow>("awaiting_confirmation");

/** The link in the mail is valid for 72 hours (documented). */
const LINK_LIFE_MS = 72 * 3_600_000;

/** Sends the confirmation message, as far as anybody can see: nothing else changes, and no profile is made. */
export function askForConfirmation(ctx: Context, asked: Pick<AwaitingRow, "address" | "channel" | "list">): void {
  const { id } = ctx.rows(awaitingConfirmation).put({ id: `${asked.channel} ${asked.address} ${asked.list}`, ...asked, sent: ctx.now });
  ctx.schedule(ctx.now + LINK_LIFE_MS, "forget_confirmation", { id, sent: ctx.now });
}

export function forgetConfirmation({ id, sent }: JsonObject, ctx: Context): void {
  const row = ctx.rows(awaitingConfirmation).get(String(id));
  // A later request sent a link of its own.
  if (row?.sent === sent) ctx.rows(awaitingConfirmation).remove(String(id));
}
