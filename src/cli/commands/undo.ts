import type { Command } from "commander";
import type { Caller, CallResult } from "../../gate/call.ts";
import { HalyardError } from "../../lib/errors.ts";
import { agreedByFlags, ownerAgrees, type Agreement } from "../ask.ts";
import { cardLines } from "../card-lines.ts";
import type { CliApp } from "../parts.ts";
import { exitStatusOf, resultLines } from "../result-lines.ts";
import { mustBeId, type Session } from "../session.ts";
import { progressLines } from "../undo-lines.ts";
import { findApproval } from "./approvals.ts";

const HELP = `
An undo is a call like any other: decided by your policy, shown as a card, sent once, on the record. What takes several calls is done in steps,
each decided by itself; run it again and it goes on where it stopped. A call that still waits, or was approved and has not gone, is cancelled.
What others changed since is shown first; without a terminal say --over-changes to overwrite it.
Exit status: 0 undone or cancelled; 65 rejected; 69 unknown; 75 it waits for an approval or its time, or cannot be undone; 77 denied.`;

interface UndoOptions extends Agreement {
  overChanges?: true;
  reason?: string;
}

/** More steps than any undoing has. */
const MAX_ROUNDS = 5000;

export const example = "undo call_01M8";

export function build(command: Command, session: Session): void {
  command
    .argument("<call>", "call_…: halyard activity lists them, with how long each can be undone")
    .option("--yes", "approve each step without asking; --yes=<operation> for risk 5")
    .option("--confirm <operation>", "the same as --yes=<operation>")
    .option("--over-changes", "with --yes: overwrite what others changed since")
    .option("--reason <text>", "why, for the record")
    .addHelpText("after", HELP)
    .action((id: string, options: UndoOptions) => takeBack(session, mustBeId(id, "call"), options));
}

async function takeBack(session: Session, id: string, options: UndoOptions): Promise<void> {
  const app = await session.app();
  const { call } = await app.callStory(id);
  const caller = await app.agents.owner((await app.connections.find(call.connection_id)).name);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = await next(session, app, caller, id, options);
    if (result.status !== "approval_required") return tell(session, result);
    const isSent = await decide(session, app, result.approval_id, options);
    if (isSent === undefined) return tell(session, result);
    const whole = { ...isSent, ...(result.undo && { undo: { ...result.undo, steps_done: result.undo.steps_done + 1 } }) };
    const hasMore = result.undo !== undefined && whole.undo !== undefined && whole.undo.steps_done < whole.undo.steps;
    if (!isDone(isSent) || !hasMore)
      return tell(session, isDone(isSent) ? whole : { ...isSent, ...(result.undo && { undo: result.undo }) });
    session.output.note(resultLines(isSent, session));
  }
}

function next({ output }: Session, app: CliApp, caller: Caller, call: string, { reason }: UndoOptions): Promise<CallResult> {
  const input = { action: "undo", args: { call }, intent: "write", ...(reason !== undefined && { reason }) } as const;
  return output.during("Waiting for Klaviyo", app.gate.call(caller, input));
}

/** Shows the card and asks; gives what became of the step, or undefined where it goes on waiting. */
async function decide(session: Session, app: CliApp, approvalId: string, options: UndoOptions): Promise<CallResult | undefined> {
  const { io, output } = session;
  const shown = await findApproval(session, approvalId);
  output.note(cardLines(shown, io.clock.now()));
  const { overChanges, ...agreement } = options;
  const isPlain = shown.card.undoes === undefined || shown.card.undoes.drift === "none" || overChanges === true;
  const saysYes = agreement.yes === true || agreement.confirm !== undefined;
  if (saysYes && !isPlain) {
    throw new HalyardError("usage", "Others may have changed it since, and --yes alone does not overwrite that.", {
      hint: "Look at the card above; then say --over-changes as well, or undo it at a terminal.",
    });
  }
  const agreed = io.isTty && !output.isJson ? await ownerAgrees(session, shown, agreement) : agreedByFlags(shown, agreement);
  if (!agreed) return undefined;
  const approved = await output.during("Waiting for Klaviyo", app.gate.approve(approvalId, session.by, { run: true }));
  if (approved.result) return approved.result;
  if (approved.goes_at !== undefined) {
    const { call_id, approval_id, operation, goes_at, goes_by_itself } = approved;
    return { status: "held", call_id, approval_id, operation, goes_at, by_itself: goes_by_itself === true };
  }
  throw new HalyardError("conflict", `The step was not sent: the approval is ${approved.status}.`, {
    hint: approved.status_reason === null ? "Run it again." : `${approved.status_reason}. Run it again.`,
  });
}

function isDone({ status }: CallResult): boolean {
  return status === "done" || status === "accepted";
}

function tell(session: Session, result: CallResult): void {
  session.endWith(exitStatusOf(result));
  session.output.result(result, () => [...resultLines(result, session), ...progressLines(result)]);
}
