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
  expect(classed("bulk_import_profiles", { profiles: [{ patch_properties: { append: { tags: "b" } } }] }).retry).toBe("readable");
});
