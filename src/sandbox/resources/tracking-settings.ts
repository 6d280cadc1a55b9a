import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** UTM parameters of one account. Each is `{flow, campaign}` as in the API, `null` where it is not used. */
export interface TrackingSettingRow extends Row {
  auto: boolean;
  parameters: Record<(typeof PARAMETERS)[number], JsonObject | null>;
  custom: Json[];
}

export const PARAMETERS = ["utm_source", "utm_medium", "utm_campaign", "utm_id", "utm_term"] as const;

/** Holds the setting once it was changed; see {@link trackingSetting}. */
export const trackingSettings = defineCollection<TrackingSettingRow>("tracking_settings");

const both = (type: string, value: string): JsonObject => ({ flow: { type, value }, campaign: { type, value } });

/** What an account has before anybody changed it (assumed). */
const DEFAULT: Omit<TrackingSettingRow, "id"> = {
  auto: false,
  parameters: {
    utm_source: both("static", "Klaviyo"),
    utm_medium: both("dynamic", "message_type"),
    utm_campaign: { flow: { type: "dynamic", value: "flow_name" }, campaign: { type: "dynamic", value: "campaign_name_id" } },
    utm_id: null,
    utm_term: null,
  },
  custom: [],
};

/** The one setting of the account, changed or not: its id is the account's. 404 for any other. */
export function trackingSetting(ctx: Context, id: string): TrackingSettingRow {
  if (id !== ctx.accountId) refuse("not_found", `A tracking-setting with id ${id} does not exist.`);
  return ctx.rows(trackingSettings).get(id) ?? { id, ...DEFAULT };
}

/** Documents of the setting (behaviour.md §2.20). Its operations are in `actions/tracking-settings.ts`, since it is only kept once changed. */
export const trackingSettingResource = defineResource<TrackingSettingRow>({
  type: "tracking-setting",
  path: "/api/tracking-settings",
  collection: trackingSettings,
  attributes: ({ auto, parameters, custom }) => ({ auto_add_parameters: auto, ...parameters, custom_parameters: custom }),
});
