import { PREBUILT_SKILLS, PREBUILT_TOOLS } from "../customer-agent/prebuilt.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import {
  agentConversations,
  agentMessages,
  agentTurns,
  AGENT_CHANNELS,
  type AgentConversationStatus,
} from "../resources/agent-conversation-rows.ts";
import { agentKnowledge, type KnowledgeSource } from "../resources/agent-knowledge-rows.ts";
import { agentSecrets } from "../resources/agent-secrets.ts";
import { agentSkills, agentSkillTools, skillLife } from "../resources/agent-skill-rows.ts";
import { agentTools } from "../resources/agent-tool-rows.ts";
import { customerAgents } from "../resources/customer-agents.ts";
import type { CollectionDef } from "../state/collection.ts";
import { DAY_MS, HOUR_MS, wholeSecond } from "./calendar.ts";
import { createRandom, type Random } from "./random.ts";

const CONVERSATIONS = 48;
const CONVERSATION_DAYS = 60;
const NEW_ONES = 3;

const KNOWLEDGE: [title: string, content: string][] = [
  [
    "Shipping",
    "We ship on weekdays before three in the afternoon. Parcels within the country take two to four days. Orders over 60 dollars ship free.",
  ],
  [
    "Returns and refunds",
    "You can return anything within 30 days, coffee aside. Refunds go back to the card that paid. Write to us first and we send a label.",
  ],
  [
    "How we roast",
    "We roast on Tuesdays and pack the same afternoon. Every bag has its roast date on the back. Beans are best between one and six weeks after it.",
  ],
  [
    "Grinding and brewing",
    "Choose whole beans or let us grind for filter, espresso or French press. Sixty grams for a litre is where we start.",
  ],
  ["Wool blankets: care", "Wash wool cold and dry it flat. Air a blanket overnight rather than washing it."],
];

/** What was asked and answered, with the skill that took it and the title of what was quoted. */
const TALKS: readonly [Talk, ...Talk[]] = [
  {
    question: "How long does shipping take?",
    answer: "Parcels within the country take two to four days.",
    skill: "general_qa",
    title: "Shipping",
  },
  {
    question: "Can I return a blanket?",
    answer: "You can return anything within 30 days, coffee aside.",
    skill: "returns_exchanges",
    title: "Returns and refunds",
  },
  {
    question: "Which grind do I need for a French press?",
    answer: "Choose whole beans or let us grind for filter, espresso or French press.",
    skill: "coffee_advice",
    title: "Grinding and brewing",
  },
  {
    question: "When do you roast?",
    answer: "We roast on Tuesdays and pack the same afternoon.",
    skill: "coffee_advice",
    title: "How we roast",
  },
  {
    question: "How do I wash the wool blanket?",
    answer: "Wash wool cold and dry it flat.",
    skill: "product_qa",
    title: "Wool blankets: care",
  },
];

interface Talk {
  question: string;
  answer: string;
  skill: string;
  title: string;
}

const ENDS: readonly [AgentConversationStatus, ...AgentConversationStatus[]] = [
  "resolved-by-ai",
  "resolved-by-ai",
  "resolved-by-ai",
  "routed-to-team",
  "closed",
];

export interface AgentSeed {
  seed: string;
  collections: ReadonlySet<CollectionDef<never>>;
  hasShop: boolean;
  openedMs: number;
}

/** The customer agent that every account has with its prebuilt skills; the shop's knows the shop and has talked with people. */
export function seedCustomerAgent(ctx: Context, { seed, collections, hasShop, openedMs }: AgentSeed): void {
  if (!collections.has(customerAgents)) return;
  seedPrebuilt(ctx, hasShop, openedMs);
  ctx.rows(customerAgents).put({ id: ctx.accountId, tone: "neutral", escalationRules: [], styles: [] });
  if (!hasShop) return;
  // Numbers of its own: what comes after it in the seed stays as it was.
  const random = createRandom(`${seed} customer agent`);
  const readyMs = wholeSecond(ctx.now - (CONVERSATION_DAYS + 5) * DAY_MS);
  seedGuidance(ctx, readyMs);
  const knowledge = seedKnowledge(ctx, random, readyMs);
  seedAdvice(ctx, readyMs);
  for (let i = 0; i < CONVERSATIONS; i++) seedConversation(ctx, random.seek(i), i, knowledge);
}

function seedPrebuilt(ctx: Context, hasShop: boolean, openedMs: number): void {
  for (const tool of PREBUILT_TOOLS) ctx.rows(agentTools).put({ ...tool });
  for (const { row, tools, needsShop } of PREBUILT_SKILLS) {
    const status = hasShop && needsShop ? skillLife.next(row.status, "connect") : row.status;
    ctx.rows(agentSkills).put({ ...row, status });
    for (const to of tools) ctx.rows(agentSkillTools).put({ id: linkId(row.id, to), from: row.id, to, at: openedMs });
  }
}

function seedGuidance(ctx: Context, readyMs: number): void {
  ctx.rows(customerAgents).put({
    id: ctx.accountId,
    name: "Pip",
    tone: "friendly",
    toneUpdated: readyMs,
    escalationRules: [
      { title: "Damaged or broken", description: "The customer says that something arrived damaged or broken.", status: "enabled" },
      { title: "Wholesale", description: "Somebody asks for wholesale prices or a quote.", status: "enabled" },
      { title: "Press", description: "A journalist asks for an interview.", status: "disabled" },
    ],
    styles: [
      { title: "Short", description: "Two sentences are enough.", status: "enabled" },
      { title: "No jargon", description: "Say 'coffee', not 'single-origin extraction'.", status: "enabled" },
    ],
  });
}

/** Ids by title. */
function seedKnowledge(ctx: Context, random: Random, readyMs: number): Map<string, string> {
  const page = { kind: "webpage", url: "https://harbourandpine.example/pages/about-us", scope: "single-page", isRenewed: false } as const;
  const sources: KnowledgeSource[] = [...KNOWLEDGE.map(([title, content]) => ({ kind: "snippet", title, content }) as const), page];
  return new Map(
    sources.map((source, i) => {
      const created = readyMs + i * 20 * 60_000;
      const times = { created, updated: created, indexed: created + 6000 };
      const { id } = ctx.rows(agentKnowledge).put({ id: uuid(random.seek(10_000 + i)), source, status: "indexed", round: 1, ...times });
      return [source.kind === "webpage" ? source.url : source.title, id];
    }),
  );
}

/** Skills of the shop's own, one of them with a tool that has a secret. */
function seedAdvice(ctx: Context, readyMs: number): void {
  const at = { created: readyMs + HOUR_MS, updated: readyMs + HOUR_MS };
  const secret = ctx.rows(agentSecrets).put({ id: "sec_5e1f0c9a7b34", name: "Parcel service key", mask: "**********q7x", ...at });
  const variable = { type: "string", required: true, description: null };
  const tool = ctx.rows(agentTools).put({
    id: "custom:tool_410277365",
    name: "Parcel lookup",
    description: "Tells where a parcel is by its number.",
    custom: {
      template: {
        url_template: "https://parcels.example/v1/{{parcel_number}}",
        http_method: "GET",
        request_timeout_seconds: 5,
        query_parameters: null,
        headers: [{ name: "x-api-key", value: "{{api_key}}" }],
        body_template: null,
      },
      variables: [
        { ...variable, name: "parcel_number", source: "dynamic", value: null },
        { ...variable, name: "api_key", source: "secret", value: secret.id },
      ],
      timeoutSeconds: 5,
      maxRetries: 1,
      ...at,
    },
  });
  const own = (id: string, name: string, displayName: string, description: string, isLive: boolean, tools: string[]): void => {
    const instructions = "Answer in two sentences. Quote our own pages.";
    const status = isLive ? "live" : "draft";
    ctx.rows(agentSkills).put({ id, name, displayName, description, instructions, status, handoff: "offer", ...at });
    for (const to of tools) ctx.rows(agentSkillTools).put({ id: linkId(id, to), from: id, to, at: at.created });
  };
  own("custom:agent_730185246", "coffee_advice", "Coffee advice", "Roasting, grinding and brewing of coffee beans.", true, [
    "klaviyo:agent_search",
  ]);
  own("custom:agent_730185247", "parcel_questions", "Parcel questions", "Where a parcel is, by its number.", false, [tool.id]);
}

/** The newest wait for the customer to sign in; the others have come to their end. */
function seedConversation(ctx: Context, random: Random, index: number, knowledge: ReadonlyMap<string, string>): void {
  const isNew = index >= CONVERSATIONS - NEW_ONES;
  const days = isNew ? random.next() / 4 : 2 + ((CONVERSATIONS - index) * CONVERSATION_DAYS) / CONVERSATIONS - random.next();
  const at = wholeSecond(ctx.now - HOUR_MS - days * DAY_MS);
  const talk = random.pick(TALKS);
  const status = isNew ? "open" : random.pick(ENDS);
  const isHandedOver = status === "routed-to-team";
  const { id, channel } = ctx.rows(agentConversations).put({
    id: uuid(random),
    mode: "live",
    status,
    channel: AGENT_CHANNELS[random.below(AGENT_CHANNELS.length)] ?? "web-chat",
    turns: isHandedOver ? 2 : 1,
    ...(isHandedOver && { handoff: "hard" }),
    created: at,
    updated: isNew ? at : isHandedOver ? at + 90_000 : at + DAY_MS,
  });
  const say = (role: "user" | "agent", content: string, afterMs: number): void => {
    const sequence = ctx.rows(agentMessages).size + 1;
    ctx.rows(agentMessages).put({ id: String(sequence), conversation: id, role, content, sequence, at: at + afterMs });
  };
  const turn = (afterMs: number, events: AgentEvents, more: { skill?: string; knowledge?: string } = {}): unknown =>
    ctx.rows(agentTurns).put({ id: random.ulid(at + afterMs), conversation: id, channel, ...more, events, at: at + afterMs });
  if (isNew) {
    say("user", "Where is my order?", 0);
    turn(0, [{ type: "require-authentication" }], { skill: "order_status" });
    return;
  }
  say("user", talk.question, 0);
  say("agent", talk.answer, 4000);
  turn(4000, [{ type: "message", role: "agent", content: talk.answer }], { skill: talk.skill, knowledge: knowledge.get(talk.title) ?? "" });
  if (!isHandedOver) return;
  const goodbye = "I am bringing somebody from our team in.";
  say("user", "I would rather talk to a human.", 86_000);
  say("agent", goodbye, 90_000);
  turn(90_000, [
    { type: "message", role: "agent", content: goodbye },
    { type: "handoff", mode: "hard", category: "explicit-ask" },
  ]);
}

type AgentEvents = Record<string, string>[];

function uuid(random: Random): string {
  const hex = (length: number): string => Array.from({ length }, () => random.below(16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
