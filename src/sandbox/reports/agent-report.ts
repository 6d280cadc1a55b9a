import { parseIso } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import type { ZoneCalendar } from "../metrics/intervals.ts";
import { agentConversations, agentTurns, type AgentConversationRow } from "../resources/agent-conversation-rows.ts";
import type { Facts } from "./filter.ts";
import type { Result } from "./table.ts";
import { parseTimeframe } from "./timeframe.ts";

/** UTC ms; `to` is not part. */
export interface AgentTimeframe {
  from: number;
  to: number;
}

/** Either a named window, in days of the account, or two moments: the first is part of it and the second is not (documented). */
export function agentTimeframe(timeframe: JsonObject, calendar: ZoneCalendar, now: number): AgentTimeframe {
  const [key, start, end] = ["key", "start", "end"].map((name) => textOf(timeframe[name]));
  if (key !== undefined) {
    if (start !== undefined || end !== undefined) wrong("timeframe", "A time frame has a key or a start and an end, not both.");
    return parseTimeframe({ key }, calendar, now);
  }
  if (start === undefined || end === undefined) wrong("timeframe", "A time frame needs a key, or a start and an end.");
  const [from, to] = [parseIso(start), parseIso(end)];
  if (from === undefined || to === undefined)
    return wrong("timeframe", "'start' and 'end' must be date-times such as 2026-01-31T00:00:00Z.");
  if (to <= from) wrong("timeframe", "The time frame must end after it starts.");
  return { from, to };
}

const STATISTICS: Record<string, (conversations: readonly AgentConversationRow[]) => number> = {
  volume: (conversations) => conversations.length,
  // Of all conversations, those that count as resolved now; 0 where there are none (assumed).
  "resolution-rate": (conversations) =>
    conversations.length === 0 ? 0 : conversations.filter(({ status }) => status === "resolved-by-ai").length / conversations.length,
};

/** Live conversations that began within the time frame, by channel or status, or all in one row. */
export function conversationResults(
  ctx: Context,
  { from, to }: AgentTimeframe,
  statistics: readonly string[],
  grouping?: string,
): Result[] {
  const counted = ctx
    .rows(agentConversations)
    .where("mode", "live")
    .filter(({ created }) => created >= from && created < to);
  const keyOf = (conversation: AgentConversationRow): string => (grouping === "status" ? conversation.status : conversation.channel);
  const groups = grouping === undefined ? new Map([["", counted]]) : Map.groupBy(counted, keyOf);
  return [...groups.keys()].toSorted().map((key) => ({
    groupings: grouping === undefined ? {} : { [grouping]: key },
    statistics: Object.fromEntries(statistics.map((name) => [name, STATISTICS[name]?.(groups.get(key) ?? []) ?? 0])),
  }));
}

/** Turns of live conversations by the skill that took them: one conversation counts for each skill that it ran, as often as it did. */
export function skillResults(ctx: Context, { from, to }: AgentTimeframe, passes: (facts: Facts) => boolean): Result[] {
  const volumes = new Map<string, number>();
  for (const { skill, channel, at, conversation } of ctx.rows(agentTurns).all()) {
    if (skill === undefined || at < from || at >= to || !passes({ skill, channel })) continue;
    if (ctx.rows(agentConversations).get(conversation)?.mode === "live") volumes.set(skill, (volumes.get(skill) ?? 0) + 1);
  }
  return [...volumes.keys()].toSorted().map((skill) => ({ groupings: { skill }, statistics: { volume: volumes.get(skill) ?? 0 } }));
}
