import type { JsonObject } from "../../src/lib/json.ts";
import { readyCampaign } from "../fidelity/campaign-values.ts";
import type { From } from "../fidelity/override.ts";
import { dataOf, type Shop } from "../fidelity/shop.ts";

/** Makes something that is worth undoing, and gives the arguments of the write. Writes that are not here take the arguments of the fidelity tests. */
export type Situation = (from: From) => Promise<JsonObject>;

const links = (shop: Shop, path: string, type: string, ids: string[], method = "POST") =>
  shop.call(method, path, { data: ids.map((id) => ({ type, id })) });
const person = async ({ shop }: From, at = 0) => {
  const found = dataOf(await shop.ask("/api/profiles", { "page[size]": "20", filter: 'greater-than(created,"2020-01-01T00:00:00Z")' }))[at];
  return { id: found?.id ?? "", email: String(found?.attributes?.["email"] ?? "") };
};
const consentless = async ({ shop }: From): Promise<string> => {
  const email = `nobody${shop.sandbox.control.clock().now}@example.com`;
  await shop.call("POST", "/api/profiles", { data: { type: "profile", attributes: { email } } });
  return email;
};

async function tagOn(from: From, plural: string, type: string, id: string): Promise<string> {
  const tag = await from.ids.fresh("tag");
  await links(from.shop, `/api/tags/${tag}/relationships/${plural}`, type, [id]);
  return tag;
}

async function scheduled(from: From): Promise<string> {
  const id = await readyCampaign(from);
  const attributes = { send_strategy: { method: "static", datetime: "2099-01-01T10:00:00+00:00", options: { is_local: false } } };
  await from.shop.call("PATCH", `/api/campaigns/${id}`, { data: { type: "campaign", id, attributes } });
  return id;
}

const remove =
  (plural: string, type: string): Situation =>
  async (from) => {
    const id = await from.ids.fresh(type);
    return { id: await tagOn(from, plural, type, id), [plural]: [id] };
  };

const tokenOf = async (from: From): Promise<JsonObject> => {
  const { id, email } = await person(from, 3);
  const profile = { data: { type: "profile", id, attributes: { email } } };
  const attributes = {
    token: `device-${from.shop.sandbox.control.clock().now}`,
    platform: "ios",
    vendor: "apns",
    enablement_status: "AUTHORIZED",
    profile,
  };
  await from.shop.call("POST", "/api/push-tokens", { data: { type: "push-token", attributes } });
  from.shop.sandbox.control.advance(60_000);
  return { token: attributes.token, platform: "ios", vendor: "apns", profile: { id, email } };
};

export const SITUATIONS: Record<string, Situation> = {
  send_campaign: async (from) => ({ id: await scheduled(from) }),
  async cancel_campaign_send(from) {
    const id = await scheduled(from);
    await from.shop.call("POST", "/api/campaign-send-jobs", { data: { type: "campaign-send-job", id } });
    from.shop.sandbox.control.advance(60_000);
    return { id, action: "revert" };
  },
  async delete_campaign(from) {
    const id = await readyCampaign(from);
    await tagOn(from, "campaigns", "campaign", id);
    return { id };
  },
  async assign_template_to_campaign_message({ ids, shop }) {
    const campaign = await readyCampaign({ ids, shop });
    const [message] = dataOf(await shop.ask(`/api/campaigns/${campaign}/campaign-messages`));
    return { id: message?.id ?? "", template: await ids.fresh("template") };
  },
  async update_image_for_campaign_message({ ids, shop }) {
    const definition = { channel: "sms", content: { body: "Hello" } };
    const messages = { data: [{ type: "campaign-message", attributes: { definition } }] };
    const attributes = { name: "Text", audiences: { included: [await ids.one("list")] }, "campaign-messages": messages };
    const campaign = dataOf(await shop.call("POST", "/api/campaigns", { data: { type: "campaign", attributes } }))[0]?.id ?? "";
    const id = dataOf(await shop.ask(`/api/campaigns/${campaign}/campaign-messages`))[0]?.id ?? "";
    const [first, second] = await ids.of("image");
    await shop.call("PATCH", `/api/campaign-messages/${id}/relationships/image`, { data: { type: "image", id: first } });
    return { id, image: second ?? first ?? "" };
  },
  async bulk_update_catalog_items({ ids }) {
    return {
      items: [{ id: await ids.fresh("catalog-item"), title: "Renamed", price: 3, categories: [await ids.one("catalog-category")] }],
    };
  },
  async bulk_update_catalog_variants({ ids }) {
    return { variants: [{ id: await ids.fresh("catalog-variant"), title: "Renamed", inventory_quantity: 2 }] };
  },
  async bulk_update_catalog_categories({ ids }) {
    return { categories: [{ id: await ids.fresh("catalog-category"), name: "Renamed", items: [await ids.one("catalog-item")] }] };
  },
  async delete_catalog_item({ ids, shop }) {
    const id = await ids.fresh("catalog-item");
    await links(shop, `/api/catalog-items/${id}/relationships/categories`, "catalog-category", [await ids.one("catalog-category")]);
    return { id };
  },
  async remove_items_from_catalog_category({ ids, shop }) {
    const [id, item] = [await ids.fresh("catalog-category"), await ids.one("catalog-item")];
    await links(shop, `/api/catalog-categories/${id}/relationships/items`, "catalog-item", [item]);
    return { id, items: [item] };
  },
  async remove_categories_from_catalog_item({ ids, shop }) {
    const [id, category] = [await ids.fresh("catalog-item"), await ids.one("catalog-category")];
    await links(shop, `/api/catalog-items/${id}/relationships/categories`, "catalog-category", [category]);
    return { id, categories: [category] };
  },
  async delete_coupon({ ids, shop }) {
    const id = await ids.fresh("coupon");
    for (const unique_code of ["ONE", "TWO"]) {
      const relationships = { coupon: { data: { type: "coupon", id } } };
      await shop.call("POST", "/api/coupon-codes", { data: { type: "coupon-code", attributes: { unique_code }, relationships } });
    }
    return { id };
  },
  async delete_list(from) {
    const id = await from.ids.fresh("list");
    const people = [await person(from, 0), await person(from, 1), await person(from, 2)];
    await links(
      from.shop,
      `/api/lists/${id}/relationships/profiles`,
      "profile",
      people.map((one) => one.id),
    );
    await tagOn(from, "lists", "list", id);
    return { id };
  },
  async add_profiles_to_list(from) {
    const id = await from.ids.fresh("list");
    const [first, second] = [await person(from, 0), await person(from, 1)];
    await links(from.shop, `/api/lists/${id}/relationships/profiles`, "profile", [first.id]);
    return { id, profiles: [first.id, second.id] };
  },
  async remove_profiles_from_list(from) {
    const id = await from.ids.fresh("list");
    const [first, second] = [await person(from, 0), await person(from, 1)];
    await links(from.shop, `/api/lists/${id}/relationships/profiles`, "profile", [first.id]);
    return { id, profiles: [first.id, second.id] };
  },
  async delete_segment(from) {
    const id = await from.ids.fresh("segment");
    await tagOn(from, "segments", "segment", id);
    return { id };
  },
  async delete_flow(from) {
    const id = await from.ids.fresh("flow");
    await tagOn(from, "flows", "flow", id);
    return { id };
  },
  async delete_tag(from) {
    const [list, segment] = [await from.ids.fresh("list"), await from.ids.fresh("segment")];
    const id = await tagOn(from, "lists", "list", list);
    await links(from.shop, `/api/tags/${id}/relationships/segments`, "segment", [segment]);
    return { id };
  },
  async delete_tag_group(from) {
    const { ids, shop } = from;
    const id = await ids.fresh("tag-group");
    const list = await ids.fresh("list");
    for (const name of ["Autumn", "Spring"]) {
      const relationships = { "tag-group": { data: { type: "tag-group", id } } };
      const made = await shop.call("POST", "/api/tags", {
        data: { type: "tag", attributes: { name: `${name} ${shop.sandbox.control.clock().now}` }, relationships },
      });
      await links(shop, `/api/tags/${dataOf(made)[0]?.id}/relationships/lists`, "list", [list]);
    }
    return { id };
  },
  remove_tag_from_lists: remove("lists", "list"),
  remove_tag_from_segments: remove("segments", "segment"),
  remove_tag_from_campaigns: remove("campaigns", "campaign"),
  remove_tag_from_flows: remove("flows", "flow"),
  async update_flow({ ids }) {
    return { id: await ids.fresh("flow"), status: "manual" };
  },
  async update_profile({ shop }) {
    const attributes = {
      email: `ada${shop.sandbox.control.clock().now}@example.com`,
      first_name: "Ada",
      location: { city: "Portland", zip: "04101" },
      properties: { size: "M", sizes: ["S", "M"], gone: null, deep: { left: { right: 1 } } },
    };
    const made = await shop.call("POST", "/api/profiles", { data: { type: "profile", attributes } });
    return {
      id: dataOf(made)[0]?.id ?? "",
      first_name: null,
      last_name: "Lovelace",
      location: { city: "Bangor", region: "Maine" },
      properties: { size: "L", added: true, deep: { left: 2 } },
      patch_properties: { append: { sizes: "L" }, unset: ["gone"] },
    };
  },
  async create_or_update_profile(from) {
    const email = await consentless(from);
    return { email, first_name: "Changed", properties: { Added: 1 } };
  },
  async create_client_profile(from) {
    const { email } = await person(from, 5);
    return { email, title: "Changed", properties: { Added: 1 } };
  },
  async bulk_import_profiles(from) {
    const people = [await person(from, 6), await person(from, 7)];
    return { profiles: people.map(({ email }) => ({ email, first_name: "Imported" })), lists: [await from.ids.fresh("list")] };
  },
  async bulk_suppress_profiles(from) {
    return { profiles: [{ email: await consentless(from) }] };
  },
  async bulk_unsuppress_profiles(from) {
    const email = await consentless(from);
    const profiles = { data: [{ type: "profile", attributes: { email } }] };
    await from.shop.call("POST", "/api/profile-suppression-bulk-create-jobs", {
      data: { type: "profile-suppression-bulk-create-job", attributes: { profiles } },
    });
    from.shop.sandbox.control.advance(60_000);
    return { profiles: [{ email }] };
  },
  async bulk_subscribe_profiles(from) {
    return { profiles: [{ email: await consentless(from), subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } } }] };
  },
  async create_client_subscription(from) {
    return {
      profile: { email: await consentless(from), subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } } },
      list: await from.ids.one("list"),
    };
  },
  async create_push_token(from) {
    const { id, email } = await person(from, 8);
    return { token: "new-device", platform: "ios", vendor: "apns", enablement_status: "AUTHORIZED", profile: { id, email } };
  },
  async create_client_push_token(from) {
    const { email } = await person(from, 9);
    return { token: "new-client-device", platform: "ios", vendor: "apns", enablement_status: "AUTHORIZED", profile: { email } };
  },
  unregister_client_push_token: tokenOf,
  async update_api_key_beta({ ids, shop }) {
    shop.sandbox.control.createKey("spare", ["lists:read"]);
    const all = dataOf(await shop.ask("/api/api-keys"));
    const spare = all.find(({ attributes }) => attributes?.["name"] === "spare");
    return { id: spare?.id ?? (await ids.one("api-key")), name: "Renamed", status: "disabled" };
  },
  async update_review({ ids, shop }) {
    const id = await ids.fresh("review");
    const publish = { data: { type: "review", id, attributes: { status: { value: "published" } } } };
    await shop.call("PATCH", `/api/reviews/${id}`, publish);
    return { id, status: { value: "rejected", rejection_reason: { reason: "unrelated" } } };
  },
};
