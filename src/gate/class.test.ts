import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import type { JsonObject } from "../lib/json.ts";
import { classOf } from "./class.ts";
import { RAISES } from "./raises.ts";

const catalog = loadCatalog();
const classed = (id: string, args: JsonObject) => classOf(mustFind(catalog, id), args);

describe("arguments raise the class", () => {
  it.each([
    ["create_flow", { definition: { actions: [{ data: { status: "live" } }] } }, 4],
    ["create_flow", { definition: { actions: [{ type: "send-webhook" }] } }, 4],
    ["create_flow", { definition: { actions: [{ data: { status: "draft" } }] } }, 3],
    ["create_form", { status: "live" }, 4],
    ["upload_image_from_url", { import_from_url: "https://evil.example/x.png" }, 4],
    ["upload_image_from_url", { import_from_url: "\thttps://evil.example" }, 4],
    ["upload_image_from_url", { import_from_url: "//evil.example" }, 4],
    ["upload_image_from_url", { import_from_url: "data:image/png;base64,AA" }, 2],
    ["create_web_feed", { url: " https://evil.example" }, 4],
    ["create_agent_knowledge_beta", { source: { url: "https://evil.example" } }, 4],
    ["update_campaign_message_beta", { definition: { status: "scheduled" } }, 4],
    ["update_campaign_message_beta", { definition: { send_options: { is_ignoring_unsubscribes: true } } }, 4],
    ["create_push_token", {}, 3],
    ["create_push_token", { enablement_status: "DENIED" }, 2],
    ["update_list", { opt_in_process: "single_opt_in" }, 3],
    ["update_list", { name: "x" }, 2],
    ["update_profile", { email: "x@example.com" }, 3],
    ["update_profile", { first_name: "Ada" }, 2],
  ] as const)("%s %o is of risk %i", (id, args, risk) => {
    expect(classed(id, args as JsonObject).risk).toBe(risk);
  });

  it.each<[string, JsonObject, string, number, string]>([
    ["create_flow", { definition: { actions: [{ data: { status: "live" } }] } }, "send-message", 4, "send-message-when-live"],
    ["create_flow", { definition: { actions: [{ type: "send-webhook" }] } }, "export", 4, "external-data-flow"],
    ["update_flow_action", { definition: { type: "send-webhook" } }, "update", 4, "external-data-flow"],
    ["create_form", { status: "live" }, "create", 4, "customer-visible"],
    ["upload_image_from_url", { import_from_url: "https://a.example/x" }, "export", 4, "external-data-flow"],
    ["create_web_feed", { url: "https://a.example/x" }, "export", 4, "external-data-flow"],
    ["update_web_feed", { url: "https://a.example/x" }, "export", 4, "external-data-flow"],
    ["create_agent_knowledge_beta", { source: { url: "https://a.example/x" } }, "export", 4, "external-data-flow"],
    ["update_agent_knowledge_beta", { content: { url: "https://a.example/x" } }, "export", 4, "external-data-flow"],
    ["create_agent_tool_beta", { details: { url_template: "https://a.example/x" } }, "export", 4, "external-data-flow"],
    ["update_agent_tool_beta", { details: { url_template: "https://a.example/x" } }, "export", 4, "external-data-flow"],
    ["create_campaign_message_beta", { definition: { status: "scheduled" } }, "send-message", 4, "mass-send"],
    ["update_campaign_message_beta", { definition: { status: "sending" } }, "send-message", 4, "mass-send"],
    ["update_campaign_message_beta", { definition: { status: "sent" } }, "send-message", 4, "mass-send"],
    ["update_campaign_message_beta", { definition: { is_ignoring_unsubscribes: true } }, "send-message", 4, "mass-send"],
    ["create_customer_agent_response_beta", { mode: "live" }, "send-message", 4, "send-message-when-live"],
    ["create_agent_skill_beta", { status: "live" }, "send-message", 4, "send-message-when-live"],
    ["update_agent_skill_beta", { status: "live" }, "send-message", 4, "send-message-when-live"],
    ["create_push_token", { enablement_status: "AUTHORIZED" }, "consent-change", 3, "consent-change"],
    ["create_client_push_token", {}, "consent-change", 3, "consent-change"],
    ["update_list", { opt_in_process: "single_opt_in" }, "consent-change", 3, "consent-change"],
    ["update_profile", { email: "a@example.com" }, "update", 3, "identity-change"],
    ["update_profile", { phone_number: "+1" }, "update", 3, "identity-change"],
    ["update_profile", { external_id: "1" }, "update", 3, "identity-change"],
    ["update_profile", { patch_identifiers: {} }, "update", 3, "identity-change"],
    ["bulk_subscribe_profiles", { historical_import: true }, "consent-change", 4, "skips-double-opt-in"],
    ["create_object_type", { object_schema: { status: "active" } }, "create", 3, "publishes-when-active"],
    ["create_object_schema", { status: "ACTIVE" }, "create", 3, "publishes-when-active"],
    ["cancel_campaign_send", { action: "cancel" }, "update", 3, "irreversible-when-cancel"],
    ["update_campaign_message_schedule_beta", { action: "cancel" }, "update", 3, "irreversible-when-cancel"],
  ])("%s %o becomes %s, risk %i, and is marked %s", (id, args, kind, risk, flag) => {
    const effect = classed(id, args);
    expect(effect).toMatchObject({ kind, risk });
    expect(effect.flags.filter((one) => one === flag)).toEqual([flag]);
  });

  it.each<[string, JsonObject]>([
    ["create_flow", { definition: { actions: [{ data: { status: "manual" } }] } }],
    ["create_form", { status: "draft" }],
    ["create_web_feed", { url: null }],
    ["upload_image_from_url", { import_from_url: "data:image/gif;base64,AA" }],
    ["create_campaign_message_beta", { definition: { status: "draft", send_options: { is_ignoring_unsubscribes: false } } }],
    ["create_customer_agent_response_beta", { mode: "preview" }],
    ["create_push_token", { enablement_status: "UNAUTHORIZED" }],
    ["update_profile", { first_name: "Ada", properties: { email: "x" } }],
    ["bulk_subscribe_profiles", { historical_import: false }],
    ["create_object_schema", { status: "draft" }],
    ["cancel_campaign_send", { action: "revert" }],
    // The same arguments mean nothing to an operation that does not know them.
    [
      "create_tag",
      { status: "live", url: "https://a.example", opt_in_process: "single_opt_in", action: "cancel", historical_import: true },
    ],
  ])("%s %o stays as it is", (id, args) => {
    expect(classed(id, args)).toEqual(mustFind(catalog, id).effect);
  });

  it("never lower it, and name operations that exist", () => {
    for (const { operations, to } of RAISES)
      for (const id of operations) expect(to.risk, id).toBeGreaterThanOrEqual(Math.min(4, mustFind(catalog, id).effect.risk));
  });

  it("say that a cancelled send stays cancelled", () => {
    expect(classed("cancel_campaign_send", { action: "cancel" }).reversible).toBe("no");
    expect(classed("cancel_campaign_send", { action: "revert" }).reversible).toBe("partial");
  });
});

it("an append is not repeated by itself", () => {
  expect(classed("update_profile", { first_name: "Ada" }).retry).toBe("idempotent");
  expect(classed("update_profile", { patch_properties: { append: { tags: "b" } } }).retry).toBe("readable");
  expect(classed("bulk_subscribe_profiles", { append: 1 }).retry).toBe("unreadable");
  expect(classed("bulk_import_profiles", { profiles: [{ patch_properties: { append: { tags: "b" } } }] }).retry).toBe("readable");
});
