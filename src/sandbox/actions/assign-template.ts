import type { JsonObject } from "../../lib/json.ts";
import { defineAction } from "../engine/declare.ts";
import { objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { refuseUneditable } from "../resources/campaign-edits.ts";
import { firstVariation } from "../resources/campaign-messages.ts";
import { campaignMessages, campaignVariations } from "../resources/campaign-rows.ts";
import { copyForMessage, templates } from "../resources/template-rows.ts";

/**
 * The message gets a copy of the template, under a new id; the answer includes it. It shows the message in an older form, with label,
 * channel and content side by side (recorded/assign-template-to-campaign-message.json; the current schema agrees).
 */
export const assignTemplate = defineAction("assign_template_to_campaign_message", (request, ctx) => {
  const input = parseInput(request.body);
  const { id = "" } = input;
  const templateId =
    input.one("template") ?? refuse("invalid", "A template is required.", { source: { pointer: "/data/relationships/template" } });
  const message = ctx.rows(campaignMessages).get(id) ?? refuse("not_found", `A campaign-message with id ${id} does not exist.`);
  const template = ctx.rows(templates).get(templateId) ?? refuse("not_found", `A template with id ${templateId} does not exist.`);
  const variation = firstVariation(message, ctx);
  if (variation.channel !== "email") refuse("invalid", "Only an email message takes a template.", { source: { pointer: "/data/id" } });
  refuseUneditable([message], ctx);
  ctx.rows(campaignVariations).put({ ...variation, template: copyForMessage(ctx, template).id, updated: ctx.now });
  const after = ctx.rows(campaignMessages).put({ ...message, updated: ctx.now });
  const query = { ...request.query, include: ["template"] };
  const reply = ctx.reply.item({ ...request, query }, "campaign-message", after);
  const data = objectOf(reply.body?.["data"]);
  const { definition: _, ...times } = objectOf(data["attributes"]);
  const { channel, content } = variation;
  const attributes: JsonObject = { label: after.label ?? null, channel, content, render_options: null, ...times };
  const wanted = request.query.fields.get("campaign-message");
  const { image: __, ...relationships } = objectOf(data["relationships"]);
  const shown = Object.fromEntries(Object.entries(attributes).filter(([name]) => !wanted || wanted.includes(name)));
  return { ...reply, body: { ...reply.body, data: { ...data, attributes: shown, relationships } } };
});
