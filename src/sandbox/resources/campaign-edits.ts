import type { Context } from "../engine/context.ts";
import { refuse } from "../engine/refusal.ts";
import { omniStatusOf } from "./campaign-life.ts";
import {
  campaignAudiences,
  campaignMessages,
  campaigns,
  campaignVariations,
  variationsOf,
  type CampaignMessageRow,
} from "./campaign-rows.ts";
import { templates } from "./template-rows.ts";

const EDITABLE_BEFORE_MS = 15 * 60_000;

/** Drafts can be edited, and what is scheduled up to 15 minutes before it goes out (documented; the status code is assumed). */
export function refuseUneditable(messages: readonly CampaignMessageRow[], ctx: Context): void {
  for (const { status, sendAt = 0 } of messages) {
    if (status === "Draft") continue;
    if (status !== "Scheduled") refuse("conflict", `A campaign with status '${status}' cannot be edited.`);
    if (sendAt - ctx.now < EDITABLE_BEFORE_MS) refuse("conflict", "A campaign cannot be edited within 15 minutes of its send time.");
  }
}

/** What is sent, or on its way, stays: reports are about it (assumed for beta; stable refuses only while it is being sent). */
export function refuseGone(messages: readonly CampaignMessageRow[]): void {
  for (const { id, status } of messages) {
    const shown = omniStatusOf(status);
    if (shown === "sending" || shown === "sent") refuse("conflict", `The message ${id} has the status '${shown}' and cannot be deleted.`);
  }
}

/** Moves `updated` of a campaign whose parts have changed. */
export function touch(campaignId: string, ctx: Context): void {
  const campaign = ctx.rows(campaigns).get(campaignId);
  if (campaign) ctx.rows(campaigns).put({ ...campaign, updated: ctx.now });
}

export function removeVariation(variationId: string, ctx: Context): void {
  const { channel, template = "" } = ctx.rows(campaignVariations).remove(variationId) ?? {};
  // The copy that was made for it; what a beta message names is in the library and stays.
  if (ctx.rows(templates).get(template)?.hidden) ctx.remove("template", template);
  const translation = translationIdOf({ id: variationId, ...(channel && { channel }) }, ctx);
  if (translation !== undefined) ctx.remove("translation", translation);
}

export function removeMessage(message: CampaignMessageRow, ctx: Context): void {
  for (const { id } of variationsOf(message, ctx)) removeVariation(id, ctx);
  ctx.rows(campaignMessages).remove(message.id);
}

/** A message goes with its audience, as it has no other (assumed). */
export function removeAudience(audienceId: string, ctx: Context): void {
  for (const message of ctx.rows(campaignMessages).where("audience", audienceId)) removeMessage(message, ctx);
  ctx.rows(campaignAudiences).remove(audienceId);
}

/** Translations have the id of what they translate in their own; undefined where there is none. */
export function translationIdOf({ id, channel }: { id: string; channel?: string }, ctx: Context): string | undefined {
  const translation = `campaign-variation::${channel ?? ""}::${id}`;
  return ctx.find("translation", translation) ? translation : undefined;
}
