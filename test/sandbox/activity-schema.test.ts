import { expect } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { daysAgo, event, metricId, openAccount, processed, segment, track } from "./activity.ts";
import { dataOf, schemaViolations, tag, ids } from "./open.ts";
import { behaviour } from "./provenance.ts";

/** The stable operations of metrics, events and segments; reports are a family of their own. */
const FAMILY = loadCatalog()
  .operations.filter(
    ({ channel, path }) =>
      channel === "stable" && /^\/(api|client)\/(metric|custom-metric|mapped-metric|event|segment)(?!-values|-series)/.test(path),
  )
  .map(({ id }) => id);

behaviour(
  "answers every operation of the family as the vendor's schema has it",
  {
    as: "documented",
    from: "openapi/stable-2026-07-15.json get_metrics, openapi/stable-2026-07-15.json get_events, openapi/stable-2026-07-15.json get_segments",
  },
  async () => {
    const sandbox = await openAccount();
    const seen = new Map<string, number>();
    const call = async (operation: string, request: string, body?: unknown, headers: Record<string, null> = {}) => {
      const answer = await sandbox.call(request, body, headers);
      expect([operation, answer.status < 300, schemaViolations(operation, answer), answer.status < 300 ? "" : answer.text]).toEqual([
        operation,
        true,
        [],
        "",
      ]);
      seen.set(operation, answer.status);
      return answer;
    };
    const order = event("a@example.com", "Placed Order", { properties: { Items: ["mug"], Size: 3 }, value: 19.5, time: daysAgo(1) });
    await call("create_event", "POST /api/events", order);
    const { profile, ...one } = order.data["attributes"] as { profile: object };
    const group = {
      type: "event-bulk-create",
      attributes: { profile, events: { data: [{ type: "event", attributes: { ...one, unique_id: "x" } }] } },
    };
    await call("bulk_create_events", "POST /api/event-bulk-create-jobs", {
      data: { type: "event-bulk-create-job", attributes: { "events-bulk-create": { data: [group] } } },
    });
    await call("create_client_event", `POST /client/events?company_id=${sandbox.publicKey}`, event("a@example.com", "Active on Site"), {
      authorization: null,
    });
    const again = {
      data: {
        ...group,
        attributes: { ...group.attributes, events: { data: [{ type: "event", attributes: { ...one, unique_id: "y" } }] } },
      },
    };
    await call("bulk_create_client_events", `POST /client/event-bulk-create?company_id=${sandbox.publicKey}`, again, {
      authorization: null,
    });
    await track(sandbox);
    const metric = await metricId(sandbox, "Placed Order");

    const [first] = dataOf(await call("get_events", "GET /api/events?include=profile,metric,attributions"));
    const eventId = first?.id ?? "";
    await call("get_event", `GET /api/events/${eventId}?include=metric,profile`);
    for (const [name, part] of [
      ["metric", "metric"],
      ["profile", "profile"],
    ] as const) {
      await call(`get_${name}_for_event`, `GET /api/events/${eventId}/${part}`);
      await call(`get_${name}_id_for_event`, `GET /api/events/${eventId}/relationships/${part}`);
    }
    await call("get_metrics", "GET /api/metrics?include=flow-triggers");
    await call("get_metric", `GET /api/metrics/${metric}?include=flow-triggers`);
    await call("get_flows_triggered_by_metric", `GET /api/metrics/${metric}/flow-triggers`);
    await call("get_ids_for_flows_triggered_by_metric", `GET /api/metrics/${metric}/relationships/flow-triggers`);
    const [property] = dataOf(
      await call(
        "get_properties_for_metric",
        `GET /api/metrics/${metric}/metric-properties?additional-fields[metric-property]=sample_values`,
      ),
    );
    await call("get_property_ids_for_metric", `GET /api/metrics/${metric}/relationships/metric-properties`);
    await call(
      "get_metric_property",
      `GET /api/metric-properties/${property?.id}?additional-fields[metric-property]=sample_values&include=metric`,
    );
    await call("get_metric_for_metric_property", `GET /api/metric-properties/${property?.id}/metric`);
    await call("get_metric_id_for_metric_property", `GET /api/metric-properties/${property?.id}/relationships/metric`);

    const definition = {
      aggregation_method: "value",
      metric_groups: [{ metric_id: metric, metric_filters: null, value_property: "$value" }],
    };
    const [custom] = dataOf(
      await call("create_custom_metric", "POST /api/custom-metrics", {
        data: { type: "custom-metric", attributes: { name: "Sales", definition } },
      }),
    );
    await call("update_custom_metric", `PATCH /api/custom-metrics/${custom?.id}`, {
      data: { type: "custom-metric", id: custom?.id, attributes: { name: "Revenue" } },
    });
    await call("get_custom_metrics", "GET /api/custom-metrics?include=metrics");
    await call("get_custom_metric", `GET /api/custom-metrics/${custom?.id}?include=metrics`);
    await call("get_metrics_for_custom_metric", `GET /api/custom-metrics/${custom?.id}/metrics`);
    await call("get_metric_ids_for_custom_metric", `GET /api/custom-metrics/${custom?.id}/relationships/metrics`);

    const map = (id: string, relationships: object) =>
      call("update_mapped_metric", `PATCH /api/mapped-metrics/${id}`, { data: { type: "mapped-metric", id, relationships } });
    await map("revenue", { metric: { data: { type: "metric", id: metric } } });
    await map("ordered_product", { "custom-metric": { data: { type: "custom-metric", id: custom?.id } } });
    await call("get_mapped_metrics", "GET /api/mapped-metrics?include=metric,custom-metric");
    await call("get_mapped_metric", "GET /api/mapped-metrics/viewed_product?include=metric");
    await call("get_metric_for_mapped_metric", "GET /api/mapped-metrics/revenue/metric");
    await call("get_metric_id_for_mapped_metric", "GET /api/mapped-metrics/revenue/relationships/metric");
    await call("get_custom_metric_for_mapped_metric", "GET /api/mapped-metrics/ordered_product/custom-metric");
    await call("get_custom_metric_id_for_mapped_metric", "GET /api/mapped-metrics/ordered_product/relationships/custom-metric");
    await call("delete_custom_metric", `DELETE /api/custom-metrics/${custom?.id}`);
    const filter = [`greater-or-equal(datetime,${daysAgo(3)})`, `less-than(datetime,${daysAgo(0)})`];
    await call("query_metric_aggregates", "POST /api/metric-aggregates", {
      data: { type: "metric-aggregate", attributes: { metric_id: metric, measurements: ["count", "unique"], filter, by: ["URL"] } },
    });

    const condition = { type: "profile-property", property: "email", filter: { type: "existence", operator: "is-set" } };
    await call("create_segment", "POST /api/segments", segment("Reachable", [condition]));
    const segmentId = await processed(sandbox, [condition]);
    const [vip] = dataOf(await sandbox.call("POST /api/tags", tag("vip")));
    await call("tag_segments", `POST /api/tags/${vip?.id}/relationships/segments`, ids("segment", segmentId));
    await call("update_segment", `PATCH /api/segments/${segmentId}`, {
      data: { type: "segment", id: segmentId, attributes: { is_starred: true } },
    });
    await call("get_segments", "GET /api/segments?include=tags,flow-triggers");
    await call("get_segment", `GET /api/segments/${segmentId}?additional-fields[segment]=profile_count&include=tags`);
    await call(
      "get_profiles_for_segment",
      `GET /api/segments/${segmentId}/profiles?additional-fields[profile]=subscriptions,predictive_analytics`,
    );
    await call("get_profile_ids_for_segment", `GET /api/segments/${segmentId}/relationships/profiles?sort=joined_group_at`);
    await call("get_tags_for_segment", `GET /api/segments/${segmentId}/tags`);
    await call("get_tag_ids_for_segment", `GET /api/segments/${segmentId}/relationships/tags`);
    await call("get_flows_triggered_by_segment", `GET /api/segments/${segmentId}/flow-triggers`);
    await call("get_ids_for_flows_triggered_by_segment", `GET /api/segments/${segmentId}/relationships/flow-triggers`);
    await call("delete_segment", `DELETE /api/segments/${segmentId}`);

    expect([...FAMILY].filter((id) => !seen.has(id))).toEqual([]);
    expect(FAMILY.length).toBeGreaterThanOrEqual(45);
    expect(sandbox.log).toEqual([]);
    await sandbox.close();
  },
);
