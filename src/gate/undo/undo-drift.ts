import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type Json } from "../../lib/json.ts";
import { terminalSafe, truncate } from "../../lib/text.ts";
import type { Was } from "./undo-recipe.ts";

/** What others have done since to what a write changed. */
export interface Drift {
  /** `unknown`: it was not read after the write, so nobody can tell. */
  state: "none" | "changed" | "unknown";
  /** What differs, one line each, cut. */
  lines: string[];
}

/** Members that move by themselves: what they say is no change by anybody. */
export const VOLATILE = new Set(["updated", "updated_at", "last_event_date", "is_processing", "links"]);

const MAX_LINES = 12;
const MAX_VALUE_CHARACTERS = 60;

/** Compares what was read after a write with what is there now. */
export function driftBetween(then: Was | null, now: Was): Drift {
  if (then === null) return { state: "unknown", lines: [] };
  const [before, after] = [leavesOf(then), leavesOf(now)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
  const lines = paths.map((path) => terminalSafe(`${path}: ${cut(before.get(path))} → ${cut(after.get(path))}`));
  const more = lines.length > MAX_LINES ? [`… and ${lines.length - MAX_LINES} more`] : [];
  return { state: paths.length > 0 ? "changed" : "none", lines: [...lines.slice(0, MAX_LINES), ...more] };
}

/** SHA-256 of what is there now, hex: an approval of an undoing is bound to it. */
export function digestOfNow(now: Was): string {
  const leaves = [...leavesOf(now)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(canonicalJson(leaves)).digest("hex");
}

/** Every value by resource and path, so that the order of a list says nothing. */
function leavesOf(was: Was): Map<string, string> {
  const leaves = new Map<string, string>();
  const put = (path: string, value: Json): void => {
    if (isJsonObject(value) && Object.keys(value).length > 0) {
      for (const [name, inner] of Object.entries(value)) if (!VOLATILE.has(name)) put(`${path}.${name}`, inner);
    } else leaves.set(path, JSON.stringify(value));
  };
  for (const [name, readings] of Object.entries(was)) {
    for (const { of, rows, included } of readings) {
      for (const { type, id, attributes, relationships, meta } of [...rows, ...included]) {
        const path = `${name === "item" ? "" : `${name}${of === "" ? "" : ` of ${of}`}: `}${type} ${id}`;
        leaves.set(path, '"there"');
        put(path, { ...attributes, ...relationships, ...meta });
      }
    }
  }
  return leaves;
}

function cut(text: string | undefined): string {
  return text === undefined ? "(nothing)" : truncate(text, MAX_VALUE_CHARACTERS);
}
