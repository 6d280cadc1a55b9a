import { afterEach, beforeEach, describe, expect } from "vitest";
import { daysAgo, event, FRESH, metricId, openAccount, track } from "./activity.ts";
import { dataOf, errorOf, type Called, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await openAccount();
});
afterEach(async () => {
  expect(sandbox.log).toEqual([]);
  await sandbox.close();
});

const get = (path: string): Promise<Called> => sandbox.call(`GET ${path}`);
const attributesOf = async (path: string) => dataOf(await get(path)).map(({ attributes }) => attributes);
const spec = { as: "documented", from: "behaviour.md §2.8" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.8" } as const;

describe("metrics", () => {
  behaviour(
    "appear with their first event, those of the API with its integration",
    { as: "observed", from: "recorded/list-metrics.json" },
    async () => {
      await track(sandbox, event("a@example.com", "Placed Order"), event("b@example.com", "Placed Order"));
      const found = dataOf(await get("/api/metrics")).find(({ attributes }) => attributes["name"] === "Placed Order");
      expect(sandbox.control.state().counts).toMatchObject({ metrics: FRESH.metrics + 1 });
      expect(found?.attributes).toEqual({
        name: "Placed Order",
        created: "2026-07-15T10:00:01+00:00",
        updated: "2026-07-15T10:00:01+00:00",
        integration: { object: "integration", id: "7FtS4J", key: "api", name: "API", category: "API" },
      });
      expect(found?.id).toMatch(/^[0-9A-Za-z]{6}$/);
      expect(Object.keys(found?.relationships ?? {})).toEqual(["flow-triggers"]);
    },
  );

  behaviour("are told apart by service and filtered by integration", { as: "observed", from: "recorded/list-metrics.json" }, async () => {
    await track(sandbox, event("a@example.com", "Manually Suppressed from Email Marketing"));
    const job = {
      data: {
        type: "profile-suppression-bulk-create-job",
        attributes: { profiles: { data: [{ type: "profile", attributes: { email: "a@example.com" } }] } },
      },
    };
    expect((await sandbox.call("POST /api/profile-suppression-bulk-create-jobs", job)).status).toBe(202);
    sandbox.control.advance(60_000);
    const own = await attributesOf('/api/metrics?filter=equals(integration.category,"Internal")');
    expect(own).toHaveLength(FRESH.metrics);
    expect(own.find(({ name }) => name === "Manually Suppressed from Email Marketing")).toMatchObject({
      integration: { id: "0rG4eQ", key: "klaviyo", name: "Klaviyo" },
    });
    expect((await attributesOf('/api/metrics?filter=equals(integration.name,"API")')).map(({ name }) => name)).toEqual([
      "Active on Site",
      "Manually Suppressed from Email Marketing",
    ]);
    expect(await attributesOf("/api/metrics")).toHaveLength(FRESH.metrics + 2);
  });

  behaviour("come 200 to a page", { as: "documented", from: "behaviour.md §1.7" }, async () => {
    await track(sandbox, ...Array.from({ length: 201 }, (_, i) => event("a@example.com", `Metric ${i}`)));
    const first = await get("/api/metrics");
    expect(dataOf(first)).toHaveLength(200);
    const { next } = first.body["links"] as { next: string };
    expect(dataOf(await get(next.slice(sandbox.url.length)))).toHaveLength(FRESH.metrics + 1);
  });

  behaviour("know the properties that their events had, objects left out", spec, async () => {
    const properties = { Categories: ["Mugs", "Tea"], Size: 3, Gift: true, Item: "Mug", Sent: "2026-07-01T00:00:00Z", Details: { a: 1 } };
    await track(sandbox, event("a@example.com", "Placed Order", { properties, value: 5 }));
    await track(sandbox, event("b@example.com", "Placed Order", { properties: { Item: "Pot", Size: 4 }, time: daysAgo(1) }));
    const id = await metricId(sandbox, "Placed Order");
    const found = await get(`/api/metrics/${id}/metric-properties?additional-fields[metric-property]=sample_values`);
    expect(dataOf(found).map(({ attributes }) => attributes)).toEqual([
      { label: "Value", property: "$value", inferred_type: "Number", sample_values: [5] },
      { label: "Categories", property: "Categories", inferred_type: "List", sample_values: ["Mugs", "Tea"] },
      { label: "Gift", property: "Gift", inferred_type: "Boolean", sample_values: [true] },
      { label: "Item", property: "Item", inferred_type: "Text", sample_values: ["Mug", "Pot"] },
      { label: "Sent", property: "Sent", inferred_type: "Date", sample_values: ["2026-07-01T00:00:00Z"] },
      { label: "Size", property: "Size", inferred_type: "Number", sample_values: [3, 4] },
    ]);
    const [first] = dataOf(found);
    expect(first?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(dataOf(await get(`/api/metrics/${id}/relationships/metric-properties`)).map((each) => each.id)).toEqual(
      dataOf(found).map((each) => each.id),
    );
    expect((await attributesOf(`/api/metric-properties/${first?.id}`))[0]).not.toHaveProperty("sample_values");
    expect(dataOf(await get(`/api/metric-properties/${first?.id}/metric`))[0]?.id).toBe(id);
  });
});

const customMetric = (name: string, ...metrics: string[]) => ({
  data: {
    type: "custom-metric",
    attributes: { name, definition: { aggregation_method: "count", metric_groups: metrics.map((metric_id) => ({ metric_id })) } },
  },
});

describe("custom metrics", () => {
  behaviour("are made, changed and deleted, with a name of their own", spec, async () => {
    await track(sandbox, event("a@example.com", "Placed Order"), event("a@example.com", "Refunded Order"));
    const [placed, refunded] = [await metricId(sandbox, "Placed Order"), await metricId(sandbox, "Refunded Order")];
    const answer = await sandbox.call("POST /api/custom-metrics", customMetric("Sales", placed));
    const [made] = dataOf(answer);
    expect([answer.status, made?.id]).toEqual([201, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    const again = await sandbox.call("POST /api/custom-metrics", customMetric("Sales", refunded));
    expect([again.status, errorOf(again).source]).toEqual([400, { pointer: "/data/attributes/name" }]);
    const changed = { ...customMetric("Net sales", placed, refunded).data, id: made?.id };
    expect((await sandbox.call(`PATCH /api/custom-metrics/${made?.id}`, { data: changed })).status).toBe(200);
    expect(dataOf(await get(`/api/custom-metrics/${made?.id}/metrics`)).map(({ id }) => id)).toEqual([placed, refunded]);
    expect(await attributesOf("/api/custom-metrics")).toMatchObject([{ name: "Net sales" }]);
    expect((await sandbox.call(`DELETE /api/custom-metrics/${made?.id}`)).status).toBe(204);
    expect((await get(`/api/custom-metrics/${made?.id}`)).status).toBe(404);
  });

  behaviour("refuse metrics that are not there", assumed, async () => {
    expect((await sandbox.call("POST /api/custom-metrics", customMetric("Sales", "NoSuch"))).status).toBe(400);
  });
});

describe("mapped metrics", () => {
  const map = (id: string, relationships: object) =>
    sandbox.call(`PATCH /api/mapped-metrics/${id}`, { data: { type: "mapped-metric", id, relationships } });

  behaviour("are seven with fixed ids, each leading to a metric, to a custom metric or to nothing", spec, async () => {
    await track(sandbox, event("a@example.com", "Placed Order"));
    const placed = await metricId(sandbox, "Placed Order");
    const [custom] = dataOf(await sandbox.call("POST /api/custom-metrics", customMetric("Sales", placed)));
    const ids = dataOf(await get("/api/mapped-metrics")).map(({ id }) => id);
    expect(ids).toEqual([
      "added_to_cart",
      "cancelled_sales",
      "ordered_product",
      "refunded_sales",
      "revenue",
      "started_checkout",
      "viewed_product",
    ]);
    const toMetric = await map("revenue", { metric: { data: { type: "metric", id: placed } } });
    expect(dataOf(toMetric)[0]?.relationships).toMatchObject({ metric: { data: { id: placed } }, "custom-metric": { links: {} } });
    expect(dataOf(toMetric)[0]?.attributes).toEqual({ updated: "2026-07-15T10:00:01+00:00" });
    expect(dataOf(await get("/api/mapped-metrics/revenue/metric"))[0]?.id).toBe(placed);
    await map("revenue", { "custom-metric": { data: { type: "custom-metric", id: custom?.id } } });
    expect((await get("/api/mapped-metrics/revenue/relationships/metric")).body["data"]).toBeNull();
    expect((await get("/api/mapped-metrics/revenue/relationships/custom-metric")).body["data"]).toMatchObject({ id: custom?.id });
    expect(((await get("/api/mapped-metrics/revenue?include=custom-metric")).body["included"] as object[]).length).toBe(1);
    await map("revenue", { "custom-metric": {} });
    expect((await get("/api/mapped-metrics/revenue/relationships/custom-metric")).body["data"]).toBeNull();
  });

  behaviour("know no other id, no metric that is not there, and not both at once", spec, async () => {
    const metric = { data: { type: "metric", id: "NoSuch" } };
    expect((await get("/api/mapped-metrics/profit")).status).toBe(404);
    expect((await map("revenue", { metric })).status).toBe(404);
    expect((await map("revenue", { metric, "custom-metric": { data: { type: "custom-metric", id: "x" } } })).status).toBe(400);
  });

  behaviour("are unset by null", { as: "documented", from: "openapi/stable-2026-07-15.json update_mapped_metric" }, async () => {
    await track(sandbox, event("a@example.com", "Placed Order"));
    const placed = await metricId(sandbox, "Placed Order");
    for (const none of [{ metric: { data: null } }, { metric: { data: { type: "metric", id: null } } }]) {
      await map("revenue", { metric: { data: { type: "metric", id: placed } } });
      expect((await map("revenue", none)).status).toBe(200);
      expect((await get("/api/mapped-metrics/revenue/relationships/metric")).body["data"]).toBeNull();
    }
  });

  behaviour("lose a custom metric that is deleted", assumed, async () => {
    await track(sandbox, event("a@example.com", "Placed Order"));
    const [custom] = dataOf(await sandbox.call("POST /api/custom-metrics", customMetric("Sales", await metricId(sandbox, "Placed Order"))));
    await map("revenue", { "custom-metric": { data: { type: "custom-metric", id: custom?.id } } });
    await sandbox.call(`DELETE /api/custom-metrics/${custom?.id}`);
    expect((await get("/api/mapped-metrics/revenue/relationships/custom-metric")).body["data"]).toBeNull();
  });
});
