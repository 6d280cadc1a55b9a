import type { Context } from "../engine/context.ts";
import { defineAction, type Action } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import type { ApiRequest } from "../engine/request.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import { zoneCalendar, type ZoneCalendar } from "../metrics/intervals.ts";
import { reportReply, type Report } from "../reports/answer.ts";
import { divide } from "../reports/buckets.ts";
import { readFilter } from "../reports/filter.ts";
import { formResults } from "../reports/form-report.ts";
import { KINDS, readGroupBy, type ReportKind } from "../reports/kinds.ts";
import type { Sender } from "../reports/message-facts.ts";
import { messageResults, type Question } from "../reports/message-report.ts";
import { segmentResults } from "../reports/segment-report.ts";
import type { Result } from "../reports/table.ts";
import { parseTimeframe } from "../reports/timeframe.ts";
import { accounts } from "../resources/accounts.ts";
import { metrics } from "../resources/metric-rows.ts";

const CAMPAIGNS: Report["related"] = { campaigns: { type: "campaign", attribute: "campaign_id" } };
const FLOWS: Report["related"] = {
  flows: { type: "flow", attribute: "flow_id" },
  "flow-messages": { type: "flow-message", attribute: "flow_message_id" },
};

/** The seven reports (behaviour.md §2.18), worked out of the stored events when asked. */
export const reportActions: Action[] = [
  report("query_campaign_values", KINDS.campaign, messages("campaign"), CAMPAIGNS),
  report("query_flow_values", KINDS.flow, messages("flow"), FLOWS),
  report("query_flow_series", KINDS.flow, messages("flow"), FLOWS),
  report("query_form_values", KINDS.form, formResults),
  report("query_form_series", KINDS.form, formResults),
  report("query_segment_values", KINDS.segment, segmentResults),
  report("query_segment_series", KINDS.segment, segmentResults),
];

type Results = (ctx: Context, question: Question, request: ApiRequest) => Result[];

function report(operation: string, kind: ReportKind, results: Results, related: Report["related"] = {}): Action {
  return defineAction(operation, (request, ctx) => {
    const question = parseQuestion(request, kind, ctx);
    return reportReply(request, ctx, { results: results(ctx, question, request), dates: question.buckets.dates, related });
  });
}

function parseQuestion(request: ApiRequest, { grouping, filters }: ReportKind, ctx: Context): Question {
  const { attributes } = parseInput(request.body);
  const statistics = [...new Set(arrayOf(attributes["statistics"]).map(String))];
  if (statistics.length === 0) wrong("statistics", "At least one statistic is required.");
  const calendar = calendarOf(ctx);
  const timeframe = parseTimeframe(objectOf(attributes["timeframe"]), calendar, ctx.now);
  return {
    statistics,
    timeframe,
    buckets: divide(timeframe, textOf(attributes["interval"]), calendar),
    groupBy: readGroupBy(attributes["group_by"], grouping),
    passes: readFilter(attributes["filter"], filters),
  };
}

/** Days of the account. */
export function calendarOf(ctx: Context): ZoneCalendar {
  const zone = ctx.rows(accounts).get(ctx.accountId)?.timezone ?? "UTC";
  return zoneCalendar(zone) ?? wrong("timeframe", `The account's time zone '${zone}' is not known.`);
}

function messages(kind: Sender): Results {
  return (ctx, question, request) => {
    const metric = textOf(parseInput(request.body).attributes["conversion_metric_id"]) ?? "";
    if (!ctx.rows(metrics).has(metric)) wrong("conversion_metric_id", `A metric with id ${metric} does not exist.`);
    return messageResults(ctx, kind, metric, question);
  };
}
