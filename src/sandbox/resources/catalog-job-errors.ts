import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { refusedOf, REFUSALS } from "../engine/refusal.ts";

/** Runs one entry of a job; when it is refused, the error as the job lists it. `pointer` is where the entry stands in the job's body. */
export function errorOf(run: () => void, pointer: string, ctx: Context): JsonObject | undefined {
  try {
    run();
    return undefined;
  } catch (thrown) {
    const refusal = refusedOf(thrown)?.refusals[0];
    if (!refusal) throw thrown;
    const { code, title } = REFUSALS[refusal.code];
    const inner = refusal.source && "pointer" in refusal.source ? refusal.source.pointer.replace(/^\/data/, "") : "";
    return { id: ctx.ids.uuid(), code, title, detail: refusal.detail, source: { pointer: pointer + inner } };
  }
}
