import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { textConfigurations, type TextConfigurationRow } from "./text-messaging-rows.ts";

const MAX_PREFIX = 50;

/** What makes an account one that sends texts. There is one, and nothing in the API changes or removes it. */
export const textConfigurationResource = defineResource<TextConfigurationRow>({
  type: "text-messaging-configuration",
  path: "/api/text-messaging-configurations",
  collection: textConfigurations,
  attributes: (row, ctx) => ({
    org_prefix: row.prefix,
    opt_out_language: "Text STOP to opt out.",
    status: "active",
    created_at: timeText(row.created, ctx),
    updated_at: timeText(row.updated, ctx),
  }),
  create({ attributes }, ctx) {
    if (ctx.rows(textConfigurations).has(ctx.accountId)) refuse("conflict", "The account has a text messaging configuration already.");
    const prefix = textOf(attributes["org_prefix"]) ?? "";
    if (prefix.trim() === "" || prefix.length > MAX_PREFIX)
      refuse("invalid", `'org_prefix' must have 1 to ${MAX_PREFIX} characters.`, { source: { pointer: "/data/attributes/org_prefix" } });
    return { id: ctx.accountId, prefix, created: ctx.now, updated: ctx.now };
  },
});
