import { textArgument, type Tool } from "../tool.ts";

export const describeAction: Tool = {
  name: "describe_action",
  title: "Describe an action",
  description:
    "How one action is called: arguments, filters, paging, limits, effect and an example. Look before the first call of an action; arguments that are not described are refused.",
  inputSchema: {
    type: "object",
    properties: { action: { type: "string", description: "Name from search_actions" } },
    required: ["action"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ catalog }, _caller, args) {
    const { describe } = await import("../describe.ts");
    return describe(catalog, textArgument(args, "action"));
  },
};
