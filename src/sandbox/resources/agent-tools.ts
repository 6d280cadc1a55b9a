import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toManyIds, toManyLinks } from "../engine/declare.ts";
import type { Context } from "../engine/context.ts";
import { objectOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { agentSkillTools } from "./agent-skill-rows.ts";
import { checkReferences, retriesOf, templateOf, timeoutOf, variablesOf } from "./agent-tool-check.ts";
import { agentTools, secretsOf, typeOfTool, type AgentToolRow, type CustomDetails } from "./agent-tool-rows.ts";
import { filled, filledOr } from "./filled-text.ts";

const TIMEOUT_SECONDS = 5;
const RETRIES = 1;

/** Tools that skills can call (behaviour.md §2.20). The sandbox calls none of them. Deleting one takes it from its skills. */
export const agentToolResource = defineResource<AgentToolRow>({
  type: "agent-tool",
  path: "/api/agent-tools",
  collection: agentTools,
  attributes: (tool, ctx) => ({
    name: tool.name,
    public_description: tool.description,
    details: tool.custom ? shownDetails(tool.custom, ctx) : { type: "internal", config_params: tool.parameters ?? [] },
    public_name: tool.publicName ?? null,
  }),
  filters: {
    name: (tool) => tool.name,
    tool_type: typeOfTool,
    created_at: (tool) => tool.custom?.created,
    updated_at: (tool) => tool.custom?.updated,
  },
  // Klaviyo's own, then the account's as they were made (assumed).
  sorts: { created_at: (tool) => tool.custom?.created ?? 0 },
  defaultSort: "created_at",
  relationships: {
    "agent-secrets": { ...toManyIds<AgentToolRow>("agent-secret", secretsOf, { data: true }), idLinks: true },
    "agent-skills": { ...toManyLinks<AgentToolRow>("agent-skill", { links: agentSkillTools, side: "to", data: true }), idLinks: true },
  },
  create({ attributes: { name, public_description: description, details: given } }, ctx) {
    const details = objectOf(given);
    const custom = {
      template: templateOf({}, objectOf(details["request_template"])),
      variables: variablesOf(details["variables"], ctx),
      timeoutSeconds: timeoutOf(details["timeout_seconds"], TIMEOUT_SECONDS),
      maxRetries: retriesOf(details["max_retries"], RETRIES),
      created: ctx.now,
      updated: ctx.now,
    };
    checkReferences(custom.template, custom.variables);
    const id = `custom:tool_${ctx.ids.digits(9)}`;
    return { id, name: filled(name, "name"), description: filled(description, "public_description"), custom };
  },
  update(tool, { attributes: { name, public_description: description, details: given } }, ctx) {
    const { custom: before } = tool;
    if (!before) refuse("invalid", "A tool of Klaviyo's own cannot be changed.");
    const details = objectOf(given);
    const { request_template: template, variables } = details;
    const custom = {
      template: templateOf(before.template, objectOf(template)),
      variables: Array.isArray(variables) ? variablesOf(variables, ctx) : before.variables,
      timeoutSeconds: timeoutOf(details["timeout_seconds"], before.timeoutSeconds),
      maxRetries: retriesOf(details["max_retries"], before.maxRetries),
      created: before.created,
      updated: ctx.now,
    };
    checkReferences(custom.template, custom.variables);
    return {
      ...tool,
      name: filledOr(name, "name", tool.name),
      description: filledOr(description, "public_description", tool.description),
      custom,
    };
  },
  remove(tool) {
    if (!tool.custom) refuse("invalid", "A tool of Klaviyo's own cannot be deleted.");
  },
});

function shownDetails(custom: CustomDetails, ctx: Context): JsonObject {
  return {
    type: "custom",
    protocol: "https",
    request_template: custom.template,
    variables: custom.variables,
    timeout_seconds: custom.timeoutSeconds,
    max_retries: custom.maxRetries,
    created_at: timeText(custom.created, ctx),
    updated_at: timeText(custom.updated, ctx),
  };
}
