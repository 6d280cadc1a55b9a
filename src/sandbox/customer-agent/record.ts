import type { Context } from "../engine/context.ts";
import {
  agentConversations,
  agentMessages,
  agentTurns,
  conversationLife,
  type AgentChannel,
  type AgentConversationRow,
  type AgentMessageRow,
} from "../resources/agent-conversation-rows.ts";
import type { Turn } from "./turn.ts";

/** How long nobody may write before an answered question counts as resolved (assumed). */
const RESOLVED_AFTER_MS = 24 * 3_600_000;

export type Said = Pick<AgentMessageRow, "role" | "content">;

/** Keeps what was said and done in a turn, and moves the conversation on. */
export function recordTurn(ctx: Context, before: AgentConversationRow, channel: AgentChannel, said: readonly Said[], turn: Turn): void {
  const { events, skill, knowledge, isAnswered, handoff } = turn;
  const { id } = before;
  const answers = events.flatMap(({ type, content }): Said[] => (type === "message" ? [{ role: "agent", content: String(content) }] : []));
  for (const each of [...said, ...answers]) recordMessage(ctx, id, each);
  ctx.rows(agentTurns).put({
    id: ctx.ids.ulid(ctx.now),
    conversation: id,
    channel,
    ...(skill && { skill: skill.name }),
    ...(knowledge !== undefined && { knowledge }),
    events,
    at: ctx.now,
  });
  const written = conversationLife.next(before.status, "write");
  const turns = before.turns + 1;
  ctx.rows(agentConversations).put({
    ...before,
    status: handoff ? conversationLife.next(written, "hand off") : written,
    ...(handoff && { handoff }),
    turns,
    updated: ctx.now,
  });
  if (isAnswered) ctx.schedule(ctx.now + RESOLVED_AFTER_MS, "resolve_agent_conversation", { id, turns });
}

function recordMessage(ctx: Context, conversation: string, { role, content }: Said): void {
  const rows = ctx.rows(agentMessages);
  // Messages are never removed, so that their number is the number of the last.
  const sequence = rows.size + 1;
  rows.put({ id: String(sequence), conversation, role, content, sequence, at: ctx.now });
}
