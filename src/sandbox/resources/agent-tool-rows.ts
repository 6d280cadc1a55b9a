import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** A variable as the API has it. */
export type ToolVariable = {
  name: string;
  type: string;
  required: boolean;
  description: string | null;
  source: "dynamic" | "klaviyo" | "secret";
  /** Id of the secret, or of what Klaviyo fills in. */
  value: string | null;
};

export interface CustomDetails {
  /** As the API has it. */
  template: JsonObject;
  variables: ToolVariable[];
  timeoutSeconds: number;
  maxRetries: number;
  created: number;
  updated: number;
}

/** A tool of the account's own has `custom`; Klaviyo's own tools have parameters that skills may set. */
export interface AgentToolRow extends Row {
  name: string;
  description: string;
  publicName?: string;
  custom?: CustomDetails;
  parameters?: JsonObject[];
  /** Works on the person who asks, so that it is of no use for a stranger. */
  needsPerson?: true;
}

export const agentTools = defineCollection<AgentToolRow>("agent_tools", {
  indexes: { tool_type: typeOfTool, secret: secretsOf },
});

export function typeOfTool({ custom }: AgentToolRow): "custom" | "internal" {
  return custom ? "custom" : "internal";
}

/** Ids of the secrets that the tool names, each once, whether or not they are there. */
export function secretsOf({ custom }: AgentToolRow): string[] {
  return [...new Set(custom?.variables.flatMap(({ source, value }) => (source === "secret" && value !== null ? [value] : [])))];
}
