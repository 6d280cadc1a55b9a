import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { isEmail } from "../resources/profile-input.ts";
import { profiles } from "../resources/profile-rows.ts";
import { profileResource } from "../resources/profiles.ts";
import { startPreview } from "../resources/template-previews.ts";
import { templates } from "../resources/template-rows.ts";
import { renderRow } from "../templates/render-row.ts";
import type { Values } from "../templates/values.ts";

/** Documented. */
const MAX_RECIPIENTS = 5;

/** Takes on a test mail: rendered for one person, sent to whoever is named. */
export const previewTemplate = defineAction("create_template_preview_send_job_beta", (request, ctx) => {
  const { attributes, one } = parseInput(request.body);
  const recipients = arrayOf(attributes["recipients"]).map(String);
  checkRecipients(recipients);
  const [id, person] = [one("template") ?? "", one("profile")];
  const template = ctx.rows(templates).get(id) ?? refuse("not_found", `A template with id ${id} does not exist.`);
  const values = { ...personOf(person, ctx), ...objectOf(attributes["context"]) };
  const { html, text = null } = renderRow(template, values, ctx);
  // A template has no subject of its own, so its name stands there (assumed).
  const message = { subject: template.name, html, text };
  return ctx.reply.item(request, "template-preview-send-job", startPreview({ template: id, recipients, message }, ctx));
});

function checkRecipients(recipients: readonly string[]): void {
  const source = { pointer: "/data/attributes/recipients" };
  if (recipients.length === 0) refuse("invalid", "At least one recipient is required.", { source });
  if (recipients.length > MAX_RECIPIENTS) refuse("invalid", `A test mail has at most ${MAX_RECIPIENTS} recipients.`, { source });
  for (const [i, address] of recipients.entries()) {
    if (!isEmail(address)) refuse("invalid", "Invalid email address", { source: { pointer: `${source.pointer}/${i}` } });
  }
}

/** What stands in a template for the person: all of it as `person`, and as names of their own what nothing else is called. */
function personOf(id: string | undefined, ctx: Context): Values {
  const known =
    id === undefined ? undefined : (ctx.rows(profiles).get(id) ?? refuse("not_found", `A profile with id ${id} does not exist.`));
  const attributes = known ? profileResource.attributes(known, ctx) : NOBODY;
  const { organization: _, properties, ...person } = attributes;
  return { ...person, person: { ...objectOf(properties), ...attributes } };
}

/** Documented: without a profile there is a made-up one; who that is, is ours. */
const NOBODY = { first_name: "Ada", last_name: "Sample", email: "ada.sample@example.com", organization: "Sample Ltd", properties: {} };
