import { isoMillis } from "../../lib/clock.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import type { CallRow } from "../../store/tables/calls.ts";
import type { Recipe } from "./undo-recipe.ts";

/** Whether a call can be undone, for lists: until when, or what became of it. Times are ISO 8601. */
export interface UndoStanding {
  class: Recipe["undo"];
  state: "open" | "begun" | "undone" | "over";
  until: string;
  undone_by: string | null;
}

/** Null where nothing was kept, or the call did not happen: only what happened can be undone. */
export function standingOf({ status }: Pick<CallRow, "status">, row: BeforeImageRow | undefined, nowMs: number): UndoStanding | null {
  if (!row || (status !== "done" && status !== "accepted")) return null;
  const isOver = row.erased_at !== null || row.until <= nowMs;
  const begun = row.steps_done > 0 || row.step_call !== null ? "begun" : "open";
  const state = row.undone_at !== null ? "undone" : isOver ? "over" : begun;
  return { class: row.undo_class, state, until: isoMillis(row.until), undone_by: row.undone_by };
}
