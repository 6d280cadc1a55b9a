import { defineAction } from "../engine/declare.ts";
import { parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { copyTemplate, refuseTooMany, templates } from "../resources/template-rows.ts";

export const cloneTemplate = defineAction("clone_template", (request, ctx) => {
  const { id = "", attributes } = parseInput(request.body);
  refuseTooMany(ctx);
  const template = ctx.rows(templates).get(id) ?? refuse("not_found", `A template with id ${id} does not exist.`);
  return ctx.reply.item(request, "template", copyTemplate(ctx, template, textOf(attributes["name"])));
});
