import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toManyByIndex, toManyLinks } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { flowArrivals, flowRuns } from "../flows/arrivals.ts";
import { checkNewFlow } from "../flows/check.ts";
import { flowEntries } from "../flows/entries.ts";
import { actionsOf, definitionOf, dropAction, makeActions } from "../flows/make.ts";
import { flowNotes } from "../flows/outbox.ts";
import { flowReaction } from "../flows/sends.ts";
import { parseStatus, setStatus, withActionStatus } from "../flows/statuses.ts";
import { travelBatch } from "../flows/travel.ts";
import { lookAtDates } from "../flows/watch-dates.ts";
import { flowMembers, lookAtSegment } from "../flows/watch-segment.ts";
import { retryFlowCall } from "../flows/web-calls.ts";
import { flows, type FlowRow } from "./flow-rows.ts";
import { tagLinks } from "./tag-rows.ts";

/** A segment is a kind of list here, since the vendor's names have none for it (assumed). */
const TRIGGER_TYPES: Record<string, string> = {
  list: "Added to List",
  segment: "Added to List",
  metric: "Metric",
  date: "Date Based",
  "price-drop": "Price Drop",
  "low-inventory": "Low Inventory",
};

/** Flows (behaviour.md §2.11). What runs them is in `sandbox/flows`. */
export const flowResource = defineResource<FlowRow>({
  type: "flow",
  path: "/api/flows",
  collection: flows,
  collections: [...flowArrivals, flowEntries, flowMembers, flowNotes],
  attributes: (flow, ctx) => ({
    name: flow.name,
    status: flow.status,
    // No endpoint of the API archives.
    archived: false,
    created: timeText(flow.created, ctx),
    updated: timeText(flow.updated, ctx),
    trigger_type: triggerType(flow),
  }),
  additional: { definition: definitionOf },
  filters: {
    name: (flow) => flow.name,
    status: (flow) => flow.status,
    archived: () => false,
    created: (flow) => flow.created,
    updated: (flow) => flow.updated,
    trigger_type: triggerType,
  },
  sorts: {
    name: (flow) => flow.name,
    status: (flow) => flow.status,
    created: (flow) => flow.created,
    updated: (flow) => flow.updated,
    trigger_type: triggerType,
  },
  relationships: {
    "flow-actions": toManyByIndex("flow-action", "flow"),
    tags: toManyLinks("tag", { links: tagLinks, side: "to", prefix: "flow:" }),
  },
  create({ attributes }, ctx) {
    const definition = objectOf(attributes["definition"]);
    checkNewFlow(definition, ctx);
    const id = ctx.ids.short();
    const [trigger] = arrayOf(definition["triggers"]).map(objectOf);
    const ids = makeActions(id, arrayOf(definition["actions"]).map(objectOf), ctx);
    const flow: FlowRow = {
      id,
      name: textOf(attributes["name"]) ?? "",
      status: "draft",
      ...(trigger && { trigger }),
      profileFilter: orNull(definition["profile_filter"]),
      reentry: orNull(definition["reentry_criteria"]),
      entry: ids.get(textOf(definition["entry_action_id"]) ?? "") ?? null,
      created: ctx.now,
      updated: ctx.now,
    };
    return withActionStatus(flow, ctx);
  },
  update: (flow, { attributes }, ctx) => setStatus(flow, parseStatus(textOf(attributes["status"])), ctx),
  remove(flow, ctx) {
    for (const action of actionsOf(flow, ctx)) dropAction(action, ctx);
    for (const collection of [flowRuns, flowEntries, flowNotes]) {
      const rows = ctx.rows(collection);
      for (const { id } of rows.where("flow", flow.id)) rows.remove(id);
    }
    ctx.rows(flowMembers).remove(flow.id);
  },
  tasks: {
    flow_batch: travelBatch,
    flow_dates: lookAtDates,
    flow_look: lookAtSegment,
    flow_reaction: flowReaction,
    retry_flow_call: retryFlowCall,
  },
});

function triggerType({ trigger }: FlowRow): string {
  return TRIGGER_TYPES[textOf(trigger?.["type"]) ?? ""] ?? "Unconfigured";
}

function orNull(json: JsonObject[string] | undefined): JsonObject | null {
  return json === undefined || json === null ? null : objectOf(json);
}
