import { callAnswer } from "../result.ts";
import { objectArgument, textArgument, type Tool } from "../tool.ts";

export const read: Tool = {
  name: "read",
  title: "Read from Klaviyo",
  description:
    'Run an action that only reads or computes, e.g. {action: "get_profiles", args: {filter: "equals(email,\\"a@b.co\\")", page_size: 20}}. Answers rows; to go on, pass next_cursor as args.page_cursor. Ask for few fields (fields_…).',
  inputSchema: {
    type: "object",
    properties: {
      action: { type: "string" },
      args: { type: "object", description: "Flat arguments as described" },
    },
    required: ["action"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  async run({ gate }, caller, args) {
    const result = await gate.call(caller, { action: textArgument(args, "action"), args: objectArgument(args, "args"), intent: "read" });
    return callAnswer(result, "read");
  },
};
