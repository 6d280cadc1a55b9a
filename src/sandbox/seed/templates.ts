import type { Context } from "../engine/context.ts";
import { templates, withHead } from "../resources/template-rows.ts";
import { DAY_MS } from "./calendar.ts";
import { BODIES, type TemplateName } from "./template-bodies.ts";

/** The library of the shop. Returns ids by name. */
export function seedTemplates(ctx: Context, openedMs: number): Record<TemplateName, string> {
  const made = Object.entries(BODIES).map(([name, body], i) => {
    const at = openedMs + (30 + 5 * i) * DAY_MS;
    const html = withHead(page(name, body));
    const text = `Hi {{ first_name|default:'there' }}, read this letter at {% web_view_link %}. Unsubscribe: {% unsubscribe_link %}`;
    return [name, ctx.rows(templates).put({ id: ctx.ids.short(), name, editor: "CODE", html, text, created: at, updated: at }).id];
  });
  // Safe: the entries are those of BODIES.
  return Object.fromEntries(made) as Record<TemplateName, string>;
}

function page(title: string, body: string): string {
  return [
    `<html><head><meta charset="utf-8"><title>${title}</title></head>`,
    `<body style="margin:0;background:#f4f1ea;font-family:Georgia,serif;color:#23302b">`,
    `<p style="font-size:12px;text-align:center">{% web_view 'Read in the browser' %}</p>`,
    `<div style="max-width:600px;margin:auto;background:#fff;padding:32px"><h1>{{ organization.name|default:'Harbour & Pine' }}</h1>${body}</div>`,
    `<p style="font-size:12px;text-align:center">12 Quay Street, Portland, Maine 04101<br>`,
    `{% manage_preferences 'Choose what we write' %} or {% unsubscribe 'unsubscribe' %}<br>&copy; {% current_year %} Harbour &amp; Pine</p>`,
    `</body></html>`,
  ].join("");
}
