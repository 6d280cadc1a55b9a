import type { ApprovalView } from "../gate/call.ts";
import type { Card } from "../gate/cards/card.ts";
import { changeLines, contentLines, historyLines, leafLines, sampleLine } from "./card-parts.ts";
import { bold, box, dim, fields, styled, type Line, type Piece } from "./layout.ts";
import { undoingLines, undoOf } from "./undo-lines.ts";
import type { Session } from "./session.ts";
import { whenOf } from "./times.ts";

/** An approval as text: all that is decided on, the agent's own words apart, and how to decide. */
export function approvalLines(view: ApprovalView, session: Session): Line[] {
  return [...cardLines(view, session.io.clock.now()), ...howToDecide(view, session), ""];
}

/** The card without the hints on how to decide: for where the question follows. */
export function cardLines(view: ApprovalView, nowMs: number): Line[] {
  const { card } = view;
  return [
    [bold(card.title), "  ", statusOf(view)],
    ...fields([
      ["id", view.approval_id],
      ["who asks", `${card.agent}, on ${card.connection}: ${card.account}`],
      ...whatItIs(card, nowMs),
      ["asked", whenOf(view.created_at, nowMs)],
      ...deadline(view, nowMs),
      [
        "decided",
        view.decided_by === null
          ? undefined
          : `by ${view.decided_by}${view.decided_at === null ? "" : `, ${whenOf(view.decided_at, nowMs)}`}`,
      ],
      ["why", view.status_reason ?? undefined],
      ["changed by", view.edited_by],
      ["instead", view.replaced_by],
    ]),
    ...bodyLines(card),
    ...(card.steps ?? []).flatMap((step, at): Line[] => [
      "",
      [bold(`  Step ${at + 1}. ${step.title}`)],
      ...fields(whatItIs(step, nowMs)),
      ...bodyLines(step),
    ]),
    ...(card.agent_says === null ? [] : box("the agent's own words, checked by nobody", card.agent_says)),
  ];
}

function bodyLines(card: Card): Line[] {
  return [
    ...card.warnings.map((warning): Line => ["  ", styled("yellow", `! ${warning}`)]),
    ...untrustedLines(card),
    ...undoingLines(card),
    ...historyLines(card),
    ...changeLines("What changes:", card.changes ?? []),
    ...contentLines(card.content ?? []),
    ...leafLines(card),
  ];
}

function whatItIs(card: Card, nowMs: number): [string, Piece | Piece[] | undefined][] {
  const { effect, target, people } = card;
  return [
    ["action", [bold(card.operation), `  (${effect.kind}, risk ${effect.risk}: ${effect.risk_means})`]],
    ["on", target === null ? undefined : `${target.type} ${target.id}${target.name === null ? " (name not known)" : ` "${target.name}"`}`],
    ...card.audience.map((group): [string, string] => [group.excluded ? "not to" : "goes to", audienceLine(group)]),
    ["who gets it", peopleOf(people)],
    ["among them", sampleLine(card)],
    ["undo", undoOf(card, nowMs)],
    ...(card.undo?.notes ?? []).map((note): [string, string] => ["", note]),
    ["hold", card.hold_seconds === undefined ? undefined : `it waits ${card.hold_seconds} s after a yes, and can be stopped until then`],
  ];
}

function untrustedLines({ untrusted, tainted }: Card): Line[] {
  if (!untrusted)
    return tainted ? [["  ", styled("yellow", "! The agent has read text that outsiders can write; it may be acting on it.")]] : [];
  const more = untrusted.more > 0 ? ` and ${untrusted.more} more` : "";
  return [["  ", styled("yellow", `! The agent has lately read text that outsiders can write: ${untrusted.objects.join(", ")}${more}.`)]];
}

function statusOf({ status }: ApprovalView): Piece {
  const isGood = ["approved", "consumed", "done", "accepted", "reconciled"].includes(status);
  return styled(status === "pending" || status === "unknown" ? "yellow" : isGood ? "green" : "red", status);
}

function audienceLine({ type, id, name, people }: Card["audience"][number]): string {
  return `${type} ${name === null ? id : `"${name}" (${id})`}: ${people === null ? "not counted" : `${people} ${people === 1 ? "person" : "people"}`}`;
}

function peopleOf({ count, basis }: Card["people"]): string {
  if (count === null) return basis === "none" ? "nobody is named in it" : "could not be counted";
  if (basis === "estimated") return `at most ${count} ${count === 1 ? "person" : "people"}`;
  return `${count} ${count === 1 ? "person" : "people"} (${basis})`;
}

function deadline({ status, decide_by, use_by, goes_at }: ApprovalView, nowMs: number): [string, string][] {
  if (status === "pending") return [["decide by", whenOf(decide_by, nowMs)]];
  if (goes_at !== undefined) return [["goes", whenOf(goes_at, nowMs)]];
  return status === "approved" ? [["use by", whenOf(use_by, nowMs)]] : [];
}

function howToDecide({ status, approval_id, card, goes_at }: ApprovalView, { typed }: Session): Line[] {
  if (status === "approved" && goes_at !== undefined) return [[dim("  stop "), typed(`stop ${approval_id}`)]];
  if (status !== "pending") return [];
  return [
    [dim("  yes  "), typed(`approve ${approval_id}`), dim(card.effect.risk === 5 ? "   (you will type the action's name)" : "")],
    [dim("  no   "), typed(`deny ${approval_id} --reason "…"`)],
  ];
}
