import type { Json } from "../src/lib/json.ts";

/**
 * One call of a task: the action, what it is given, and the name under which later calls find its id. What is required and not given is filled in with something valid.
 * `@name` is the id that an earlier call made, `@any:list` one that the shop has.
 */
export type Step = [action: string, args?: Record<string, Json>, as?: string];

/** What somebody in a shop's marketing asks an agent to do, as the calls that it takes. */
export interface BusinessTask {
  title: string;
  steps: Step[];
}

const task = (title: string, ...steps: Step[]): BusinessTask => ({ title, steps });

const MONTH = { timeframe: { key: "last_30_days" } };
const draft = (name: string): Step[] => [["create_campaign", { name }, "campaign"]];

/** A hundred of them. */
export const BUSINESS_TASKS: readonly BusinessTask[] = [
  // Reports
  task("The weekly report of campaigns", ["get_campaigns"], ["query_campaign_values", MONTH]),
  task("The weekly report of flows", ["get_flows"], ["query_flow_values", MONTH]),
  task("How did opens go from week to week", ["query_flow_series"]),
  task("Which segments grow", ["get_segments"], ["query_segment_series"]),
  task("How does the VIP segment do", ["query_segment_values"]),
  task("What does the sign-up form bring", ["get_forms"], ["query_form_values"]),
  task("The form week by week", ["query_form_series"]),
  task("Revenue by day", ["get_metrics"], ["query_metric_aggregates"]),
  task("What do customers do most", ["get_metrics"], ["get_events"]),
  task("Who is on the newsletter list", ["get_lists"], ["get_profiles_for_list"]),
  task("Who is in the segment", ["get_segments"], ["get_profiles_for_segment"]),
  task("Look one customer up", ["get_profiles"], ["get_profile"]),
  task("Which lists is this customer on", ["get_lists_for_profile"], ["get_segments_for_profile"]),
  task("Which flows hang on this list", ["get_list"], ["get_flows_triggered_by_list"]),
  task("What is in the catalog", ["get_catalog_items"], ["get_catalog_categories"]),
  task("What do reviews say", ["get_reviews"]),
  task("Which coupons are there", ["get_coupons"], ["get_coupon_codes"]),
  task("Whom did a campaign go to", ["get_campaign"], ["get_tags_for_campaign"]),
  task("Check the account before the season", ["get_accounts"], ["get_tracking_settings"]),
  task("What is in this template", ["get_templates"], ["get_template"], ["render_template"]),
  // Campaigns
  task("Draft the spring newsletter", ["create_template", { name: "Spring" }, "template"], ...draft("Spring newsletter")),
  task("Draft a campaign for the VIPs", ["create_segment", { name: "VIP" }, "segment"], ...draft("For VIPs")),
  task(
    "Draft and tag a campaign",
    ...draft("Tagged"),
    ["create_tag", { name: "season" }, "tag"],
    ["tag_campaigns", { id: "@tag", campaigns: ["@campaign"] }],
  ),
  task("Rename last week's draft", ["get_campaigns"], ["update_campaign", { name: "Week 12, final" }]),
  task("Copy last month's campaign", ["create_campaign_clone", { new_name: "April" }]),
  task("A new subject for a draft", ["get_campaign_message"], ["update_campaign_message"]),
  task("Put a template into a draft", ["create_template", { name: "For the draft" }, "template"], ["assign_template_to_campaign_message"]),
  task("How many will get it", ["refresh_campaign_recipient_estimation"], ["get_campaign_recipient_estimation"]),
  task("Send the newsletter", ["get_campaign"], ["send_campaign"]),
  task("Prepare and send the flash sale", ...draft("Flash sale"), ["send_campaign"]),
  task("Send the reminder to those who have not opened", ["create_segment", { name: "Not opened" }, "segment"], ["send_campaign"]),
  task("Delete a draft that nobody needs", ...draft("Not needed"), ["delete_campaign", { id: "@campaign" }]),
  task(
    "Delete three old drafts",
    ...draft("Old 1"),
    ["delete_campaign", { id: "@campaign" }],
    ...draft("Old 2"),
    ["delete_campaign", { id: "@campaign" }],
    ...draft("Old 3"),
    ["delete_campaign", { id: "@campaign" }],
  ),
  task("Two drafts to compare", ...draft("Version A"), ...draft("Version B")),
  task("A draft in each week of the month", ...draft("Week 1"), ...draft("Week 2"), ...draft("Week 3"), ...draft("Week 4")),
  // Lists and segments
  task("A list for the summer event", ["create_list", { name: "Summer event" }, "list"]),
  task(
    "A list, and three people on it",
    ["create_list", { name: "Testers" }, "list"],
    ["add_profiles_to_list", { id: "@list", profiles: ["@any:profile"] }],
  ),
  task("Take somebody off a list", ["remove_profiles_from_list"]),
  task("Rename a list", ["create_list", { name: "Nwesletter" }, "list"], ["update_list", { id: "@list", name: "Newsletter 2" }]),
  task("Delete an empty list", ["create_list", { name: "Empty" }, "list"], ["delete_list", { id: "@list" }]),
  task("Tag the seasonal lists", ["create_tag", { name: "winter" }, "tag"], ["tag_lists", { id: "@tag", lists: ["@any:list"] }]),
  task("A segment of recent buyers", ["create_segment", { name: "Bought in 30 days" }]),
  task("A segment of those who lapsed", ["create_segment", { name: "Lapsed" }, "segment"], ["get_segment", { id: "@segment" }]),
  task("A segment for each of two cities", ["create_segment", { name: "London" }], ["create_segment", { name: "Leeds" }]),
  task(
    "A segment with a better name",
    ["create_segment", { name: "x" }, "segment"],
    ["update_segment", { id: "@segment", name: "Big spenders" }],
  ),
  task("Delete a segment that was a test", ["create_segment", { name: "Test" }, "segment"], ["delete_segment", { id: "@segment" }]),
  task("Tag a segment", ["create_tag", { name: "ours" }, "tag"], ["tag_segments", { id: "@tag", segments: ["@any:segment"] }]),
  // Tags
  task("Clean up tags", ["get_tags"], ["create_tag", { name: "old" }, "tag"], ["delete_tag", { id: "@tag" }]),
  task("Rename a tag", ["create_tag", { name: "sale" }, "tag"], ["update_tag", { id: "@tag", name: "sales" }]),
  task(
    "A tag group for regions",
    ["create_tag_group", { name: "Regions" }, "group"],
    ["create_tag", { name: "north", tag_group: "@group" }],
  ),
  task("Tag the welcome flow", ["create_tag", { name: "welcome" }, "tag"], ["tag_flows", { id: "@tag", flows: ["@any:flow"] }]),
  task(
    "Take a tag off a list",
    ["create_tag", { name: "off" }, "tag"],
    ["tag_lists", { id: "@tag", lists: ["@any:list"] }],
    ["remove_tag_from_lists", { id: "@tag", lists: ["@any:list"] }],
  ),
  // Content
  task(
    "Fix a typo in a template",
    ["create_template", { name: "Typo" }, "template"],
    ["get_template", { id: "@template" }],
    ["update_template", { id: "@template", html: "<p>Hello, friends</p>" }],
  ),
  task("A template for receipts", ["create_template", { name: "Receipt" }]),
  task("Copy a template and change its name", ["clone_template", { name: "Copy" }]),
  task("Delete a template of last year", ["create_template", { name: "2024" }, "template"], ["delete_template", { id: "@template" }]),
  task("A footer for all mails", ["create_universal_content", {}, "content"]),
  task("Change the footer", ["update_universal_content"]),
  task("Upload a banner from the shop's site", [
    "upload_image_from_url",
    { import_from_url: "https://cdn.example.com/banner.png", name: "banner" },
  ]),
  task("Rename an image", ["update_image", { name: "Banner, new" }]),
  task("Show a template with a name in it", ["render_template"]),
  task("A draft with its template", ["create_template", { name: "Launch" }, "template"], ...draft("Launch"), [
    "get_template",
    { id: "@template" },
  ]),
  // People
  task("Add a customer", ["create_profile", { email: "new.customer@example.com" }]),
  task("Save a shopper, known or not", ["create_or_update_profile", { email: "shopper@example.com" }]),
  task(
    "Mend a customer's name",
    ["create_profile", { email: "mended@example.com" }, "person"],
    ["update_profile", { id: "@person", first_name: "Ada" }],
  ),
  task("Note a birthday", ["update_profile", { properties: { birthday: "1990-05-01" } }]),
  task(
    "Note the size of shoes of three people",
    ["update_profile", { properties: { shoes: 41 } }],
    ["update_profile", { properties: { shoes: 42 } }],
    ["update_profile", { properties: { shoes: 38 } }],
  ),
  task("A changed address", ["update_profile", { email: "moved.house@example.com" }]),
  task("Import the contacts of the fair", ["bulk_import_profiles"], ["get_bulk_import_profiles_jobs"]),
  task("Two accounts of one customer", ["get_profiles"], ["merge_profiles"]),
  task("A request to be forgotten", ["get_profiles"], ["request_profile_deletion"]),
  task("What did this customer buy", ["get_events"], ["get_profile"]),
  // Consent
  task("Subscribe the people of the raffle, with their consent", ["bulk_subscribe_profiles"]),
  task("Subscribe one customer who wrote to us", ["bulk_subscribe_profiles"]),
  task("Take those off who complained", ["bulk_unsubscribe_profiles"]),
  task("Never mail these again", ["bulk_suppress_profiles"]),
  task("Let somebody hear from us again", ["bulk_unsuppress_profiles"]),
  // Coupons
  task("A coupon for the birthday", ["create_coupon", { external_id: "BIRTHDAY" }]),
  task(
    "A coupon and two codes",
    ["create_coupon", { external_id: "DROP" }, "coupon"],
    ["create_coupon_code", { coupon: "@coupon", unique_code: "DROP-1" }],
    ["create_coupon_code", { coupon: "@coupon", unique_code: "DROP-2" }],
  ),
  task("The coupon drop", ["create_coupon", { external_id: "BIGDROP" }, "coupon"], ["bulk_create_coupon_codes"], ["get_coupon_codes"]),
  task("A code that runs out earlier", ["update_coupon_code", { expires_at: "2027-01-01T00:00:00Z" }]),
  task("A better description for a coupon", ["update_coupon", { description: "10 % for members" }]),
  task("Delete a code that leaked", ["delete_coupon_code"]),
  // Flows
  task("Draft a welcome flow", ["create_flow", { name: "Welcome" }]),
  task("Draft a flow for abandoned carts", ["get_metrics"], ["create_flow", { name: "Abandoned cart" }]),
  task("Put a flow live", ["get_flow"], ["update_flow", { status: "live" }]),
  task("Pause a flow", ["update_flow", { status: "draft" }]),
  task("Delete a flow that was a test", ["create_flow", { name: "Test flow" }, "flow"], ["delete_flow", { id: "@flow" }]),
  task("What does the flow say", ["get_flows"], ["get_flow"], ["get_actions_for_flow"]),
  // Catalog
  task("A new product", ["create_catalog_item", { url: "https://shop.example.com/mug" }]),
  task("A new price", ["update_catalog_item", { price: 12 }]),
  task(
    "A category, and products in it",
    ["create_catalog_category", {}, "category"],
    ["add_items_to_catalog_category", { id: "@category" }],
  ),
  task("Take a product out of the catalog", ["delete_catalog_item"]),
  task("A size of a product", ["create_catalog_variant", { url: "https://shop.example.com/mug?size=l" }]),
  task("Rename a category", ["update_catalog_category", { name: "Mugs and cups" }]),
  // The rest
  task("Record an order that was made by phone", ["create_event"]),
  task("Show a review", ["get_reviews"], ["update_review"]),
  task("A feed of the best sellers", ["create_web_feed", { name: "best_sellers", url: "https://shop.example.com/feed.json" }]),
  task("Tell the shop's system of unsubscribes", ["create_webhook", { endpoint_url: "https://shop.example.com/hook" }]),
  task("A form for the pop-up shop", ["create_form"]),
];
