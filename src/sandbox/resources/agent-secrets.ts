import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** The value itself is not here: nothing in the sandbox calls a tool, so its mask is all that is ever needed. */
export interface AgentSecretRow extends Row {
  name: string;
  mask: string;
  created: number;
  updated: number;
}

export const agentSecrets = defineCollection<AgentSecretRow>("agent_secrets", { unique: { name: (secret) => secret.name } });

/** Secrets of the customer agent's tools (behaviour.md §2.20). Tools that name a secret outlive it and fail until they name another. */
export const agentSecretResource = defineResource<AgentSecretRow>({
  type: "agent-secret",
  path: "/api/agent-secrets",
  collection: agentSecrets,
  attributes: (secret, ctx) => ({
    name: secret.name,
    mask: secret.mask,
    created_at: timeText(secret.created, ctx),
    updated_at: timeText(secret.updated, ctx),
  }),
  relationships: { "agent-tools": { ...toManyByIndex("agent-tool", "secret", { data: true }), idLinks: true } },
  create: ({ attributes }, ctx) => ({
    id: `sec_${ctx.ids.hex(12)}`,
    name: freeName(attributes["name"], ctx),
    mask: maskOf(attributes["value"]),
    created: ctx.now,
    updated: ctx.now,
  }),
  update(secret, { attributes: { name, value } }, ctx) {
    if (textOf(name) === undefined && textOf(value) === undefined) return secret;
    return {
      ...secret,
      name: textOf(name) === undefined ? secret.name : freeName(name, ctx, secret.id),
      mask: textOf(value) === undefined ? secret.mask : maskOf(value),
      updated: ctx.now,
    };
  },
});

function freeName(given: Json | undefined, ctx: Context, own?: string): string {
  const name = (textOf(given) ?? "").trim();
  const source = { pointer: "/data/attributes/name" };
  if (name === "") refuse("invalid", "'name' must not be empty.", { source });
  const other = ctx.rows(agentSecrets).find("name", name);
  if (other && other.id !== own) refuse("duplicate", "A secret of that name already exists.", { source });
  return name;
}

/** The last three characters (documented), as many stars before them whatever the length; a value of three or less shows none (assumed). */
function maskOf(given: Json | undefined): string {
  const value = textOf(given) ?? "";
  if (value === "") refuse("invalid", "'value' must not be empty.", { source: { pointer: "/data/attributes/value" } });
  const characters = [...value];
  return `${"*".repeat(10)}${characters.length > 3 ? characters.slice(-3).join("") : ""}`;
}
