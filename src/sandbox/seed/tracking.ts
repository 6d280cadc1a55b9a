import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { trackingSettings } from "../resources/tracking-settings.ts";

/** The shop counts its visits by UTM parameters of its own. */
export function seedTracking(ctx: Context): void {
  const both = (type: string, value: string): JsonObject => ({ flow: { type, value }, campaign: { type, value } });
  ctx.rows(trackingSettings).put({
    id: ctx.accountId,
    auto: true,
    parameters: {
      utm_source: both("static", "letter"),
      utm_medium: both("dynamic", "message_type"),
      utm_campaign: { flow: { type: "dynamic", value: "flow_name" }, campaign: { type: "dynamic", value: "campaign_name" } },
      utm_id: { flow: { type: "dynamic", value: "flow_id" }, campaign: { type: "dynamic", value: "campaign_id" } },
      utm_term: null,
    },
    custom: [{ name: "hp_list", flow: { type: "static", value: "flow" }, campaign: { type: "dynamic", value: "group_name" } }],
  });
}
