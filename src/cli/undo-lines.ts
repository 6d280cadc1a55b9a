import type { CallResult } from "../gate/call.ts";
import type { Card } from "../gate/cards/card.ts";
import type { UndoStanding } from "../gate/undo/undo-standing.ts";
import { dim, styled, type Line, type Piece } from "./layout.ts";
import { minuteOf, whenOf } from "./times.ts";

/** What a card says of taking the call back: by what was read, or by the catalog where the card is from before it said so. */
export function undoOf({ effect, undo }: Card, nowMs: number): string {
  const by = effect.inverse.length === 0 ? "" : `, with ${effect.inverse.join(" or ")}`;
  if (undo) {
    const until = undo.until === null ? "" : `, until ${whenOf(undo.until, nowMs)}`;
    return { exact: `puts back what was there${until}`, compensation: `makes up for it in part${until}`, none: "not possible" }[undo.class];
  }
  return (
    { yes: `possible${by}`, partial: `in part${by}`, no: "not possible", "n/a": "nothing to undo" }[effect.reversible] ?? effect.reversible
  );
}

/** For a card that takes back another call: which one, what it does not put back, and what others have changed since. */
export function undoingLines({ undoes }: Card): Line[] {
  if (!undoes) return [];
  const { call, step, steps, notes, drift, changed_since: changes, next } = undoes;
  return [
    ["  ", styled("cyan", `Takes back ${call}`), steps > 1 ? `: step ${step} of ${steps}` : ""],
    ...(next.length > 0 ? [dim(`    then, each decided by itself: ${counted(next)}`)] : []),
    ...notes.map((note): Line => `    ${note}`),
    ...(drift === "unknown" ? [warning("Whether others changed it since cannot be told.")] : []),
    ...(drift === "changed"
      ? [warning("Others changed it since; a yes overwrites that:"), ...changes.map((line): Line => `      ${line}`)]
      : []),
  ];
}

function warning(text: string): Line {
  return ["  ", styled("yellow", `! ${text}`)];
}

/** `create_tag, tag_lists (3)`. */
function counted(actions: string[]): string {
  const names = [...new Set(actions)];
  return names
    .map((name) => {
      const times = actions.filter((one) => one === name).length;
      return times > 1 ? `${name} (${times})` : name;
    })
    .join(", ");
}

/** How far an undoing has come, after the words on its last step. */
export function progressLines({ undo }: CallResult): Line[] {
  if (!undo) return [];
  const { call, steps_done: done, steps, notes } = undo;
  if (done < steps) return [`  ${done} of ${steps} steps of taking back ${call} are done.`];
  return [[styled("green", "  Undone: "), call], ...notes.map((note): Line => dim(`    ${note}`))];
}

/** A cell of the activity list. */
export function standingPiece(standing: UndoStanding | null | undefined): Piece {
  if (!standing) return "";
  const { state, until, undone_by: by } = standing;
  if (state === "undone") return dim(`undone by ${by ?? "another call"}`);
  if (state === "over") return dim("over");
  return `${state === "begun" ? "begun, " : ""}until ${minuteOf(Date.parse(until))}`;
}
