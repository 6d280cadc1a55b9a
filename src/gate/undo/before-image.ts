import { mustFind } from "../../catalog/catalog.ts";
import { isWrite, type Operation } from "../../catalog/operation.ts";
import { buildRequest } from "../../catalog/request.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { createGlance, lookAll, type Glance } from "./before-image-reads.ts";
import type { GateParts } from "../call.ts";
import type { Kept, Recipe, UndoClass, Was } from "./undo-recipe.ts";
import { recipeOf } from "./undo-table.ts";

/** What can be promised of a write before it goes, in our own words. */
export interface Prospect {
  undo: UndoClass;
  /** What is not put back, or why nothing is. */
  notes: string[];
  /** Until when, ms; null where it cannot be undone. */
  until: number | null;
}

/** The write and what was there before it: all that its inverse is built from, as it is sealed. */
export interface Image {
  operation: string;
  args: JsonObject;
  was: Was;
}

/**
 * What is known of a write's before-image when it is let go. `needless`: there is nothing to keep, because it cannot be undone or changes
 * nothing. `unreadable`: it could be undone if one could read what is there. `absent`: what it acts on is not there. `unread`: nobody has looked; such a write is never sent.
 */
export type Before =
  | { state: "unread" }
  | { state: "needless"; outlook: Prospect }
  | { state: "unreadable"; outlook: Prospect; error: unknown }
  | { state: "absent"; outlook: Prospect }
  | { state: "kept"; outlook: Prospect & { undo: Recipe["undo"]; until: number }; image: Image };

/** Larger ones are not kept. */
const MAX_IMAGE_BYTES = 4 * 1024 * 1024;
const ABSENT = "What it acts on was not found, so nothing can be kept of it.";
const UNREADABLE = "What is there now cannot be read, so it could not be put back.";

/** Reads what a write is about to change. Never throws for what Klaviyo or the network did. */
export async function readBefore(
  parts: GateParts,
  connection: ConnectionRow,
  { operation, args }: { operation: Operation; args: JsonObject },
  glance: Glance = createGlance(parts, connection),
): Promise<Before> {
  if (!isWrite(operation)) return needless("A read changes nothing.");
  const recipe = recipeOf(operation.id);
  if (recipe.undo === "none") return needless(recipe.because);
  let was: Was;
  try {
    was = await lookAll(glance, parts.catalog, recipe.looks, args);
  } catch (thrown) {
    if (thrown instanceof HalyardError && thrown.code === "not_found")
      return { state: "absent", outlook: { undo: "none", notes: [ABSENT], until: null } };
    return { state: "unreadable", outlook: { undo: "none", notes: [UNREADABLE], until: null }, error: thrown };
  }
  const image = { operation: operation.id, args, was };
  const kept: Kept = { catalog: parts.catalog, operation, args, was, afterwards: null, made: [] };
  const { steps, notes } = recipe.plan(kept);
  const [first] = steps;
  if (!first) return needless(...notes);
  if (!first.isLate && !canBuild(parts, connection, first.action, first.args([])))
    return needless("What was there cannot be written again in the form in which it is read.");
  if (Buffer.byteLength(JSON.stringify(image)) > MAX_IMAGE_BYTES) return needless("There is more of it than Halyard keeps.");
  const now = parts.clock.now();
  const until = Math.min(now + parts.limits.undoWithinMs, recipe.until?.(kept, now) ?? Number.POSITIVE_INFINITY);
  const isWhole = recipe.undo === "exact" && notes.length === 0;
  return { state: "kept", outlook: { undo: isWhole ? "exact" : "compensation", notes, until }, image };
}

function needless(...notes: string[]): Before {
  return { state: "needless", outlook: { undo: "none", notes, until: null } };
}

function canBuild({ catalog }: GateParts, connection: ConnectionRow, action: string, args: JsonObject): boolean {
  try {
    buildRequest(mustFind(catalog, action), args, { account_id: connection.account_id });
    return true;
  } catch {
    return false;
  }
}

/** For a write that nobody would be asked about: with a card, the owner sees that it is not there. */
export function absent({ id }: Operation): HalyardError {
  return new HalyardError("not_found", `What this ${id} acts on is not there, so nothing was sent.`, {
    hint: "Read it first; its id may be another one.",
  });
}
