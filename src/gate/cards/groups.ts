import type { Operation } from "../../catalog/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";

/** Lists and segments that a call names in its path and arguments. */
export interface Groups {
  list: string[];
  segment: string[];
}

/** Members that hold ids of lists, of segments, or of either. */
const NAMES: [keyof Groups, RegExp][] = [
  ["list", /^(list|lists|list_id|list_ids|included|excluded|group_ids|audience_ids)$/],
  ["segment", /^(segment|segments|segment_id|segment_ids|included|excluded|group_ids|audience_ids)$/],
];

/** The groups that are named anywhere in a call. Where an id may be of a list or of a segment it counts as both. */
export function groupsOf(operation: Operation, args: JsonObject): Groups {
  const found = { list: new Set<string>(), segment: new Set<string>() };
  const { id } = args;
  for (const group of ["list", "segment"] as const) {
    if (typeof id === "string" && operation.path.startsWith(`/api/${group}s/{id}`)) found[group].add(id);
  }
  walk(args, found);
  return { list: [...found.list], segment: [...found.segment] };
}

function walk(value: Json, found: Record<keyof Groups, Set<string>>): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, found);
    return;
  }
  if (!isJsonObject(value)) return;
  // A trigger of a flow: `{"type": "list", "id": …}`.
  const { type, id } = value;
  if ((type === "list" || type === "segment") && typeof id === "string") found[type].add(id);
  for (const [name, inner] of Object.entries(value)) {
    for (const [group, pattern] of NAMES) {
      if (pattern.test(name)) for (const item of [inner].flat()) if (typeof item === "string") found[group].add(item);
    }
    walk(inner, found);
  }
}
