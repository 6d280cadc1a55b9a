import { mustFind } from "../catalog/catalog.ts";
import type { BeforeImageRow } from "../store/tables/before-images.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { sealKept } from "./before-image.ts";
import type { GateParts } from "./call.ts";
import { openSteps } from "./undo-opening.ts";
import { notKnown, stillSending } from "./undo-refusals.ts";

/**
 * The row with its step free. A step whose call ended while nobody was there to note it is noted now; one whose outcome is not known is done
 * again only where a second time is harmless.
 */
export async function freeStep(parts: GateParts, connection: ConnectionRow, row: BeforeImageRow): Promise<BeforeImageRow> {
  if (row.step_call === null) return row;
  const { store } = parts;
  const call = await store.calls.find(row.step_call);
  const operation = call && mustFind(parts.catalog, call.operation);
  if (!call || call.status === "sent" || call.status === "received") throw stillSending();
  if (call.status === "unknown" && operation?.effect.retry !== "idempotent") throw notKnown(operation);
  const isDone = call.status === "done" || call.status === "accepted";
  const steps = [...openSteps(parts, connection, row), []];
  await store.beforeImages.endStep(row.call_id, call.id, {
    ...(isDone && { steps_done: row.steps_done + 1, steps_sealed: sealKept(parts, connection, "steps", row.call_id, steps) }),
  });
  return (await store.beforeImages.find(row.call_id)) ?? row;
}
