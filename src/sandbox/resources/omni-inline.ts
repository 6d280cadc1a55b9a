import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { SmartSending } from "./campaign-life.ts";
import { blankMessage } from "./campaign-making.ts";
import { campaignMessages, type CampaignMessageRow, type CampaignRow } from "./campaign-rows.ts";
import { putAudience } from "./omni-audiences.ts";
import { putVariation } from "./omni-variations.ts";

const SMART: Record<string, SmartSending> = {
  NONE: "none",
  FOR_CAMPAIGNS: "throttle-for-campaigns",
  FOR_CAMPAIGNS_AND_FLOWS: "throttle-for-campaigns-and-flows",
  FOR_FLOWS: "throttle-for-flows",
};

/** Makes the audiences and messages that come with a new campaign; they name each other by ids of the request's own. */
export function createParts(campaign: CampaignRow, audiences: readonly Json[], messages: readonly Json[], ctx: Context): void {
  const made = new Map<string, string>();
  for (const [i, audience] of audiences.map(objectOf).entries()) {
    const at = `/data/attributes/audiences/${i}`;
    const temporary = textOf(audience["temporary_id"]) ?? "";
    if (made.has(temporary)) wrong(`${at}/temporary_id`, `Two audiences have the temporary id ${temporary}.`);
    made.set(temporary, putAudience(campaign.id, audience, at, ctx).id);
  }
  for (const [i, message] of messages.map(objectOf).entries()) {
    const at = `/data/attributes/messages/${i}`;
    const temporary = textOf(message["audience_temporary_id"]) ?? "";
    const audience = made.get(temporary) ?? wrong(`${at}/audience_temporary_id`, `No audience has the temporary id ${temporary}.`);
    const row = ctx.rows(campaignMessages).put(inlineMessage(blankMessage(campaign.id, audience, "email", ctx), message));
    putVariations(row, message["variations"], `${at}/variations`, ctx);
  }
}

function inlineMessage(blank: CampaignMessageRow, { name, is_add_utm: utm, throttling_type: throttling }: JsonObject): CampaignMessageRow {
  return {
    ...blank,
    ...(typeof name === "string" && { label: name }),
    smartSending: SMART[textOf(throttling) ?? ""] ?? blank.smartSending,
    tracking: { ...blank.tracking, ...(typeof utm === "boolean" && { add_tracking_params: utm }) },
  };
}

/** The variations that come with a new message; one without content where none do (documented for messages of a new campaign). */
export function putVariations(message: CampaignMessageRow, json: Json | undefined, at: string, ctx: Context): void {
  const given = arrayOf(json).map((each) => objectOf(objectOf(each)["definition"]));
  for (const [i, definition] of (given.length > 0 ? given : [{}]).entries())
    putVariation(message, definition, `${at}/${i}/definition`, ctx);
}

function wrong(pointer: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer } });
}
