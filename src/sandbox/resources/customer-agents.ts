import type { Json, JsonObject } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export const TONES = ["neutral", "professional", "friendly", "playful", "custom"] as const;
export type Tone = (typeof TONES)[number];

/** A rule or a style: something that the agent is told, switched on or off. */
export type Guidance = { title: string; description: string; status: string };

export interface CustomerAgentRow extends Row {
  name?: string;
  tone: Tone;
  /** Kept whatever the tone, used with `custom` alone (documented). */
  toneInstruction?: string;
  toneUpdated?: number;
  escalationRules: Guidance[];
  styles: Guidance[];
}

/** One row, under the account's id (assumed: the id of the vendor's is not stated). */
export const customerAgents = defineCollection<CustomerAgentRow>("customer_agents");

/** The customer agent (behaviour.md §2.20). Lists that an update names replace the ones before. */
export const customerAgentResource = defineResource<CustomerAgentRow>({
  type: "customer-agent",
  path: "/api/customer-agents",
  collection: customerAgents,
  attributes: (agent, ctx) => ({
    name: agent.name ?? null,
    tone_of_voice: {
      preset: agent.tone,
      custom_instruction: agent.toneInstruction ?? null,
      updated_at: agent.toneUpdated === undefined ? null : timeText(agent.toneUpdated, ctx),
    },
    escalation_rules: agent.escalationRules,
    communication_styles: agent.styles,
  }),
  update(agent, { attributes }, ctx) {
    const { name: told, ...rest } = agent;
    const given = attributes["name"];
    const name = given === undefined ? told : textOf(given);
    const tone = attributes["tone_of_voice"];
    return {
      ...(tone === undefined || tone === null ? rest : withTone(rest, objectOf(tone), ctx.now)),
      ...(name !== undefined && { name }),
      escalationRules: guidanceOf(attributes["escalation_rules"], "escalation_rules") ?? agent.escalationRules,
      styles: guidanceOf(attributes["communication_styles"], "communication_styles") ?? agent.styles,
    };
  },
});

function withTone(agent: CustomerAgentRow, { preset, custom_instruction: given }: JsonObject, now: number): CustomerAgentRow {
  const { toneInstruction: told, ...rest } = agent;
  const tone = TONES.find((each) => each === preset) ?? agent.tone;
  const instruction = given === undefined ? told : textOf(given);
  if (tone === "custom" && (instruction ?? "").trim() === "")
    refuse("invalid", "A custom tone needs a 'custom_instruction'.", {
      source: { pointer: "/data/attributes/tone_of_voice/custom_instruction" },
    });
  return { ...rest, tone, ...(instruction !== undefined && { toneInstruction: instruction }), toneUpdated: now };
}

/** Undefined where the list is to stay. */
function guidanceOf(given: Json | undefined, field: string): Guidance[] | undefined {
  if (given === undefined || given === null) return undefined;
  return arrayOf(given).map((each, i) => {
    const { title, description, status } = objectOf(each);
    for (const [name, text] of Object.entries({ title, description })) {
      if ((textOf(text) ?? "").trim() === "")
        refuse("invalid", `'${name}' must not be empty.`, { source: { pointer: `/data/attributes/${field}/${i}/${name}` } });
    }
    return { title: textOf(title) ?? "", description: textOf(description) ?? "", status: textOf(status) ?? "enabled" };
  });
}
