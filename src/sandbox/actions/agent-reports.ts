import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput } from "../engine/input.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import { agentTimeframe, conversationResults, skillResults, type AgentTimeframe } from "../reports/agent-report.ts";
import { reportReply } from "../reports/answer.ts";
import { readFilter } from "../reports/filter.ts";
import { AGENT_CHANNELS } from "../resources/agent-conversation-rows.ts";
import { calendarOf } from "./reports.ts";

const FILTERS = { skill: { operators: ["any"] }, channel: { operators: ["any"], values: AGENT_CHANNELS } };

/** Conversations, counted when asked (behaviour.md §2.20). */
export const queryCustomerAgentValues = defineAction("query_customer_agent_values_beta", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  const groupings = arrayOf(attributes["groupings"]).map(String);
  if (groupings.length > 1) wrong("groupings", "Group by 'channel' or by 'status', not by both.");
  const results = conversationResults(ctx, timeframeOf(attributes, ctx), statisticsOf(attributes["statistics"]), groupings[0]);
  return reportReply(request, ctx, { results, dates: undefined, related: {} });
});

/** Turns by skill. */
export const queryCustomerAgentSkillValues = defineAction("query_customer_agent_skill_values_beta", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  statisticsOf(attributes["statistics"]);
  if (arrayOf(attributes["groupings"]).join() !== "skill") wrong("groupings", "The only grouping is 'skill', and it is required.");
  const results = skillResults(ctx, timeframeOf(attributes, ctx), readFilter(attributes["filter"], FILTERS));
  return reportReply(request, ctx, { results, dates: undefined, related: {} });
});

function statisticsOf(given: Json | undefined): string[] {
  const statistics = [...new Set(arrayOf(given).map(String))];
  if (statistics.length === 0) wrong("statistics", "At least one statistic is required.");
  return statistics;
}

function timeframeOf(attributes: JsonObject, ctx: Context): AgentTimeframe {
  return agentTimeframe(objectOf(attributes["timeframe"]), calendarOf(ctx), ctx.now);
}
