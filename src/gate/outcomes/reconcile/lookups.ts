import type { Catalog } from "../../../catalog/catalog.ts";
import type { Operation } from "../../../catalog/operation.ts";
import { isJsonObject, type JsonObject } from "../../../lib/json.ts";
import { memberOf } from "./agree.ts";
import { assignedTemplate, copied, newCampaign, newest, newestCampaigns, schemaRelationship } from "./find-copies.ts";
import { bulkEvents, clientEvents, singleEvent } from "./find-events.ts";
import { changed, equals, gone, job, keyed, linked, made, pathArgs } from "./finders.ts";
import { textAt, timeOf, type Finder } from "./sighting.ts";

/** How the gate finds out whether a write of unknown outcome happened. */
export interface Lookup {
  find: Finder;
  /** Its rows say no time, so what is there already is noted before the write leaves. */
  timeless?: true;
  /** What is found is work that Klaviyo still has to do. */
  isJob?: true;
}

const catalogId =
  (prefix = "external_id") =>
  (args: JsonObject): JsonObject => ({
    id: `${textAt(args, "integration_type") ?? "$custom"}:::${textAt(args, "catalog_type") ?? "$default"}:::${textAt(args, prefix) ?? ""}`,
  });

const under =
  (name: string) =>
  (args: JsonObject): JsonObject | undefined => {
    const id = textAt(args, name);
    return id === undefined ? undefined : { id };
  };

const lengthOf =
  (name: string) =>
  (args: JsonObject): number | undefined =>
    Array.isArray(args[name]) ? args[name].length : undefined;

/** A campaign that was a draft and has left that state since. */
const sentCampaign: Finder = async ({ reader, args, sinceMs }) => {
  const read = "get_campaign";
  const attributes = memberOf(await reader.item(read, pathArgs(args)), "attributes");
  const status = textAt(attributes, "status");
  const isRecent = (timeOf({ attributes: { updated_at: attributes["updated_at"] ?? null } }) ?? 0) >= sinceMs;
  return { kind: "state", holds: status === undefined || (status !== "Draft" && !isRecent) ? undefined : status !== "Draft", read };
};

const scheduledMessage: Finder = async ({ reader, args }) => {
  const read = "get_campaign_message_beta";
  const row = await reader.item(read, { id: textAt(args, "campaign_message") ?? "" });
  const status = textAt(memberOf(memberOf(row, "attributes"), "definition"), "status");
  return { kind: "state", holds: status === undefined ? undefined : status.toLowerCase() !== "draft", read };
};

const mergedProfile: Finder = async ({ reader, args }) => {
  const sources = Array.isArray(args["profiles"]) ? args["profiles"].filter((id) => typeof id === "string") : [];
  const found = await Promise.all(sources.map((id) => reader.item("get_profile", { id })));
  const isGone = found.map((row) => row === undefined);
  return { kind: "state", holds: isGone.every(Boolean) ? true : isGone.some(Boolean) ? undefined : false, read: "get_profile" };
};

const newProfile: Finder = async (search) => {
  for (const field of ["email", "phone_number", "external_id"]) {
    const value = textAt(search.args, field);
    if (value !== undefined) return made("get_profiles", { identity: [field], args: () => ({ filter: equals(field, value) }) })(search);
  }
  return { kind: "state", holds: undefined, read: "get_profiles" };
};

/** Every operation whose repetition would do it twice, and that can be looked up. A test holds it against the catalog. */
const LOOKUPS: Record<string, Lookup> = {
  create_campaign: { find: newCampaign },
  create_campaign_clone: { find: copied(newestCampaigns, { source: "get_campaign", name: "new_name" }) },
  assign_template_to_campaign_message: { find: assignedTemplate },
  send_campaign: { find: sentCampaign, isJob: true },
  create_catalog_item: { find: keyed("get_catalog_item", catalogId()) },
  create_catalog_variant: { find: keyed("get_catalog_variant", catalogId()) },
  create_catalog_category: { find: keyed("get_catalog_category", catalogId()) },
  bulk_create_catalog_items: { find: job("get_bulk_create_catalog_items_jobs", lengthOf("items")), isJob: true },
  bulk_create_catalog_variants: { find: job("get_bulk_create_variants_jobs", lengthOf("variants")), isJob: true },
  bulk_create_catalog_categories: { find: job("get_bulk_create_categories_jobs", lengthOf("categories")), isJob: true },
  bulk_create_coupon_codes: { find: job("get_bulk_create_coupon_code_jobs", lengthOf("coupon_codes")), isJob: true },
  create_coupon: { find: keyed("get_coupon", ({ external_id: id }) => (typeof id === "string" ? { id } : undefined)), timeless: true },
  create_coupon_code: {
    find: made("get_coupon_codes_for_coupon", { identity: ["unique_code"], args: under("coupon") }),
    timeless: true,
  },
  create_data_source: { find: made("get_data_sources", { identity: ["title"] }), timeless: true },
  create_object_type: { find: made("get_object_types", { identity: ["title"] }) },
  create_object_schema: {
    find: made("get_schema_versions_for_object_type", { identity: ["title"], args: under("object_type") }),
    timeless: true,
  },
  create_object_schema_relationship: { find: schemaRelationship("get_object_schema_relationships"), timeless: true },
  create_profile_schema_relationship: { find: schemaRelationship("get_profile_schema_relationships"), timeless: true },
  create_event: { find: singleEvent },
  create_client_event: { find: singleEvent },
  bulk_create_events: { find: bulkEvents },
  bulk_create_client_events: { find: clientEvents },
  create_flow: { find: made("get_flows") },
  create_form: { find: made("get_forms") },
  upload_image_from_url: { find: made("get_images") },
  upload_image_from_file: { find: made("get_images") },
  create_list: { find: made("get_lists") },
  create_custom_metric: { find: made("get_custom_metrics") },
  create_profile: { find: newProfile },
  merge_profiles: { find: mergedProfile },
  create_segment: { find: made("get_segments") },
  create_tag: { find: made("get_tags"), timeless: true },
  create_tag_group: { find: made("get_tag_groups"), timeless: true },
  create_template: { find: made("get_templates") },
  clone_template: {
    find: copied((reader, _, sinceMs) => newest(reader, "get_templates", {}, sinceMs), { source: "get_template", name: "name" }),
  },
  create_universal_content: { find: made("get_all_universal_content") },
  create_web_feed: { find: made("get_web_feeds") },
  create_webhook: { find: made("get_webhooks") },
  create_campaign_beta: { find: made("get_campaigns_beta", { identity: ["definition.name"] }) },
  clone_campaign_beta: {
    find: copied((reader, _, sinceMs) => newest(reader, "get_campaigns_beta", {}, sinceMs), {
      source: "get_campaign_beta",
      name: "name",
      at: "definition.name",
    }),
  },
  create_campaign_message_beta: {
    find: made("get_messages_for_campaign_beta", { identity: ["definition.name"], args: under("campaign") }),
  },
  clone_campaign_message_beta: {
    find: copied(
      async (reader, args, sinceMs) =>
        newest(reader, "get_campaign_messages_for_campaign_audience_beta", { id: textAt(args, "campaign_audience") ?? "" }, sinceMs),
      { source: "get_campaign_message_beta", name: "name", at: "definition.name" },
    ),
  },
  schedule_campaign_message_beta: { find: scheduledMessage },
  create_campaign_audience_beta: {
    find: made("get_campaign_audiences_for_campaign_beta", { identity: ["definition.name"], args: under("campaign") }),
  },
  clone_campaign_audience_beta: {
    find: copied(
      async (reader, args, sinceMs) => {
        const id = textAt(args, "campaign");
        return id === undefined ? undefined : newest(reader, "get_campaign_audiences_for_campaign_beta", { id }, sinceMs);
      },
      { source: "get_campaign_audience_beta", name: "name", at: "definition.name" },
    ),
  },
  create_campaign_variation_beta: {
    find: made("get_variations_for_campaign_message_beta", { identity: ["definition"], args: under("campaign_message") }),
  },
  create_sending_domain_beta: { find: made("get_sending_domains_beta", { identity: ["domain"] }) },
  create_text_messaging_configuration_beta: {
    find: keyed("get_text_messaging_configuration_beta", (_, { reader }) => ({ id: reader.accountId })),
  },
  create_text_messaging_sender_beta: { find: made("get_text_messaging_senders_beta", { identity: ["sender_type"] }) },
  create_text_messaging_sender_registration_beta: {
    find: keyed("get_messaging_sender_registration_for_text_messaging_sender_beta", under("text_messaging_sender")),
    timeless: true,
  },
  create_translation_beta: { find: made("get_translations_beta", { identity: ["source_locale", "channel"] }) },
  create_brand_logo_beta: { find: made("get_brand_logos_beta"), timeless: true },
  create_brand_button_beta: { find: made("get_brand_buttons_beta"), timeless: true },
  create_brand_color_beta: { find: made("get_brand_colors_beta"), timeless: true },
  create_brand_social_group_beta: { find: made("get_brand_social_groups_beta"), timeless: true },
  create_agent_knowledge_beta: { find: made("list_agent_knowledge_beta", { identity: ["source"] }) },
  create_agent_knowledge_file_beta: { find: made("list_agent_knowledge_beta", { identity: ["title"] }) },
  create_agent_secret_beta: { find: made("get_agent_secrets_beta") },
  create_agent_skill_beta: { find: made("get_agent_skills_beta", { identity: ["display_name"] }) },
  create_agent_tool_beta: { find: made("get_agent_tools_beta"), timeless: true },
  bulk_import_profiles: { find: job("get_bulk_import_profiles_jobs", lengthOf("profiles")), isJob: true },
  bulk_suppress_profiles: { find: job("get_bulk_suppress_profiles_jobs", lengthOf("profiles")), isJob: true },
  bulk_unsuppress_profiles: { find: job("get_bulk_unsuppress_profiles_jobs", lengthOf("profiles")), isJob: true },
  bulk_update_catalog_items: { find: job("get_bulk_update_catalog_items_jobs", lengthOf("items")), isJob: true },
  bulk_delete_catalog_items: { find: job("get_bulk_delete_catalog_items_jobs", lengthOf("items")), isJob: true },
  bulk_update_catalog_variants: { find: job("get_bulk_update_variants_jobs", lengthOf("variants")), isJob: true },
  bulk_delete_catalog_variants: { find: job("get_bulk_delete_variants_jobs", lengthOf("variants")), isJob: true },
  bulk_update_catalog_categories: { find: job("get_bulk_update_categories_jobs", lengthOf("categories")), isJob: true },
  bulk_delete_catalog_categories: { find: job("get_bulk_delete_categories_jobs", lengthOf("categories")), isJob: true },
  request_profile_deletion: {
    find: gone("get_profile", ({ profile }) => {
      const id = isJsonObject(profile) ? textAt(profile, "id") : undefined;
      return id === undefined ? undefined : { id };
    }),
  },
};

/** How to look a write up: as declared, or by the read of the same path for what sets, deletes and links. Undefined for what answers no read. */
export function lookupOf(catalog: Catalog, operation: Operation): Lookup | undefined {
  const declared = LOOKUPS[operation.id];
  if (declared || operation.effect.retry === "unreadable") return declared;
  const read = catalog.operations.find(
    ({ method, path, channel }) => method === "GET" && path === operation.path && channel === operation.channel,
  )?.id;
  if (read === undefined || operation.id.includes("schema_relationship")) return undefined;
  if (operation.shape === "update") return { find: changed(read) };
  if (operation.shape === "delete") return { find: gone(read) };
  if (operation.shape !== "link") return undefined;
  return { find: linked(read, operation.method === "POST" ? "in" : operation.method === "DELETE" ? "out" : "all") };
}
