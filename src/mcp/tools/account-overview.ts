import { dropNulls } from "../shape.ts";
import type { Tool } from "../tool.ts";

export const accountOverview: Tool = {
  name: "account_overview",
  title: "Account overview",
  description: "The connected account (time zone, currency), how many writes run, ask or are denied, and your pending approvals.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  async run({ overview }, caller) {
    return { data: dropNulls({ ...(await overview(caller)) }) };
  },
};
