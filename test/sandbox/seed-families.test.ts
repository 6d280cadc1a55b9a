import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { metricId, openAccount, NOW, DAY_MS } from "./activity.ts";
import { dataOf, schemaViolations, type Called, type Opened } from "./open.ts";

/** A small shop has everything that the default one has. */
const PROFILES = 300;

type Resource = ReturnType<typeof dataOf>[number];
type Result = { groupings: JsonObject; statistics: Record<string, number> };

/** The rows of a report. */
function resultsOf(answer: Called): Result[] {
  const [report] = dataOf(answer);
  return (report?.attributes["results"] ?? []) as Result[];
}

describe("every family of the shop", () => {
  let sandbox: Opened;
  let counts: Record<string, number>;
  beforeAll(async () => {
    sandbox = await openAccount({ profiles: PROFILES });
    counts = sandbox.control.counts();
  });
  afterAll(async () => {
    expect(sandbox.log).toEqual([]);
    await sandbox.close();
  });
  const read = async (path: string): Promise<Resource[]> => {
    const found: Resource[] = [];
    for (let next: string | null = path; next !== null;) {
      const answer = await sandbox.call(`GET ${next.replace(sandbox.url, "")}`);
      expect([path, answer.status]).toEqual([path, 200]);
      found.push(...dataOf(answer));
      next = ((answer.body["links"] ?? {}) as { next?: string }).next ?? null;
    }
    return found;
  };
  const values = (rows: Resource[], name: string): Set<unknown> => new Set(rows.map(({ attributes }) => attributes[name]));

  it("has what was promised of it", () => {
    const least: Record<string, number> = {
      campaigns: 36,
      flows: 10,
      flow_actions: 25,
      flow_messages: 15,
      flow_runs: 50,
      flow_notes: 1,
      catalog_items: 40,
      catalog_variants: 100,
      catalog_categories: 20,
      images: 40,
      coupons: 4,
      coupon_codes: 1000,
      reviews: 40,
      forms: 4,
      form_versions: 5,
      web_feeds: 1,
      tracking_settings: 1,
      universal_contents: 2,
      data_sources: 1,
      object_types: 1,
      object_records: 10,
      webhooks: 1,
      geofences: 2,
      push_tokens: 20,
      conversations: 4,
      custom_metrics: 1,
      mapped_metrics: 7,
      segments: 20,
      templates: 40,
    };
    const short = Object.entries(least).filter(([name, count]) => (counts[name] ?? 0) < count);
    expect(short).toEqual([]);
    expect(counts["catalog_items"]).toBeLessThanOrEqual(80);
  });

  it("is shown as the vendor's schema has it", async () => {
    const reads: Record<string, string> = {
      get_flows: "/api/flows?include=flow-actions,tags",
      get_catalog_items: "/api/catalog-items?include=variants",
      get_catalog_variants: "/api/catalog-variants",
      get_catalog_categories: "/api/catalog-categories",
      get_images: "/api/images",
      get_coupons: "/api/coupons",
      get_reviews: "/api/reviews?include=events",
      get_forms: "/api/forms",
      get_web_feeds: "/api/web-feeds",
      get_tracking_settings: "/api/tracking-settings",
      get_all_universal_content: "/api/template-universal-content",
      get_data_sources: "/api/data-sources",
      get_webhooks: "/api/webhooks?include=webhook-topics",
      get_push_tokens: "/api/push-tokens?include=profile",
      get_custom_metrics: "/api/custom-metrics",
      get_mapped_metrics: "/api/mapped-metrics",
      get_campaigns: "/api/campaigns?filter=equals(messages.channel,'mobile_push')&include=campaign-messages",
      get_client_geofences: `/client/geofences?company_id=${sandbox.accountId}`,
      get_coupon_codes: `/api/coupon-codes?filter=equals(coupon.id,"WELCOME10")`,
    };
    for (const [operation, path] of Object.entries(reads)) {
      const answer = await sandbox.call(`GET ${path}`);
      expect([operation, answer.status, schemaViolations(operation, answer)]).toEqual([operation, 200, []]);
      expect([operation, dataOf(answer).length > 0]).toEqual([operation, true]);
    }
  });

  it("shows whole flows, forms and custom objects by the vendor's schema as well", async () => {
    const each = async (operation: string, path: (id: string) => string, rows: Resource[]): Promise<void> => {
      for (const { id } of rows) {
        const answer = await sandbox.call(`GET ${path(id)}`);
        expect([operation, id, answer.status, schemaViolations(operation, answer)]).toEqual([operation, id, 200, []]);
      }
    };
    await each("get_flow", (id) => `/api/flows/${id}?additional-fields[flow]=definition`, await read("/api/flows"));
    await each("get_form", (id) => `/api/forms/${id}`, await read("/api/forms"));
    const types = await read("/api/object-types");
    await each("get_object_type", (id) => `/api/object-types/${id}?include=current-schema`, types);
    const records = await read(`/api/object-types/${types[0]?.id}/object-records`);
    expect(records.length).toBeGreaterThan(9);
  });

  it("has flows in every status, of every kind of start, that have sent and go on sending", async () => {
    const flows = await read("/api/flows");
    expect(values(flows, "status")).toEqual(new Set(["live", "manual", "draft"]));
    expect(values(flows, "trigger_type")).toEqual(new Set(["Added to List", "Metric", "Date Based", "Price Drop"]));
    const conversion = await metricId(sandbox, "Placed Order");
    const statistics = ["recipients", "opens_unique", "clicks_unique", "conversions"];
    const body = (type: string, more: JsonObject) => ({
      data: {
        type,
        attributes: { statistics, timeframe: { key: "last_365_days" }, conversion_metric_id: conversion, ...more },
      },
    });
    const answer = await sandbox.call("POST /api/flow-values-reports", body("flow-values-report", {}));
    const results = resultsOf(answer);
    const recipients = new Map<unknown, number>();
    for (const { groupings, statistics: counted } of results)
      recipients.set(groupings["flow_id"], (recipients.get(groupings["flow_id"]) ?? 0) + (counted["recipients"] ?? 0));
    for (const { id, attributes } of flows)
      expect([attributes["name"], (recipients.get(id) ?? 0) > 0]).toEqual([attributes["name"], attributes["status"] === "live"]);
    const total = (name: string): number => results.reduce((sum, { statistics: counted }) => sum + (counted[name] ?? 0), 0);
    expect(total("opens_unique")).toBeGreaterThan(total("clicks_unique"));
    expect(total("conversions")).toBeGreaterThan(3);
    const tested = await sandbox.call(
      "POST /api/flow-values-reports",
      body("flow-values-report", { group_by: ["flow_id", "flow_message_id", "variation"] }),
    );
    const named = resultsOf(tested).filter(({ groupings }) => groupings["variation"]);
    expect(named.length).toBe(2);
  });

  it("has campaigns on every channel, tested, sent, called off, scheduled and drafted", async () => {
    const campaigns = (
      await Promise.all(["email", "sms", "mobile_push"].map((each) => read(`/api/campaigns?filter=equals(messages.channel,'${each}')`)))
    ).flat();
    const sent = campaigns.filter(({ attributes }) => attributes["status"] === "Sent");
    expect(sent.length).toBeGreaterThanOrEqual(30);
    const times = sent.map(({ attributes }) => Date.parse(String(attributes["send_time"])));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(500 * DAY_MS);
    expect(values(campaigns, "status")).toEqual(new Set(["Sent", "Cancelled", "Scheduled", "Draft"]));
    const isTest = ({ attributes }: Resource): boolean => (attributes["send_strategy"] as JsonObject)["method"] === "ab_test_campaign";
    expect(sent.filter(isTest).length).toBeGreaterThan(2);
    const attributes = {
      statistics: ["recipients", "conversions"],
      timeframe: { start: "2025-01-20T00:00:00+00:00", end: "2026-01-15T00:00:00+00:00" },
      conversion_metric_id: await metricId(sandbox, "Placed Order"),
      group_by: ["campaign_id", "campaign_message_id", "variation"],
    };
    const answer = await sandbox.call("POST /api/campaign-values-reports", { data: { type: "campaign-values-report", attributes } });
    const results = resultsOf(answer);
    const variations = results.filter(({ groupings }) => groupings["variation"]);
    expect(variations.length).toBeGreaterThan(3);
    expect(variations.reduce((sum, { statistics }) => sum + (statistics["conversions"] ?? 0), 0)).toBeGreaterThan(0);
    expect(results.every(({ statistics }) => (statistics["recipients"] ?? 0) > 0)).toBe(true);
  });

  it("has forms that were seen and sent", async () => {
    const attributes = {
      statistics: ["viewed_form", "submits", "closed_form"],
      timeframe: { key: "last_365_days" },
      group_by: ["form_id"],
    };
    const answer = await sandbox.call("POST /api/form-values-reports", { data: { type: "form-values-report", attributes } });
    const results = resultsOf(answer);
    const live = (await read("/api/forms")).filter((form) => form.attributes["status"] === "live");
    expect(new Set(results.map(({ groupings }) => groupings["form_id"]))).toEqual(new Set(live.map(({ id }) => id)));
    for (const { statistics } of results) expect(statistics["submits"]).toBeGreaterThan(0);
  });

  it("has a catalog with pictures, prices, and things that are sold out", async () => {
    const items = await read("/api/catalog-items?page[size]=100");
    for (const { attributes } of items)
      expect([String(attributes["image_full_url"]).startsWith("https://"), Number(attributes["price"]) > 0]).toEqual([true, true]);
    const variants = await read("/api/catalog-variants?page[size]=100");
    expect(variants.filter(({ attributes }) => attributes["inventory_quantity"] === 0).length).toBeGreaterThan(3);
    const first = await read(`/api/catalog-items/${encodeURIComponent(items[0]?.id ?? "")}/categories`);
    expect(first).toHaveLength(2);
  });

  it("has codes that wait, were given, were used and have run out", async () => {
    const codes = (
      await Promise.all(["WELCOME10", "BIRTHDAY15", "FAIR5"].map((id) => read(`/api/coupon-codes?filter=equals(coupon.id,"${id}")`)))
    ).flat();
    expect(values(codes, "status")).toEqual(new Set(["UNASSIGNED", "ASSIGNED_TO_PROFILE", "USED"]));
    const expired = codes.filter(({ attributes }) => Date.parse(String(attributes["expires_at"])) < NOW);
    expect(expired.length).toBeGreaterThan(40);
  });

  it("has reviews of every number of stars, in several languages, most of them public", async () => {
    const reviews = await read("/api/reviews?page[size]=100");
    const texts = new Set(reviews.map(({ attributes }) => attributes["content"]));
    expect(texts.size).toBeGreaterThan(12);
    expect([...texts].some((text) => /[äöüéñ]/.test(String(text)))).toBe(true);
    expect(values(reviews, "rating").size).toBeGreaterThanOrEqual(5);
    const isPublic = ({ attributes }: Resource): boolean =>
      ["published", "featured"].includes(String((attributes["status"] as JsonObject)["value"]));
    expect(reviews.filter(isPublic).length).toBeGreaterThan(0.8 * reviews.length);
  });

  it("tags campaigns, flows, lists and segments, and has one webhook that is off", async () => {
    for (const type of ["flows", "lists", "segments"]) {
      const tagged = await sandbox.call(`GET /api/${type}?include=tags`);
      expect([type, (tagged.body["included"] as unknown[]).length > 2]).toEqual([type, true]);
    }
    const webhooks = await read("/api/webhooks");
    expect(webhooks.map(({ attributes }) => attributes["enabled"])).toEqual([false]);
  });
});
