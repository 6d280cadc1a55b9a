import { approvalAnswer } from "../result.ts";
import { textArgument, type Tool } from "../tool.ts";

export const approvalStatus: Tool = {
  name: "approval_status",
  title: "Approval status",
  description: "Whether the owner has decided on your write, until when, and its result once it ran.",
  inputSchema: { type: "object", properties: { approval_id: { type: "string" } }, required: ["approval_id"], additionalProperties: false },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ gate }, caller, args) {
    return approvalAnswer(await gate.approval(caller, textArgument(args, "approval_id")));
  },
};
