import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import type { AgentChannel, AgentConversationRow } from "../resources/agent-conversation-rows.ts";
import { agentSecrets } from "../resources/agent-secrets.ts";
import { agentSkillTools, type AgentSkillRow, type SkillHandoff } from "../resources/agent-skill-rows.ts";
import { agentTools, secretsOf, type AgentToolRow } from "../resources/agent-tool-rows.ts";
import { customerAgents } from "../resources/customer-agents.ts";
import { escalationOf, type Escalation } from "./escalate.ts";
import { findKnowledge } from "./find-knowledge.ts";
import { routeSkill } from "./route-skill.ts";
import { sayIn, type Occasion } from "./wording.ts";

export interface Turn {
  events: JsonObject[];
  skill?: AgentSkillRow;
  /** Id of the knowledge that was quoted. */
  knowledge?: string;
  /** The question has its answer and nobody of the team is asked for. */
  isAnswered: boolean;
  handoff?: "hard" | "soft";
}

/** When a skill that has no answer asks for the team, and how (assumed; the help pages speak of soft handoffs). */
const HANDOFFS: Record<SkillHandoff, "hard" | "soft" | undefined> = {
  none: undefined,
  offer: "soft",
  custom: "soft",
  immediate: "hard",
  all: "hard",
};

/** What the agent says to the last message: made of the account's skills and knowledge, and of nothing outside (assumed throughout). */
export function runTurn(ctx: Context, conversation: AgentConversationRow, channel: AgentChannel, question: string): Turn {
  if (conversation.handoff === "hard") return { events: [handoffEvent("silent")], isAnswered: false };
  const agent = ctx.rows(customerAgents).get(ctx.accountId);
  const say = (occasion: Occasion, text?: string): JsonObject => ({
    type: "message",
    role: "agent",
    content: sayIn(ctx, agent, channel, occasion, text),
  });
  const escalation = escalationOf(question, agent);
  if (escalation) {
    const isUnclear = escalation === "unintelligible-input";
    const mode = isUnclear ? "soft" : "hard";
    return { events: [say(isUnclear ? "unclear" : "handoff"), handoffEvent(mode, escalation)], isAnswered: false, handoff: mode };
  }
  const skill = routeSkill(ctx, question);
  const tools = skill ? toolsOf(ctx, skill) : [];
  const known = { ...(skill && { skill }), isAnswered: false };
  if (conversation.profile === undefined && tools.some(needsPerson)) return { ...known, events: [{ type: "require-authentication" }] };
  const isBroken = (tool: AgentToolRow): boolean => secretsOf(tool).some((id) => !ctx.rows(agentSecrets).has(id));
  const events = tools.filter(isBroken).map(({ name }): JsonObject => {
    return { type: "error", code: 401, message: `The tool '${name}' could not authenticate.` };
  });
  const found = findKnowledge(ctx, question);
  // Knowledge first: what a tool would bring is not known here, only that it ran.
  const working = tools.find((tool) => tool.custom && !isBroken(tool));
  if (found) events.push(say("answer", found.text));
  else if (working) events.push(say("checked", `I used ${working.name}.`));
  const isAnswered = found !== undefined || working !== undefined;
  const policy = skill?.handoff ?? "offer";
  const handoff = isAnswered && policy !== "all" ? undefined : HANDOFFS[policy];
  if (!isAnswered) events.push(say("unknown"));
  if (handoff) events.push(say("handoff"), handoffEvent(handoff));
  return {
    ...known,
    events,
    isAnswered: isAnswered && !handoff,
    ...(found && { knowledge: found.id }),
    ...(handoff && { handoff }),
  };
}

function handoffEvent(mode: "hard" | "soft" | "silent", category: Escalation | null = null): JsonObject {
  return { type: "handoff", mode, category };
}

function toolsOf(ctx: Context, skill: AgentSkillRow): AgentToolRow[] {
  return ctx
    .rows(agentSkillTools)
    .where("from", skill.id)
    .flatMap(({ to }) => ctx.rows(agentTools).get(to) ?? []);
}

/** Tools that work on the person, or need something that Klaviyo knows of them. */
function needsPerson({ needsPerson: needs, custom }: AgentToolRow): boolean {
  return needs === true || (custom?.variables.some(({ source, required }) => source === "klaviyo" && required) ?? false);
}
