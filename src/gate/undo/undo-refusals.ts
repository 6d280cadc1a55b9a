import type { Operation } from "../../catalog/operation.ts";
import { isoMillis } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import { howToCheck } from "../outcomes/told.ts";
import type { NoRecipe, Recipe } from "./undo-recipe.ts";

const NOTHING_SENT = "Nothing was sent.";

export function stillSending(): HalyardError {
  return new HalyardError("conflict", "The call is being sent at this moment: it was too late to stop it.", {
    hint: "Ask again when its outcome is known.",
  });
}

export function notKnown(operation: Operation | undefined): HalyardError {
  return new HalyardError("conflict", "Whether that call happened is not known, so it cannot be said what to put back.", {
    hint: operation ? howToCheck(operation) : NOTHING_SENT,
  });
}

export function changedNothing(): HalyardError {
  return new HalyardError("conflict", "That call changed nothing, so there is nothing to undo.", { hint: NOTHING_SENT });
}

export function ofPlan(): HalyardError {
  return new HalyardError("conflict", "A plan that has run is undone call by call, the last one first.", {
    hint: "halyard activity lists its calls, each with how long it can be undone.",
  });
}

export function undoneAlready({ undone_by, undone_at }: BeforeImageRow): HalyardError {
  return new HalyardError("conflict", `That call was undone by ${undone_by ?? "another call"} at ${isoMillis(undone_at ?? 0)}.`, {
    hint: `${NOTHING_SENT} To have it again, undo that one or make the call anew.`,
  });
}

export function expired({ until }: BeforeImageRow): HalyardError {
  return new HalyardError("conflict", `That call could be undone until ${isoMillis(until)}; what was kept for it is erased.`, {
    hint: NOTHING_SENT,
  });
}

/** Nothing was kept: it never could be undone, or changed nothing that could. */
export function noImage(recipe: Recipe | NoRecipe): HalyardError {
  const because = recipe.undo === "none" ? recipe.because : "nothing was there to be put back, or it could not be read.";
  return new HalyardError("conflict", `That call cannot be undone: ${because}`, { hint: NOTHING_SENT });
}
