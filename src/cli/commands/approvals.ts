import type { Command } from "commander";
import type { ApprovalView } from "../../gate/call.ts";
import { HalyardError } from "../../lib/errors.ts";
import { groupedLines } from "../approval-groups.ts";
import { approvalLines } from "../card-lines.ts";
import { resultLines } from "../result-lines.ts";
import { mustBeId, OWNER, wholeNumber, type Session } from "../session.ts";

const HELP = `
The life of an approval:
  1. an agent asks for a write; the policy says ask
  2. halyard approvals      you read the card: every value that would be sent
  3. halyard approve ID     it is sent exactly as shown, mails after a minute; or halyard deny ID
  4. halyard stop ID        while it waits: it does not go after all
  5. halyard activity       what came of it`;

export const example = "approvals --all";

export function build(command: Command, session: Session): void {
  command
    .option("--all", "also those that are decided")
    .option("--limit <n>", "at most so many", wholeNumber("--limit", 1, 1000), 50)
    .addHelpText("after", HELP)
    .action(async ({ all, limit }: { all?: true; limit: number }) => {
      const { gate } = await session.app();
      const approvals = await gate.approvals({ limit, ...(!all && { status: "pending" }) });
      session.output.result({ approvals }, () => {
        if (approvals.length === 0) return [all ? "No agent has asked for anything yet." : "Nothing waits for you."];
        return groupedLines(approvals, session);
      });
    });
  command
    .command("show")
    .description("Show one approval and what came of it.")
    .argument("<id>", "appr_…")
    .action(async (id: string) => {
      const view = await findApproval(session, id);
      session.output.result(view, () => [...approvalLines(view, session), ...(view.result ? resultLines(view.result, session) : [])]);
    });
}

/** An approval, whoever's it is: the owner sees all. */
export async function findApproval(session: Session, id: string): Promise<ApprovalView> {
  const { gate } = await session.app();
  return gate.approval({ door: "cli", agentId: OWNER, agentName: OWNER, connectionId: "" }, mustBeId(id, "appr"));
}

/** Refuses to decide what is decided already. */
export function mustBePending({ status, approval_id }: ApprovalView): void {
  if (status === "pending") return;
  throw new HalyardError("conflict", `This approval is ${status} already.`, {
    hint: `halyard approvals show ${approval_id} tells what happened.`,
  });
}
