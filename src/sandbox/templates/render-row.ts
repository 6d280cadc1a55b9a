import { HalyardError } from "../../lib/errors.ts";
import type { Context } from "../engine/context.ts";
import { refuse } from "../engine/refusal.ts";
import { htmlOf, type TemplateRow } from "../resources/template-rows.ts";
import { accountHost, organizationOf } from "./account-host.ts";
import { renderTemplate } from "./template.ts";
import type { Values } from "./values.ts";

/** What of a template can be rendered. */
export type Rendered = Pick<TemplateRow, "amp" | "text"> & { html: string };

/** Renders every part of a template. What is wrong with one is a 400. */
export function renderRow(template: TemplateRow, values: Values, ctx: Context): Rendered {
  const context: Values = { organization: organizationOf(ctx), ...values };
  const host = accountHost(ctx);
  const rendering = (source: string): string => {
    try {
      return renderTemplate(source, context, host);
    } catch (thrown) {
      if (!(thrown instanceof HalyardError) || thrown.code !== "invalid_arguments") throw thrown;
      return refuse("invalid", thrown.violations[0]?.message ?? thrown.message, { source: { pointer: "/data" } });
    }
  };
  return {
    html: rendering(htmlOf(template, ctx)),
    // Plain text has nothing to escape.
    ...(template.text !== undefined && { text: rendering(`{% autoescape off %}${template.text}{% endautoescape %}`) }),
    ...(template.amp !== undefined && { amp: rendering(template.amp) }),
  };
}
