import type { ConnectionRow } from "../../store/tables/connections.ts";
import { createGlance, lookAll, resourcesIn } from "./before-image-reads.ts";
import type { CallResult, GateParts } from "../call.ts";
import type { Departure } from "../dispatch.ts";
import { digestOfNow, driftBetween, type Drift } from "./undo-drift.ts";
import { sealKept } from "./undo-opening.ts";
import type { Kept, Recipe, Was } from "./undo-recipe.ts";
import { recipeOf } from "./undo-table.ts";

/**
 * Reads once more what a write has changed, so that a later undoing can tell what others did to it since. A job has not done it yet, and a read
 * that fails is no reason to call the write anything but what it is: then the undoing says that it cannot tell.
 */
export async function keepAfter(parts: GateParts, departure: Departure, result: CallResult): Promise<void> {
  const { before, connection, operation, callId } = departure;
  if (before.state !== "kept" || result.status !== "done" || result.unrecorded) return;
  const recipe = recipeOf(operation.id);
  if (recipe.undo === "none") return;
  const made = resourcesIn(result.body);
  const { args, was } = before.image;
  const kept: Kept = { catalog: parts.catalog, operation, args, was, afterwards: null, made };
  try {
    await parts.dayKeys.ready();
    parts.at("undo.key-ready");
    const then = await watched(parts, connection, recipe, kept);
    parts.at("undo.read-again");
    await parts.store.beforeImages.keepAfter(callId, sealKept(parts, "after", callId, { made, was: then }));
  } catch {
    // Told at the undoing as not known.
  }
}

/** What is there now of all that a call changed. */
function watched(parts: GateParts, connection: ConnectionRow, recipe: Recipe, kept: Kept): Promise<Was> {
  return lookAll(createGlance(parts, connection), parts.catalog, recipe.watch?.(kept) ?? recipe.looks, kept.args);
}

/** What the account holds now of what a call changed, held against what it held after the call. */
export interface Now {
  was: Was;
  drift: Drift;
  /** SHA-256, hex. */
  seen: string;
}

export async function lookNow(parts: GateParts, connection: ConnectionRow, recipe: Recipe, kept: Kept): Promise<Now> {
  const was = await watched(parts, connection, recipe, kept);
  return { was, drift: driftBetween(kept.afterwards, was), seen: digestOfNow(was) };
}
