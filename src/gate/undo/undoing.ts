import { HalyardError } from "../../lib/errors.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { GateParts } from "../call.ts";
import { lookNow, type Now } from "./undo-after.ts";
import type { Drift } from "./undo-drift.ts";
import type { StepOf } from "./undo-keeping.ts";
import { openKept } from "./undo-opening.ts";
import type { Kept, Plan, Recipe, Step } from "./undo-recipe.ts";
import { expired } from "./undo-refusals.ts";
import { recipeOf } from "./undo-table.ts";

/** What a call on its way through the gate knows of the undoing that it is a step of. */
export interface Undoing extends StepOf {
  undo: Recipe["undo"];
  notes: string[];
  drift: Drift;
  /** SHA-256 of what is there now, hex; "" after the first step, which has changed it. */
  seen: string;
  /** Operations of the steps that follow. */
  next: string[];
}

const NO_DRIFT: Drift = { state: "none", lines: [] };

/** How a call is taken back, by what was kept of it. Error `conflict` once that is erased. */
export function planOf(parts: GateParts, row: BeforeImageRow): { recipe: Recipe; kept: Kept; plan: Plan } {
  const kept = openKept(parts, row);
  const recipe = kept && recipeOf(kept.operation.id);
  if (!kept || !recipe || recipe.undo === "none") throw expired(row);
  return { recipe, kept, plan: recipe.plan(kept) };
}

/** The step whose turn it is, by what the plan is now and by what the account holds; undefined when all are done. */
export async function undoingOf(
  parts: GateParts,
  connection: ConnectionRow,
  row: BeforeImageRow,
): Promise<{ undoes: Undoing; step: Step } | undefined> {
  const { recipe, kept, plan } = planOf(parts, row);
  const { steps, notes } = plan;
  const step = steps[row.steps_done];
  if (!step) return undefined;
  const now = row.steps_done === 0 ? await nowOf(parts, connection, recipe, kept) : undefined;
  const undoes: Undoing = {
    call: row.call_id,
    step: row.steps_done,
    steps: steps.length,
    undo: row.undo_class,
    notes,
    drift: now?.drift ?? NO_DRIFT,
    seen: now?.seen ?? "",
    next: steps.slice(row.steps_done + 1).map(({ action }) => action),
  };
  return { undoes, step };
}

async function nowOf(parts: GateParts, connection: ConnectionRow, recipe: Recipe, kept: Kept): Promise<Now> {
  try {
    const now = await lookNow(parts, connection, recipe, kept);
    const tooLate = recipe.tooLate?.(now.was);
    if (tooLate !== undefined) throw new HalyardError("conflict", `It is too late: ${tooLate}`, { hint: "Nothing was sent." });
    return now;
  } catch (thrown) {
    if (!(thrown instanceof HalyardError) || thrown.code !== "not_found") throw thrown;
    throw new HalyardError("conflict", "What the call changed or made is not there any more, so there is nothing to put back.", {
      hint: "Nothing was sent.",
    });
  }
}

/** The same step at the use of its approval; as it was asked where it cannot be told now, and then {@link Undoing.seen} is another one. */
export async function undoingAgain(parts: GateParts, connection: ConnectionRow, asked: Undoing): Promise<Undoing> {
  const row = await parts.store.beforeImages.find(asked.call);
  const lost = { ...asked, seen: asked.seen === "" ? "" : "not to be told" };
  if (row?.steps_done !== asked.step) return lost;
  try {
    return (await undoingOf(parts, connection, row))?.undoes ?? lost;
  } catch (thrown) {
    if (thrown instanceof HalyardError) return lost;
    throw thrown;
  }
}
