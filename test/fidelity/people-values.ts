import type { JsonObject } from "../../src/lib/json.ts";
import { always, type Override } from "./override.ts";

const NEITHER = { list: undefined, segment: undefined };

/** People, consent, coupons and metrics. */
export const PEOPLE_VALUES: Record<string, Override> = {
  request_profile_deletion: always("exactly one identifier is taken", { profile: { email: "forgotten@example.com" } }),
  bulk_suppress_profiles: always("whom must be said in one of three ways", { ...NEITHER, profiles: [{ email: "gone@example.com" }] }),
  bulk_unsuppress_profiles: always("whom must be said in one of three ways", { ...NEITHER, profiles: [{ email: "back@example.com" }] }),
  bulk_subscribe_profiles: always("an import of old consent needs its time", {
    profiles: [consenting("SUBSCRIBED")],
    historical_import: undefined,
  }),
  bulk_unsubscribe_profiles: always("consent has values that belong to its operation", { profiles: [consenting("UNSUBSCRIBED")] }),
  merge_profiles: {
    because: "a profile is not merged into itself",
    args: async ({ ids }) => ({ id: await ids.fresh("profile"), profiles: [await ids.fresh("profile")] }),
  },
  update_profile: always("a patch of properties undoes what is sent beside it", { patch_properties: undefined }),
  create_conversation_message: always("one kind of message has an order of fallbacks", { message_hierarchy: undefined }),
  create_back_in_stock_subscription: always("a profile is obligatory though its schema says otherwise", {
    profile: { email: "waiting@example.com" },
  }),
  get_coupon_codes: {
    because: "the filter must name a coupon or a profile",
    args: async ({ ids }) => ({ filter: `any(coupon.id,[${JSON.stringify(await ids.one("coupon"))}])` }),
  },
  update_coupon_code: always("a code's status moves as it is used", { status: undefined }),
  update_mapped_metric: {
    because: "one of the two kinds of metric has to be named",
    args: async ({ ids }) => ({ id: "revenue", metric: await ids.one("metric"), custom_metric: undefined }),
  },
  get_custom_metric_for_mapped_metric: mappedToCustom(),
  get_custom_metric_id_for_mapped_metric: mappedToCustom(),
};

function consenting(consent: string): JsonObject {
  return { email: "choosing@example.com", subscriptions: { email: { marketing: { consent } } } };
}

function mappedToCustom(): Override {
  return {
    because: "only a mapping to a custom metric has one",
    async args({ ids, shop }) {
      const relationships = { "custom-metric": { data: { type: "custom-metric", id: await ids.one("custom-metric") } } };
      const id = "ordered_product";
      await shop.call("PATCH", `/api/mapped-metrics/${id}`, { data: { type: "mapped-metric", id, relationships } });
      return { id };
    },
  };
}
