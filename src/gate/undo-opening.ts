import { mustFind } from "../catalog/catalog.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { BeforeImageRow } from "../store/tables/before-images.ts";
import { keptContext, type Image, type KeptPart } from "./before-image.ts";
import type { GateParts } from "./call.ts";
import type { Kept, Resource, Was } from "./undo-recipe.ts";

/** What was kept of a call, opened. Undefined once it has been erased. */
export function openKept(parts: GateParts, connection: ConnectionRow, row: BeforeImageRow): Kept | undefined {
  if (row.sealed === null) return undefined;
  const image = opened(parts, connection, "before", row.call_id, row.sealed) as Image;
  const after =
    row.after_sealed === null ? { made: [], was: null } : (opened(parts, connection, "after", row.call_id, row.after_sealed) as After);
  const operation = mustFind(parts.catalog, image.operation);
  return { catalog: parts.catalog, operation, args: image.args, was: image.was, afterwards: after.was, made: after.made };
}

/** What the write made, and what was there after it; null where that was not read. */
interface After {
  made: Resource[];
  was: Was | null;
}

/** What each step that is done made. */
export function openSteps(parts: GateParts, connection: ConnectionRow, row: BeforeImageRow): Resource[][] {
  return row.steps_sealed === null ? [] : (opened(parts, connection, "steps", row.call_id, row.steps_sealed) as Resource[][]);
}

function opened(parts: GateParts, connection: ConnectionRow, part: KeptPart, callId: string, sealed: string): unknown {
  return JSON.parse(parts.vault.open(sealed, keptContext(connection, part, callId)).reveal());
}
