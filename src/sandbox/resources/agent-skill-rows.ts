import { defineLinks } from "../engine/declare.ts";
import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type SkillStatus = "draft" | "live" | "disabled" | "unavailable";
export type SkillHandoff = "none" | "offer" | "immediate" | "all" | "custom";

export interface AgentSkillRow extends Row {
  /** Klaviyo's own: it is in every account and cannot be deleted. */
  prebuilt?: true;
  /** Generated once; reports know the skill by it. */
  name: string;
  displayName: string;
  description: string;
  instructions: string;
  status: SkillStatus;
  handoff: SkillHandoff;
  /** A prebuilt skill has none. */
  created?: number;
  updated?: number;
}

/** Takes what no other skill takes; it cannot be switched off (second-hand: comments of a public client of 2026-07-15.pre). */
export const FALLBACK_SKILL = "general_qa";

export const agentSkills = defineCollection<AgentSkillRow>("agent_skills", {
  unique: { name: (skill) => skill.name },
  indexes: { status: (skill) => skill.status },
});

/** From skill to tool. */
export const agentSkillTools = defineLinks("agent_skill_tools");

/** A skill of the account's own is paused to a draft; a prebuilt one is disabled, and unavailable until the account has what it works on. */
export const skillLife = defineMachine<SkillStatus, "activate" | "pause" | "disable" | "connect">("skill", {
  draft: { activate: "live", pause: "draft" },
  live: { activate: "live", pause: "draft", disable: "disabled" },
  disabled: { activate: "live", disable: "disabled" },
  unavailable: { connect: "live" },
});
