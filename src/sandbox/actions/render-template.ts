import { HalyardError } from "../../lib/errors.ts";
import { defineAction } from "../engine/declare.ts";
import { objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { htmlOf, templates } from "../resources/template-rows.ts";
import { accountHost, organizationOf } from "../templates/account-host.ts";
import type { Host } from "../templates/scope.ts";
import { renderTemplate } from "../templates/template.ts";
import type { Values } from "../templates/values.ts";

/** Renders with the context that the caller gives: nobody's profile is looked up (behaviour.md §2.12). */
export const renderTemplateAction = defineAction("render_template", (request, ctx) => {
  const { id = "", attributes } = parseInput(request.body);
  const template = ctx.rows(templates).get(id) ?? refuse("not_found", `A template with id ${id} does not exist.`);
  const context: Values = { organization: organizationOf(ctx), ...objectOf(attributes["context"]) };
  const host = accountHost(ctx);
  const rendered = {
    ...template,
    html: rendering(htmlOf(template, ctx), context, host),
    // Plain text has nothing to escape.
    ...(template.text !== undefined && { text: rendering(`{% autoescape off %}${template.text}{% endautoescape %}`, context, host) }),
    ...(template.amp !== undefined && { amp: rendering(template.amp, context, host) }),
  };
  return ctx.reply.item(request, "template", rendered);
});

function rendering(source: string, context: Values, host: Host): string {
  try {
    return renderTemplate(source, context, host);
  } catch (thrown) {
    if (!(thrown instanceof HalyardError) || thrown.code !== "invalid_arguments") throw thrown;
    return refuse("invalid", thrown.violations[0]?.message ?? thrown.message, { source: { pointer: "/data" } });
  }
}
