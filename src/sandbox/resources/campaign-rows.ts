import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import type { CampaignChannel, CampaignStatus, SmartSending, Strategy } from "./campaign-life.ts";

/**
 * Stable and beta show the same campaigns (assumed: an account has one truth). The rows are those of the beta model, which says where each
 * thing belongs: whom to an audience, when to a message, what to a variation. The stable model is the case of one of each.
 */
export interface CampaignRow extends Row {
  name: string;
  created: number;
  updated: number;
  /** When the last send was asked for and accepted, ms. */
  scheduled?: number;
  archived?: true;
  builder?: string;
  color?: string;
  description?: string;
  /** `send_settings` of the beta model, as they were given. */
  settings?: JsonObject;
}

export const campaigns = defineCollection<CampaignRow>("campaigns");

export interface CampaignAudienceRow extends Row {
  campaign: string;
  name?: string;
  /** Ids of lists and segments. */
  included: readonly string[];
  excluded: readonly string[];
  priority?: number;
  created: number;
  updated: number;
}

export const campaignAudiences = defineCollection<CampaignAudienceRow>("campaign_audiences", {
  indexes: { campaign: (audience) => audience.campaign },
});

export interface CampaignMessageRow extends Row {
  campaign: string;
  audience: string;
  label?: string;
  status: CampaignStatus;
  strategy: Strategy;
  smartSending: SmartSending;
  /** Goes to those too who said no to marketing. */
  toUnsubscribed?: true;
  /** How many of a hundred recipients get it. */
  percentage?: number;
  /** `tracking_options` of the stable model. */
  tracking: JsonObject;
  /** When it begins, or began, ms. */
  sendAt?: number;
  /** Counts the sends that were asked for: what was put off for an earlier one is void. */
  run: number;
  created: number;
  updated: number;
}

export const campaignMessages = defineCollection<CampaignMessageRow>("campaign_messages", {
  indexes: { campaign: (message) => message.campaign, campaign_id: (message) => message.campaign, audience: (message) => message.audience },
});

/** What a variation says. */
export interface VariationContent {
  /** Left out as long as nobody said what it is. */
  channel?: CampaignChannel;
  /** As the stable API shows it, every member set. */
  content: JsonObject;
  /** Of SMS. */
  renderOptions?: JsonObject;
  /** Of push. */
  push?: { silent: boolean; kvPairs: JsonObject | null; options: JsonObject | null };
  /** Members of the beta's details that the stable model does not have. */
  more?: JsonObject;
  template?: string;
  image?: string;
}

export interface CampaignVariationRow extends Row, VariationContent {
  message: string;
  name?: string;
  created: number;
  updated: number;
}

export const campaignVariations = defineCollection<CampaignVariationRow>("campaign_variations", {
  indexes: { message: (variation) => variation.message },
});

export function messagesOf(campaign: Pick<CampaignRow, "id">, ctx: Context): CampaignMessageRow[] {
  return byId(ctx.rows(campaignMessages).where("campaign", campaign.id));
}

export function audiencesOf(campaign: Pick<CampaignRow, "id">, ctx: Context): CampaignAudienceRow[] {
  return byId(ctx.rows(campaignAudiences).where("campaign", campaign.id));
}

/** Oldest first. */
export function variationsOf(message: Pick<CampaignMessageRow, "id">, ctx: Context): CampaignVariationRow[] {
  return byId(ctx.rows(campaignVariations).where("message", message.id));
}

/** All variations of a message have the same channel. */
export function channelOf(message: Pick<CampaignMessageRow, "id">, ctx: Context): CampaignChannel | undefined {
  return variationsOf(message, ctx).find(({ channel }) => channel !== undefined)?.channel;
}

function byId<R extends Row>(rows: R[]): R[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
