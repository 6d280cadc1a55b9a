import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { channelsOf } from "../resources/campaign-making.ts";
import { eventProperty, type Attributed, type EventRow } from "../resources/event-rows.ts";
import { flowMessages } from "../resources/flow-rows.ts";

type Dimension = (event: EventRow, ctx: Context) => string | undefined;

const credited =
  (...relations: (keyof Attributed)[]): Dimension =>
  ({ attributed }) =>
    relations.flatMap((relation) => attributed?.[relation] ?? [])[0];
const campaignChannel: Dimension = ({ attributed }, ctx) => {
  const id = attributed?.campaign ?? "";
  return ctx.find("campaign", id) && channelsOf({ id }, ctx)[0];
};
const flowChannel: Dimension = ({ attributed }, ctx) => {
  const id = attributed?.["flow-message"] ?? "";
  return ctx.find("flow-message", id) && FLOW_CHANNELS[ctx.rows(flowMessages).get(id)?.sender ?? ""];
};
const FLOW_CHANNELS: Partial<Record<string, string>> = { "send-email": "email", "send-sms": "sms", "send-mobile-push": "mobile_push" };
const named =
  (name: string): Dimension =>
  (event) =>
    textOf(eventProperty(event, name));

/** Dimensions that are no properties of that name. Channels are called as campaigns call theirs (assumed). */
const DIMENSIONS: Partial<Record<string, Dimension>> = {
  $attributed_channel: (event, ctx) => campaignChannel(event, ctx) ?? flowChannel(event, ctx),
  $attributed_flow: credited("flow"),
  $attributed_message: credited("campaign-message", "flow-message"),
  $attributed_variation: credited("flow-message-variation"),
  $campaign_channel: campaignChannel,
  $flow_channel: flowChannel,
  // Observed: properties of cohorts have this prefix (recorded/events.json).
  $message_send_cohort: named("$_cohort$message_send_cohort"),
  $variation_send_cohort: named("$_cohort$variation_send_cohort"),
};

/** A dimension of an event as text: what it is attributed to, or its property of that name. Empty where the event has none (documented). */
export function dimensionOf(event: EventRow, name: string, ctx: Context): string {
  const own = DIMENSIONS[name];
  return (own ? own(event, ctx) : undefined) ?? textOf(eventProperty(event, name)) ?? "";
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined || value === null || typeof value === "object" ? undefined : String(value);
}
