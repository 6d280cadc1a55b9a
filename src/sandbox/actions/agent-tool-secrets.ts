import { defineAction } from "../engine/declare.ts";
import { agentSecrets } from "../resources/agent-secrets.ts";
import { agentTools, secretsOf } from "../resources/agent-tool-rows.ts";

/** Ids alone, as the vendor's schema has it: nothing of a secret is told along with a tool. */
export const getSecretsForAgentTool = defineAction("get_secrets_for_agent_tool_beta", (request, ctx) => {
  const { id } = ctx.must("agent-tool", request.params["id"] ?? "");
  const tool = ctx.rows(agentTools).get(id);
  const known = tool ? secretsOf(tool).filter((secret) => ctx.rows(agentSecrets).has(secret)) : [];
  const data = known.map((secret) => ({ type: "agent-secret", id: secret, links: { self: `${ctx.origin}/api/agent-secrets/${secret}/` } }));
  return { status: 200, body: { data, links: { self: request.self, next: null, prev: null } } };
});
