import { isoMillis } from "../../lib/clock.ts";
import type { Before } from "./before-image.ts";
import type { UndoClass } from "./undo-recipe.ts";
import type { Undoing } from "./undoing.ts";

/** What a card says of taking a write back, before it goes. */
export interface UndoOutlook {
  class: UndoClass;
  /** What is not put back, or why nothing is; our own words. */
  notes: string[];
  /** ISO 8601, if it goes now. */
  until: string | null;
}

/** What a card says of the call that it takes back. */
export interface UndoingShown {
  call: string;
  /** From 1. */
  step: number;
  steps: number;
  class: "exact" | "compensation";
  notes: string[];
  drift: "none" | "changed" | "unknown";
  /** What others have changed since: overwritten by a yes. */
  changed_since: string[];
  /** Operations that follow, each decided by itself. */
  next: string[];
}

export function undoOutlook(before: Before): UndoOutlook | undefined {
  if (before.state === "unread") return undefined;
  const { undo, notes, until } = before.outlook;
  return { class: undo, notes, until: until === null ? null : isoMillis(until) };
}

export function undoingShown({ call, step, steps, undo, notes, drift, next }: Undoing): UndoingShown {
  return { call, step: step + 1, steps, class: undo, notes, drift: drift.state, changed_since: drift.lines, next };
}
