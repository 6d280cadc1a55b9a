import { mustFind } from "../../catalog/catalog.ts";
import { canonicalJson, type Json } from "../../lib/json.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import type { Image } from "./before-image.ts";
import type { GateParts } from "../call.ts";
import type { Kept, Resource, Was } from "./undo-recipe.ts";

/** Which text of a call's undoing something is: the write with what was there before, what was there after it, or what the steps made. */
type KeptPart = "before" | "after" | "steps";

const labelOf = (part: KeptPart, callId: string): string => `${part}-image:${callId}`;

/** Seals what belongs to a call's undoing under the key of the day, as the record's bodies are: it holds people's data, and goes with its day. */
export function sealKept({ dayKeys }: Pick<GateParts, "dayKeys">, part: KeptPart, callId: string, value: object): string {
  return dayKeys.seal(canonicalJson(JSON.parse(JSON.stringify(value)) as Json), labelOf(part, callId));
}

/** What was kept of a call, opened. Undefined once any of it has been erased. */
export function openKept(parts: Pick<GateParts, "catalog" | "dayKeys">, row: BeforeImageRow): Kept | undefined {
  const image = openImage(parts, row);
  const after = openAfter(parts, row);
  if (!image || !after || !openSteps(parts, row)) return undefined;
  const operation = mustFind(parts.catalog, image.operation);
  return { catalog: parts.catalog, operation, args: image.args, was: image.was, afterwards: after.was, made: after.made };
}

function openImage(parts: Pick<GateParts, "dayKeys">, { call_id, sealed }: BeforeImageRow): Image | undefined {
  return sealed === null ? undefined : (opened(parts, "before", call_id, sealed) as Image | undefined);
}

/** What the write made, and what was there after it; null where that was not read. */
export interface After {
  made: Resource[];
  was: Was | null;
}

function openAfter(parts: Pick<GateParts, "dayKeys">, { call_id, after_sealed }: BeforeImageRow): After | undefined {
  return after_sealed === null ? { made: [], was: null } : (opened(parts, "after", call_id, after_sealed) as After | undefined);
}

/** What each step that is done made; undefined where that was erased. */
export function openSteps(parts: Pick<GateParts, "dayKeys">, { call_id, steps_sealed }: BeforeImageRow): Resource[][] | undefined {
  return steps_sealed === null ? [] : (opened(parts, "steps", call_id, steps_sealed) as Resource[][] | undefined);
}

function opened({ dayKeys }: Pick<GateParts, "dayKeys">, part: KeptPart, callId: string, sealed: string): Json | undefined {
  const text = dayKeys.open(sealed, labelOf(part, callId));
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}
