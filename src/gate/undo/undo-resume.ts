import { mustFind } from "../../catalog/catalog.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import type { CallRow } from "../../store/tables/calls.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { resourcesIn } from "./before-image-reads.ts";
import type { GateParts } from "../call.ts";
import { resultOf } from "../outcomes/told.ts";
import { stepDone } from "./undo-keeping.ts";
import type { Resource } from "./undo-recipe.ts";
import { notKnown, stillSending } from "./undo-refusals.ts";

/**
 * The row with its step free. A step whose call ended while nobody was there to note it is noted now; one whose outcome is not known is done
 * again only where a second time is harmless.
 */
export async function freeStep(parts: GateParts, connection: ConnectionRow, row: BeforeImageRow, steps: number): Promise<BeforeImageRow> {
  if (row.step_call === null) return row;
  const { store } = parts;
  const call = await store.calls.find(row.step_call);
  const operation = call && mustFind(parts.catalog, call.operation);
  if (!call || call.status === "sent" || call.status === "received") throw stillSending();
  if (call.status === "unknown" && operation?.effect.retry !== "idempotent") throw notKnown(operation);
  if (call.status === "done" || call.status === "accepted") {
    const made = await madeBy(parts, connection, call);
    await parts.dayKeys.ready();
    const by = { callId: call.id, agentId: call.agent_id };
    await store.transaction((tables) => stepDone(parts, tables, by, { call: row.call_id, step: row.steps_done, steps }, made));
  } else await store.beforeImages.endStep(row.call_id, call.id, {});
  return (await store.beforeImages.find(row.call_id)) ?? row;
}

/** What a step made, where its answer was kept: the steps after it may act on that. */
async function madeBy(parts: GateParts, connection: ConnectionRow, call: CallRow): Promise<Resource[]> {
  const intent = call.intent_id === null ? undefined : await parts.store.intents.find(call.intent_id);
  const result = intent && resultOf(parts, intent, call, connection, mustFind(parts.catalog, call.operation));
  return result && "body" in result ? resourcesIn(result.body) : [];
}
