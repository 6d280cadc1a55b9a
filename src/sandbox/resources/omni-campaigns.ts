import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toManyLinks } from "../engine/declare.ts";
import { arrayOf, booleanOf, objectOf, textOf, type Input } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { refuseGone, refuseUneditable, removeAudience } from "./campaign-edits.ts";
import { audiencesOf, campaigns, messagesOf, type CampaignRow } from "./campaign-rows.ts";
import { createParts } from "./omni-inline.ts";
import { tagLinks } from "./tag-rows.ts";

const UNNAMED = "Untitled campaign";

/** Campaigns of the beta model (behaviour.md §5.27): audiences say who, messages when, variations what. */
export const omniCampaignResource = defineResource<CampaignRow>({
  type: "campaign",
  path: "/api/campaigns",
  channel: "beta",
  collection: campaigns,
  attributes: (campaign) => ({
    created_at: microsText(campaign.created),
    updated_at: microsText(campaign.updated),
    definition: {
      name: campaign.name,
      builder: campaign.builder ?? null,
      archived: campaign.archived ?? false,
      color: campaign.color ?? null,
      description: campaign.description ?? null,
      send_settings: campaign.settings ?? null,
    },
  }),
  filters: {
    name: (campaign) => campaign.name,
    archived: (campaign) => campaign.archived ?? false,
    builder: (campaign) => campaign.builder,
    created_at: (campaign) => campaign.created,
    updated_at: (campaign) => campaign.updated,
  },
  sorts: {
    name: (campaign) => campaign.name,
    created_at: (campaign) => campaign.created,
    updated_at: (campaign) => campaign.updated,
  },
  defaultSort: "-updated_at",
  relationships: {
    "campaign-audiences": toManyByIndex("campaign-audience", "campaign", { data: true }),
    "campaign-messages": toManyByIndex("campaign-message", "campaign", { data: true }),
    tags: toManyLinks("tag", { links: tagLinks, side: "to", prefix: "campaign:" }),
  },
  create(input, ctx) {
    refuseParts(input);
    const blank = { id: ctx.ids.ulid(ctx.now), name: UNNAMED, created: ctx.now, updated: ctx.now };
    const campaign = ctx.rows(campaigns).put(withDefinition(blank, objectOf(input.attributes["definition"]), ctx));
    createParts(campaign, arrayOf(input.attributes["audiences"]), arrayOf(input.attributes["messages"]), ctx);
    for (const tag of input.many("tags") ?? []) ctx.link("tag", tag, "campaigns", [campaign.id]);
    return campaign;
  },
  update(campaign, { attributes }, ctx) {
    const definition = objectOf(attributes["definition"]);
    // What only tidies a list up can be said of sent campaigns too (assumed).
    if (definition["name"] !== undefined || definition["send_settings"] !== undefined) refuseUneditable(messagesOf(campaign, ctx), ctx);
    return { ...withDefinition(campaign, definition, ctx), updated: ctx.now };
  },
  remove(campaign, ctx) {
    refuseGone(messagesOf(campaign, ctx));
    for (const { id } of audiencesOf(campaign, ctx)) removeAudience(id, ctx);
  },
});

/** Audiences and messages belong to one campaign for ever, so there are none that a new one could take over (assumed). */
function refuseParts(input: Input): void {
  for (const name of ["campaign-audiences", "campaign-messages"])
    if ((input.many(name) ?? []).length > 0)
      refuse("invalid", `A new campaign brings its ${name} along as attributes.`, {
        source: { pointer: `/data/relationships/${name}/data` },
      });
}

/** The campaign with what a definition says on top. Members that it leaves out stay; those that it sets to null are cleared. */
function withDefinition(before: CampaignRow, definition: JsonObject, ctx: Context): CampaignRow {
  const { archived: was, builder: _, color: __, description: ___, settings: ____, ...kept } = before;
  const { name, send_settings: settings = before.settings ?? null } = definition;
  const textAt = (field: "builder" | "color" | "description"): Record<string, string> => {
    const text = definition[field] === undefined ? before[field] : textOf(definition[field]);
    return text === undefined ? {} : { [field]: text };
  };
  checkLook(definition);
  return {
    ...kept,
    name: name === undefined ? before.name : (textOf(name) ?? UNNAMED),
    ...textAt("builder"),
    ...textAt("color"),
    ...textAt("description"),
    ...((booleanOf(definition["archived"]) ?? was ?? false) && { archived: true as const }),
    ...(isJsonObject(settings) && { settings: checked({ ...before.settings, ...settings }, ctx) }),
  };
}

function checkLook({ builder, color }: JsonObject): void {
  if (typeof builder === "string" && builder !== "canvas" && builder !== "wizard") wrong("builder", "'builder' must be canvas or wizard.");
  if (typeof color === "string" && !/^#?[\da-f]{6}$/i.test(color)) wrong("color", "'color' must be six hexadecimal digits.");
}

function checked(settings: JsonObject, ctx: Context): JsonObject {
  const metric: Json | undefined = settings["exit_condition_conversion_metric_id"];
  if (typeof metric === "string" && !ctx.find("metric", metric))
    wrong("send_settings/exit_condition_conversion_metric_id", `There is no metric with id ${metric}.`);
  return settings;
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/definition/${field}` } });
}
