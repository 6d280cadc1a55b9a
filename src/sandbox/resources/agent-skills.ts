import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, linkId, toManyLinks } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { agentSkills, agentSkillTools, FALLBACK_SKILL, skillLife, type AgentSkillRow, type SkillHandoff } from "./agent-skill-rows.ts";
import { filled, filledOr } from "./filled-text.ts";

/** What the customer agent can do (behaviour.md §2.20). Turns that a skill took stay when it is deleted. */
export const agentSkillResource = defineResource<AgentSkillRow>({
  type: "agent-skill",
  path: "/api/agent-skills",
  collection: agentSkills,
  attributes: (skill, ctx) => ({
    source: skill.prebuilt ? "prebuilt" : "custom",
    display_name: skill.displayName,
    name: skill.name,
    description: skill.description,
    instructions: skill.instructions,
    status: skill.status,
    handoff: skill.handoff,
    created_at: skill.created === undefined ? null : timeText(skill.created, ctx),
    updated_at: skill.updated === undefined ? null : timeText(skill.updated, ctx),
  }),
  sorts: { created_at: (skill) => skill.created ?? 0 },
  defaultSort: "created_at",
  relationships: { "agent-tools": toManyLinks<AgentSkillRow>("agent-tool", { links: agentSkillTools, side: "from", data: true }) },
  create({ attributes, many }, ctx) {
    const displayName = filled(attributes["display_name"], "display_name");
    const id = `custom:agent_${ctx.ids.digits(9)}`;
    bindTools(ctx, id, many("agent-tools") ?? []);
    return {
      id,
      name: nameFor(displayName, ctx),
      displayName,
      description: filled(attributes["description"], "description"),
      instructions: filled(attributes["instructions"], "instructions"),
      status: attributes["status"] === "live" ? "live" : "draft",
      handoff: handoffOf(attributes["handoff"]) ?? "none",
      created: ctx.now,
      updated: ctx.now,
    };
  },
  update(skill, { attributes, many }, ctx) {
    const tools = many("agent-tools");
    if (tools) bindTools(ctx, skill.id, tools);
    return {
      ...skill,
      displayName: filledOr(attributes["display_name"], "display_name", skill.displayName),
      description: filledOr(attributes["description"], "description", skill.description),
      instructions: filledOr(attributes["instructions"], "instructions", skill.instructions),
      status: statusAfter(skill, attributes["status"]),
      handoff: handoffOf(attributes["handoff"]) ?? skill.handoff,
      updated: ctx.now,
    };
  },
  remove(skill) {
    if (skill.prebuilt) refuse("invalid", "A prebuilt skill cannot be deleted.");
  },
});

/** The whole list anew (documented: not merged). The skill may not be stored yet, so that links are written as they are. */
function bindTools(ctx: Context, skill: string, tools: readonly string[]): void {
  const links = ctx.rows(agentSkillTools);
  for (const { id, to } of links.where("from", skill)) if (!tools.includes(to)) links.remove(id);
  for (const to of tools) {
    const id = linkId(skill, to);
    if (!links.has(id)) links.put({ id, from: skill, to, at: ctx.now });
  }
}

function statusAfter(skill: AgentSkillRow, asked: Json | undefined): AgentSkillRow["status"] {
  if (asked !== "live" && asked !== "draft") return skill.status;
  if (asked === "live") return skillLife.next(skill.status, "activate");
  if (skill.prebuilt && skill.name === FALLBACK_SKILL) refuse("conflict", `The skill '${skill.displayName}' is always live.`);
  return skillLife.next(skill.status, skill.prebuilt ? "disable" : "pause");
}

function handoffOf(given: Json | undefined): SkillHandoff | undefined {
  const text = textOf(given);
  return (["none", "offer", "immediate", "all", "custom"] as const).find((each) => each === text);
}

/** `Gift wrapping!` → `gift_wrapping`, then `gift_wrapping_2`. */
function nameFor(displayName: string, ctx: Context): string {
  const slug =
    displayName
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
      .replaceAll(/^_+|_+$/g, "") || "skill";
  const rows = ctx.rows(agentSkills);
  let name = slug;
  for (let i = 2; rows.find("name", name); i++) name = `${slug}_${i}`;
  return name;
}
