import type { JsonObject } from "../../lib/json.ts";
import { textOf } from "../engine/input.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Status of a flow (behaviour.md §5, quirk 30). */
export type FlowStatus = "draft" | "live" | "manual";
/** Status of an action, and so of its messages. */
export type ActionStatus = FlowStatus | "disabled";

export interface FlowRow extends Row {
  name: string;
  status: FlowStatus;
  /** As in the definition; the vendor supports one only. */
  trigger?: JsonObject;
  profileFilter: JsonObject | null;
  reentry: JsonObject | null;
  /** Id of the first action. */
  entry: string | null;
  /** Since when people are let in, ms; absent in a draft. */
  liveSince?: number;
  created: number;
  updated: number;
}

export const flows = defineCollection<FlowRow>("flows", {
  indexes: { trigger: (flow) => textOf(flow.trigger?.["id"]), status: (flow) => flow.status },
});

export interface FlowActionRow extends Row {
  flow: string;
  /** Place in the definition. */
  place: number;
  /** As the API shows it, messages and their ids included. */
  definition: JsonObject;
  created: number;
  updated: number;
}

export const flowActions = defineCollection<FlowActionRow>("flow_actions", { indexes: { flow: (action) => action.flow } });

/** A message of an action, which the action's definition holds too: the two are always written together. */
export interface FlowMessageRow extends Row {
  action: string;
  /** Type of the action that sends it, `send-email`. */
  sender: string;
  content: JsonObject;
  created: number;
  updated: number;
}

export const flowMessages = defineCollection<FlowMessageRow>("flow_messages", { indexes: { action: (message) => message.action } });
