import { InvalidArgumentError, type Command } from "commander";
import type { StandingScope } from "../../gate/approvals/standing-permission.ts";
import type { ApprovalView } from "../../gate/call.ts";
import { parseIso } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import { ownerAgrees, type Agreement } from "../ask.ts";
import { callArguments } from "../call-arguments.ts";
import { cardLines } from "../card-lines.ts";
import { bold, styled, type Line } from "../layout.ts";
import { diffLines } from "../policy/lines.ts";
import { afterApproval } from "../result-lines.ts";
import type { Session } from "../session.ts";
import { findApproval, mustBePending } from "./approvals.ts";

const HELP = `
Shows the card once more and asks. What is sent is exactly what the card shows; anything that changed meanwhile voids it, and a new card shows the difference.
What sends messages waits a minute after your yes (policy: hold.sends_seconds); halyard stop keeps it from going until then.
  halyard approve ID --edit name="VIP 2026"    approve it with another name; the agent is told what was sent
  halyard approve ID --always                  and let exactly this call go from now on, as a rule of the policy
  halyard approve ID --always-for target       the same action of this agent on the same thing; action: on anything
Without a terminal say --yes, and for risk 5 (erasure, merge, keys, legal) --yes=<operation>.
Exit status: 0 done, accepted, held or left to the agent; 65 rejected; 69 unknown; 75 it could not be used any more.`;

export const example = "approve appr_01M8";

interface ApproveOptions extends Agreement {
  later?: true;
  wait?: true;
  edit?: string[];
  always?: true;
  alwaysFor?: StandingScope;
}

export function build(command: Command, session: Session): void {
  command
    .argument("<id>", "appr_…")
    .option("--later", "leave the sending to the agent, which has an hour to ask again")
    .option("--wait", "stay until what is held has gone")
    .option("--edit <key=value>", "change an argument first; may be given again", collected)
    .option("--always", "let exactly this call go from now on; not above risk 3")
    .option("--always-for <scope>", "call, target or action", scopeOf)
    .option("--yes", "without asking; --yes=<operation> for risk 5")
    .option("--confirm <operation>", "the same as --yes=<operation>")
    .addHelpText("after", HELP)
    .action((id: string, options: ApproveOptions) => approve(session, id, options));
}

function collected(word: string, before: string[] | undefined): string[] {
  return [...(before ?? []), word];
}

function scopeOf(word: string): StandingScope {
  if (word === "call" || word === "target" || word === "action") return word;
  throw new InvalidArgumentError("It is call, target or action.");
}

async function approve(session: Session, given: string, options: ApproveOptions): Promise<void> {
  const { later, wait, edit, always, alwaysFor, ...agreement } = options;
  const { gate } = await session.app();
  const asked = await findApproval(session, given);
  if (wait && asked.goes_at !== undefined) return tell(session, await whenGone(session, asked));
  mustBePending(asked);
  if (edit && later) throw new HalyardError("usage", "What you change is sent by you: --edit and --later do not go together.");
  const shown = edit ? await edited(session, asked, edit) : asked;
  const id = shown.approval_id;
  session.output.note(cardLines(shown, session.io.clock.now()));
  const scope = alwaysFor ?? (always ? "call" : undefined);
  if (scope) session.output.note(await standingLines(session, id, scope));
  if (!(await ownerAgrees(session, shown, agreement))) {
    throw new HalyardError("usage", "Nothing was decided; it goes on waiting.", {
      hint: `To say no for good: ${session.typed(`deny ${id}`)}`,
    });
  }
  const yes = gate.approve(id, session.by, { run: !later, ...(scope && { always: scope }) });
  const approved = await session.output.during("Sending it to Klaviyo", yes);
  tell(session, wait ? await whenGone(session, approved) : approved);
}

function tell(session: Session, view: ApprovalView): void {
  const { lines, status } = afterApproval(view, session);
  session.endWith(status);
  session.output.result(view, () => lines);
}

/** Puts the changed call in the place of what was asked. */
async function edited(session: Session, asked: ApprovalView, words: string[]): Promise<ApprovalView> {
  const { gate } = await session.app();
  const changes = callArguments(await session.reference(), asked.operation, words, undefined);
  return gate.edit(asked.approval_id, session.by, changes);
}

async function standingLines(session: Session, id: string, scope: StandingScope): Promise<Line[]> {
  const { gate } = await session.app();
  const { rule, diff } = await gate.standing(id, scope);
  return [
    [bold("And from now on, as a rule of the policy: "), styled("cyan", JSON.stringify(rule))],
    ...diffLines(diff),
    `  To take it back: ${session.typed("policy edit")}`,
  ];
}

const LOOK_EVERY_MS = 1000;

/** Waits until what is held has gone, and sends it when nobody else does. */
async function whenGone(session: Session, approved: ApprovalView): Promise<ApprovalView> {
  const { gate } = await session.app();
  const { clock } = session.io;
  let view = approved;
  while (view.goes_at !== undefined || view.status === "consumed") {
    const dueAt = parseIso(view.goes_at ?? "") ?? clock.now();
    await clock.wait(Math.max(1, Math.min(dueAt - clock.now(), LOOK_EVERY_MS)));
    await gate.sendDue();
    view = await findApproval(session, view.approval_id);
  }
  return view;
}
