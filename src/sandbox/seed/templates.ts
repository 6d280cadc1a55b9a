import type { Context } from "../engine/context.ts";
import { templates, withHead } from "../resources/template-rows.ts";
import { DAY_MS } from "./calendar.ts";

export type TemplateName = keyof typeof BODIES;

const GREETING = "<p>Hi {{ first_name|default:'there' }},</p>";
const SHOP = "https://harbourandpine.example";

function button(text: string, path: string): string {
  return `<p><a href="${SHOP}/${path}" style="background:#1f4d3a;color:#fff;padding:12px 20px;text-decoration:none">${text}</a></p>`;
}

/** What stands between head and foot, by the template's name. */
const BODIES = {
  "Monthly letter": `${GREETING}<p>Low tide, warm roaster: here is what happened on the quay in {% current_month_name %}.</p><h2>From the back room</h2><p>Two new lots are resting. We taste them on Thursday and tell you which one stays.</p>${button("Read the letter", "journal")}`,
  Welcome: `${GREETING}<p>Thank you for coming aboard. We roast on Tuesdays and pack the same afternoon.</p><p>Your first parcel ships free with the code at the end of this letter.</p>${button("Find your roast", "coffee")}`,
  "Seasonal sale": `${GREETING}<p>For three days the winter shelf is 20 % lower. Blankets, beanies and everything made of wool.</p>{% if person|lookup:'Loyalty Tier' == 'Gold' %}<p>Gold members have free shipping on top.</p>{% endif %}${button("See the shelf", "sale")}`,
  "New roast": `${GREETING}<p>A new single origin is in the hopper. Notes of plum, cocoa and cedar; small lot, 140 bags.</p>{% if person|lookup:'Favorite Roast' %}<p>You told us you like a {{ person|lookup:'Favorite Roast'|lower }} roast, so start with the filter grind.</p>{% endif %}${button("Taste it", "coffee/single-origin")}`,
  "Trail guide": `${GREETING}<p>Six miles, two views, one thermos. This month's walk follows the old ferry road.</p><ol><li>Start at the lime kiln.</li><li>Keep the water on your left.</li><li>Stop where the pines open.</li></ol>${button("Download the map", "trails")}`,
  "VIP early access": `${GREETING}<p>You get the keys a day before everybody else. The page below is only in this letter.</p>${button("Open the early shelf", "early")}<p>Your tier: {{ person|lookup:'Loyalty Tier'|default:'Bronze' }}</p>`,
  "Gift guide": `${GREETING}<p>Boxes under 60 dollars, boxes over 60 dollars, and one for the person who has a tent already.</p>${button("Choose a box", "gifts")}<p>Order by December 16 for the holidays.</p>`,
  "We miss you": `${GREETING}<p>It has been a while. The kettle still knows you.</p><p>Here is a bag on the house with your next order.</p>${button("Come back", "coffee")}`,
  "Plain note": `${GREETING}<p>A short one from the two of us: thank you.</p><p>Ines and Tobias, Harbour &amp; Pine</p>`,
} as const;

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
