import { defineAction } from "../engine/declare.ts";
import { objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { templates } from "../resources/template-rows.ts";
import { renderRow } from "../templates/render-row.ts";

/** Renders with the context that the caller gives: nobody's profile is looked up (behaviour.md §2.12). */
export const renderTemplateAction = defineAction("render_template", (request, ctx) => {
  const { id = "", attributes } = parseInput(request.body);
  const template = ctx.rows(templates).get(id) ?? refuse("not_found", `A template with id ${id} does not exist.`);
  return ctx.reply.item(request, "template", { ...template, ...renderRow(template, objectOf(attributes["context"]), ctx) });
});
