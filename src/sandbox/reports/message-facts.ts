import { textOf } from "../engine/input.ts";
import type { Context } from "../engine/context.ts";
import { campaignMessages, campaignVariations, variationsOf, type CampaignMessageRow } from "../resources/campaign-rows.ts";
import { eventProperty, events, type EventRow } from "../resources/event-rows.ts";
import { flowMessages, flows } from "../resources/flow-rows.ts";
import { tagLinks, tags } from "../resources/tag-rows.ts";
import type { Facts } from "./filter.ts";
import type { SendChannel } from "./kinds.ts";
import { segmentsOf } from "./text-segments.ts";

export type Sender = "campaign" | "flow";

/** Which message an event is about, and whose it is. */
export interface Credit {
  sender: string;
  message: string;
  variation: string | undefined;
}

/** What an event is credited to, by its attribution or else by its `$flow` and `$message`. Undefined when that is no such sender. */
export function creditOf(event: EventRow, kind: Sender, ctx: Context): Credit | undefined {
  const { attributed = {} } = event;
  const flow = attributed.flow ?? textOf(eventProperty(event, "$flow"));
  if ((flow !== undefined) !== (kind === "flow")) return undefined;
  const message = attributed[`${kind}-message`] ?? textOf(eventProperty(event, "$message"));
  if (message === undefined) return undefined;
  const sender = flow ?? attributed.campaign ?? ctx.rows(campaignMessages).get(message)?.campaign;
  const variation = attributed["flow-message-variation"] ?? variationOf(event) ?? variationOf(ctx.rows(events).get(attributed.event ?? ""));
  return sender === undefined ? undefined : { sender, message, variation };
}

/** An order names the message that it is credited to, and that one its variation. */
function variationOf(event: EventRow | undefined): string | undefined {
  return event && textOf(eventProperty(event, "$variation"));
}

export interface MessageFacts {
  facts: Facts;
  /** Text segments of one message, 0 where it is no text. */
  segments: number;
}

/** Everything that a message can be grouped and filtered by. */
export function messageFacts({ sender, message, variation }: Credit, kind: Sender, channel: SendChannel, ctx: Context): MessageFacts {
  const campaignMessage = kind === "campaign" ? ctx.rows(campaignMessages).get(message) : undefined;
  // An account that declares no flows can have their events all the same.
  const flow = kind === "flow" && ctx.find("flow", sender) ? ctx.rows(flows).get(sender) : undefined;
  const flowMessage = kind === "flow" && ctx.find("flow-message", message) ? ctx.rows(flowMessages).get(message) : undefined;
  const [first] = campaignMessage ? variationsOf(campaignMessage, ctx) : [];
  const tested = kind === "campaign" ? ctx.rows(campaignVariations).get(variation ?? "") : undefined;
  const said = tested ?? first;
  const content = said?.content ?? flowMessage?.content ?? {};
  const hasImage = said?.image !== undefined || textOf(content["media_url"]) !== undefined;
  return {
    segments: channel === "sms" ? segmentsOf(textOf(content["body"]) ?? "") : 0,
    facts: {
      ...(kind === "campaign" ? campaignFacts(sender, message, campaignMessage) : {}),
      ...(kind === "flow" && {
        flow_id: sender,
        flow_name: flow?.name ?? null,
        flow_message_id: message,
        flow_message_name: textOf(content["name"]) ?? null,
      }),
      send_channel: channel,
      // The vendor names no values.
      text_message_format: channel === "sms" ? (hasImage ? "mms" : "sms") : null,
      variation: variation ?? null,
      variation_name: tested?.name ?? null,
      ...tagFacts(`${kind}:${sender}`, ctx),
    },
  };
}

/** The vendor does not say what a `group` is, and nothing in the sandbox is in one. */
function campaignFacts(campaign: string, message: string, row: CampaignMessageRow | undefined): Facts {
  return {
    campaign_id: campaign,
    campaign_message_id: message,
    campaign_message_name: row?.label ?? null,
    group: null,
    group_name: null,
  };
}

/** Tags are list attributes, so a row has them all (assumed). */
function tagFacts(tagged: string, ctx: Context): Facts {
  const found = ctx
    .rows(tagLinks)
    .where("to", tagged)
    .flatMap(({ from }) => ctx.rows(tags).get(from) ?? [])
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { tag_id: found.map(({ id }) => id), tag_name: found.map(({ name }) => name) };
}
