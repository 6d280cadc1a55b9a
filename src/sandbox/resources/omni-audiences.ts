import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toOne } from "../engine/declare.ts";
import { numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { refuseGone, refuseUneditable, removeAudience, touch } from "./campaign-edits.ts";
import { parseGroups } from "./campaign-input.ts";
import { campaignAudiences, campaignMessages, type CampaignAudienceRow, type CampaignMessageRow } from "./campaign-rows.ts";

const AT = "/data/attributes/definition";

/** Whom messages of a campaign go to. */
export const omniAudienceResource = defineResource<CampaignAudienceRow>({
  type: "campaign-audience",
  path: "/api/campaign-audiences",
  channel: "beta",
  collection: campaignAudiences,
  attributes: ({ name, included, excluded, priority, created, updated }) => ({
    created: microsText(created),
    updated: microsText(updated),
    definition: { name: name ?? null, included: [...included], excluded: [...excluded], priority: priority ?? null },
  }),
  relationships: {
    campaign: toOne("campaign", (audience) => audience.campaign),
    "campaign-messages": toManyByIndex("campaign-message", "audience", { data: true }),
  },
  create(input, ctx) {
    const campaign = input.one("campaign") ?? refuse("invalid", "A campaign is required.", at("/data/relationships/campaign"));
    const audience = putAudience(campaign, objectOf(input.attributes["definition"]), AT, ctx);
    for (const id of input.many("campaign-messages") ?? []) handOver(id, audience, ctx);
    touch(campaign, ctx);
    return audience;
  },
  update(audience, { attributes }, ctx) {
    refuseUneditable(messagesTo(audience.id, ctx), ctx);
    touch(audience.campaign, ctx);
    return withDefinition({ ...audience, updated: ctx.now }, objectOf(attributes["definition"]), AT, ctx);
  },
  remove(audience, ctx) {
    refuseGone(messagesTo(audience.id, ctx));
    removeAudience(audience.id, ctx);
    touch(audience.campaign, ctx);
  },
});

/** Makes an audience of a campaign; `pointer` is where its definition stands in the body. */
export function putAudience(campaign: string, definition: JsonObject, pointer: string, ctx: Context): CampaignAudienceRow {
  const blank = { id: ctx.ids.ulid(ctx.now), campaign, included: [], excluded: [], created: ctx.now, updated: ctx.now };
  return ctx.rows(campaignAudiences).put(withDefinition(blank, definition, pointer, ctx));
}

function withDefinition(
  { name: named, priority: ranked, ...audience }: CampaignAudienceRow,
  definition: JsonObject,
  pointer: string,
  ctx: Context,
): CampaignAudienceRow {
  const name = definition["name"] === undefined ? named : textOf(definition["name"]);
  const priority = definition["priority"] === undefined ? ranked : numberOf(definition["priority"]);
  return {
    ...audience,
    ...parseGroups(definition, audience, pointer, ctx),
    ...(name !== undefined && { name }),
    ...(priority !== undefined && { priority }),
  };
}

/** A message that a new audience names goes to that one from now on (assumed). */
function handOver(id: string, audience: CampaignAudienceRow, ctx: Context): void {
  const message = ctx.rows(campaignMessages).get(id);
  if (message?.campaign !== audience.campaign)
    return refuse("invalid", `The message ${id} is not of this campaign.`, at("/data/relationships/campaign-messages"));
  refuseUneditable([message], ctx);
  ctx.rows(campaignMessages).put({ ...message, audience: audience.id, updated: ctx.now });
}

function messagesTo(audience: string, ctx: Context): CampaignMessageRow[] {
  return ctx.rows(campaignMessages).where("audience", audience);
}

function at(pointer: string): { source: { pointer: string } } {
  return { source: { pointer } };
}
