import type { ApprovalView } from "../gate/call.ts";
import type { Card, Leaf } from "../gate/card.ts";
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
  const { effect, target, people } = card;
  return [
    [bold(card.title), "  ", statusOf(view)],
    ...fields([
      ["id", view.approval_id],
      ["who asks", `${card.agent}, on ${card.connection}: ${card.account}`],
      ["action", [bold(card.operation), `  (${effect.kind}, risk ${effect.risk}: ${effect.risk_means})`]],
      [
        "on",
        target === null ? undefined : `${target.type} ${target.id}${target.name === null ? " (name not known)" : ` "${target.name}"`}`,
      ],
      ...card.audience.map((group): [string, string] => ["goes to", audienceLine(group)]),
      ["who gets it", peopleOf(people)],
      ["undo", undoOf(card, nowMs)],
      ...(card.undo?.notes ?? []).map((note): [string, string] => ["", note]),
      ["asked", whenOf(view.created_at, nowMs)],
      ...deadline(view, nowMs),
      [
        "decided",
        view.decided_by === null
          ? undefined
          : `by ${view.decided_by}${view.decided_at === null ? "" : `, ${whenOf(view.decided_at, nowMs)}`}`,
      ],
      ["why", view.status_reason ?? undefined],
    ]),
    ...card.warnings.map((warning): Line => ["  ", styled("yellow", `! ${warning}`)]),
    ...undoingLines(card),
    dim(card.leaves.length === 0 ? "  It sends no values." : "  What it sends:"),
    ...card.leaves.map(leafLine),
    ...(card.agent_says === null ? [] : box("the agent's own words, checked by nobody", card.agent_says)),
  ];
}

function leafLine({ path, value, folded }: Leaf): Line {
  const line: Piece[] = [`    ${path} = `, styled("cyan", value)];
  if (folded) line.push(dim(`  (the beginning of ${folded.characters} characters, sha256 ${folded.sha256.slice(0, 16)}…)`));
  return line;
}

function statusOf({ status }: ApprovalView): Piece {
  return styled(status === "pending" ? "yellow" : status === "approved" || status === "consumed" ? "green" : "red", status);
}

function audienceLine({ type, id, name, people }: Card["audience"][number]): string {
  return `${type} ${name === null ? id : `"${name}" (${id})`}: ${people === null ? "not counted" : `${people} ${people === 1 ? "person" : "people"}`}`;
}

function peopleOf({ count, basis }: Card["people"]): string {
  if (count === null) return basis === "none" ? "nobody is named in it" : "could not be counted";
  if (basis === "estimated") return `at most ${count} ${count === 1 ? "person" : "people"}`;
  return `${count} ${count === 1 ? "person" : "people"} (${basis})`;
}

function deadline({ status, decide_by, use_by }: ApprovalView, nowMs: number): [string, string][] {
  if (status === "pending") return [["decide by", whenOf(decide_by, nowMs)]];
  return status === "approved" ? [["use by", whenOf(use_by, nowMs)]] : [];
}

function howToDecide({ status, approval_id, card }: ApprovalView, { typed }: Session): Line[] {
  if (status !== "pending") return [];
  return [
    [dim("  yes  "), typed(`approve ${approval_id}`), dim(card.effect.risk === 5 ? "   (you will type the action's name)" : "")],
    [dim("  no   "), typed(`deny ${approval_id} --reason "…"`)],
  ];
}
