import type { Arguments, Override } from "./override.ts";

const MONTH = { timeframe: { key: "last_30_days" }, filter: undefined, page_cursor: undefined };
const RANGE = ["greater-or-equal(datetime,2026-05-01T00:00:00Z)", "less-than(datetime,2026-07-01T00:00:00Z)"];

const report = (more: Arguments = {}): Override => ({
  because: "an interval bounds its time frame, groups belong together, and the filter has a grammar of its own",
  args: () => ({ ...MONTH, ...more }),
});

export const REPORT_VALUES: Record<string, Override> = {
  query_metric_aggregates: {
    because: "a range of time is obligatory, and fields and cursors are not any text",
    args: () => ({ filter: RANGE, return_fields: undefined, page_cursor: undefined }),
  },
  query_campaign_values: report({ group_by: ["campaign_id", "campaign_message_id"] }),
  query_flow_values: report({ group_by: ["flow_id", "flow_message_id"] }),
  query_flow_series: report({ group_by: ["flow_id", "flow_message_id"] }),
  query_form_values: report(),
  query_form_series: report(),
  query_segment_values: report(),
  query_segment_series: report(),
};
