import { callAnswer } from "../result.ts";
import { objectArgument, textArgument, type Tool } from "../tool.ts";

export const write: Tool = {
  name: "write",
  title: "Change something in Klaviyo",
  description:
    'Run an action that creates, changes, deletes or sends. By the owner\'s policy it runs at once (done, accepted), is denied, or answers approval_required: the owner then decides outside this chat. Tell your user, and afterwards call write again with the same action and args. After unknown, check before repeating. Several in order, under one approval: {action: "plan", args: {calls: [{action, args}]}}. To take back one of your calls: {action: "undo", args: {call}}.',
  inputSchema: {
    type: "object",
    properties: {
      action: { type: "string" },
      args: { type: "object", description: "Flat arguments as described" },
      reason: { type: "string", description: "Why, in one sentence; shown to the owner" },
    },
    required: ["action", "args", "reason"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  async run({ gate }, caller, args) {
    const call = { action: textArgument(args, "action"), args: objectArgument(args, "args"), reason: textArgument(args, "reason") };
    return callAnswer(await gate.call(caller, { ...call, intent: "write" }), "write");
  },
};
