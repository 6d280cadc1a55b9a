import type { JsonObject } from "../../lib/json.ts";

/** Ids that the definitions stand on: the list that sign-ups go to, and the metrics of opened and clicked mail. */
export interface FreshSegmentIds {
  list: string;
  opened: string;
  clicked: string;
}

/** Names and definitions of the segments that Klaviyo puts into a fresh account (observed). */
export function freshSegments({ list, opened, clicked }: FreshSegmentIds): { name: string; definition: JsonObject }[] {
  const inTheLast = (days: number): JsonObject => ({ type: "date", operator: "in-the-last", unit: "day", quantity: days });
  const onList = (days?: number): JsonObject => ({
    type: "profile-group-membership",
    is_member: true,
    group_ids: [list],
    timeframe_filter: days === undefined ? null : inTheLast(days),
  });
  const did = (metric: string, days: number): JsonObject => ({
    type: "profile-metric",
    metric_id: metric,
    measurement: "count",
    measurement_filter: { type: "numeric", operator: "greater-than", value: 0 },
    timeframe_filter: inTheLast(days),
    metric_filters: null,
  });
  const canReceive: JsonObject = {
    type: "profile-marketing-consent",
    consent: { channel: "email", can_receive_marketing: true, consent_status: { subscription: "any", filters: null } },
  };
  const groups = (...conditions: JsonObject[][]): JsonObject => ({ condition_groups: conditions.map((each) => ({ conditions: each })) });
  return [
    { name: "New Subscribers", definition: groups([onList(14)], [canReceive]) },
    ...[30, 60, 90].map((days) => ({
      name: `Engaged (${days} Days)`,
      definition: groups([onList()], [did(opened, days), did(clicked, days), onList(days / 2)]),
    })),
  ];
}
