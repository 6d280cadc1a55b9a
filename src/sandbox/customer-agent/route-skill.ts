import type { Context } from "../engine/context.ts";
import { agentSkills, FALLBACK_SKILL, type AgentSkillRow } from "../resources/agent-skill-rows.ts";
import { overlap, wordsOf } from "./words.ts";

/** The live skill whose name and description say most of the question's words; else the one that takes everything. */
export function routeSkill(ctx: Context, question: string): AgentSkillRow | undefined {
  const asked = wordsOf(question);
  const live = ctx.rows(agentSkills).where("status", "live");
  const rated = live
    .filter(({ name }) => name !== FALLBACK_SKILL)
    .map((skill) => ({
      skill,
      score: 2 * overlap(asked, wordsOf(skill.displayName)) + overlap(asked, wordsOf(skill.description)),
    }))
    .filter(({ score }) => score > 0)
    // Of two alike the account's own.
    .toSorted(
      (a, b) =>
        b.score - a.score || Number(a.skill.prebuilt ?? false) - Number(b.skill.prebuilt ?? false) || (a.skill.id < b.skill.id ? -1 : 1),
    );
  return rated[0]?.skill ?? live.find(({ name }) => name === FALLBACK_SKILL);
}
