import type { Command } from "commander";
import type { CallResult } from "../../gate/call.ts";
import { JSON_LIMITS } from "../../lib/json.ts";
import { agreedByFlags, ownerAgrees, readAll, type Agreement } from "../ask.ts";
import { callArguments } from "../call-arguments.ts";
import { cardLines } from "../card-lines.ts";
import { afterApproval, exitStatusOf, resultLines } from "../result-lines.ts";
import { findApproval } from "./approvals.ts";
import type { Line } from "../layout.ts";
import { safeJson } from "../output.ts";
import type { Session } from "../session.ts";

const HELP = `
Your own calls go through the same gate as an agent's: the policy's ask shows you the card, its deny stays a no.
Values are text where the action takes text; lists of texts may be written a,b,c; everything else, null too, as JSON.
  halyard call get_lists
  halyard call create_list name="VIP customers"
  halyard call update_profile --args '{"id": "01J…", "first_name": null}'
Exit status: 0 done or accepted; 65 rejected; 69 unknown; 75 it waits for an approval; 77 denied.`;

interface CallOptions extends Agreement {
  args?: string;
  connection?: string;
  reason?: string;
}

export const example = "call create_list name=VIP";

export function build(command: Command, session: Session): void {
  command
    .argument("<action>", "halyard actions finds it")
    .argument("[arguments...]", "key=value")
    .option("--args <json>", "arguments as a JSON object; - reads it from standard input")
    .option("--connection <name>", "needed where there are several")
    .option("--reason <text>", "why, for the record")
    .option("--yes", "approve it without asking; --yes=<operation> for risk 5")
    .option("--confirm <operation>", "the same as --yes=<operation>")
    .addHelpText("after", HELP)
    .action((action: string, words: string[], options: CallOptions) => call(session, action, words, options));
}

async function call(
  session: Session,
  action: string,
  words: string[],
  { args: json, connection, reason, ...agreement }: CallOptions,
): Promise<void> {
  const { io, output } = session;
  const text = json === "-" ? await readAll(io, JSON_LIMITS.maxSizeBytes) : json;
  const args = callArguments(await session.reference(), action, words, text);
  const app = await session.app();
  const caller = await app.agents.owner(connection);
  const input = { action, args, intent: "any", ...(reason !== undefined && { reason }) } as const;
  const result = await output.during("Waiting for Klaviyo", app.gate.call(caller, input));
  if (result.status !== "approval_required") return tell(session, result, resultLines(result, session));

  const shown = await findApproval(session, result.approval_id);
  output.note(cardLines(shown, io.clock.now()));
  const canAsk = io.isTty && !output.isJson;
  const agreed = canAsk ? await ownerAgrees(session, shown, agreement) : agreedByFlags(shown, agreement);
  if (!agreed) return tell(session, result, resultLines(result, session));
  const approved = await output.during("Waiting for Klaviyo", app.gate.approve(result.approval_id, session.by, { run: true }));
  if (approved.result) return tell(session, approved.result, resultLines(approved.result, session));
  const { lines, status } = afterApproval(approved, session);
  session.endWith(status);
  output.result(approved, () => lines);
}

/** The answer's body goes to stdout and the words about it to stderr, so that it can be piped. */
function tell({ output, endWith }: Session, result: CallResult, lines: Line[]): void {
  endWith(exitStatusOf(result));
  output.note(lines);
  const body = "body" in result ? result.body : null;
  output.result(result, () => (body === null ? [] : safeJson(body, 2).split("\n")));
}
