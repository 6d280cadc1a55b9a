import { textArgument, type Tool } from "../tool.ts";

export const searchActions: Tool = {
  name: "search_actions",
  title: "Search actions",
  description:
    "Find what this Klaviyo account can do, by plain words and Klaviyo's nouns: profiles, lists, segments, campaigns, flows, templates, metrics, events, forms, catalogs, coupons, tags, reports. Gives up to 8 actions with summary, effect and required arguments.",
  inputSchema: {
    type: "object",
    properties: { query: { type: "string", description: 'e.g. "add people to a list"' } },
    required: ["query"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ catalog }, _caller, args) {
    const { findActions } = await import("../find-actions.ts");
    return { data: findActions(catalog, textArgument(args, "query")) };
  },
};
