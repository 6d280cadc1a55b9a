import type { JsonObject } from "../../lib/json.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import type { Context } from "../engine/context.ts";
import type { CampaignChannel } from "../resources/campaign-life.ts";
import { eventProperties } from "../resources/event-rows.ts";
import { flowMessages, flows, type FlowMessageRow, type FlowRow } from "../resources/flow-rows.ts";
import { isRecent } from "../sending/audience.ts";
import { deliver, react, type Letter } from "../sending/deliver.ts";
import { shareOf, type Reaction } from "../sending/responses.ts";
import { passesFilter } from "./conditions.ts";
import { messageOf, statusOf } from "./definition.ts";
import { note } from "./outbox.ts";
import type { Stop } from "./stop.ts";

const CHANNELS: Record<string, CampaignChannel> = { "send-email": "email", "send-mobile-push": "mobile_push", "send-sms": "sms" };
const NOTED = { "send-internal-alert": "alert", "send-webhook": "webhook", "send-whatsapp": "whatsapp" } as const;

/** One send of a message to one person, as it waits in the schedule for what the person does with it. */
type Sent = {
  flow: string;
  message: string;
  /** Tells the sends of one message apart: the id of the run. */
  run: string;
  variation: string | null;
};

/**
 * Sends the message of an action. What is a draft or disabled is passed over; `manual` waits for an approval (behaviour.md §2.11). Smart
 * Sending, the message's own filters and consent decide as they do for campaigns.
 */
export function send(stop: Stop): void {
  sendPart(stop, stop.action);
}

/** Sends what the person's share of the test's allocations says; the main message while no test runs. */
export function sendTest(stop: Stop): void {
  const data = objectOf(stop.action["data"]);
  const experiment = objectOf(data["current_experiment"]);
  const variations = arrayOf(experiment["variations"]).map(objectOf);
  if (data["experiment_status"] !== "live" || variations.length < 2) return sendPart(stop, objectOf(data["main_action"]));
  const { flow, profile } = stop.traveller;
  const share = shareOf(`${flow} ${textOf(stop.action["id"]) ?? ""}`, profile.id);
  const chosen = variations[pick(objectOf(experiment["allocations"]), variations.length, share)] ?? {};
  sendPart(stop, chosen, textOf(chosen["id"]));
}

/** Which of so many it is. Allocations are weights in the order of the variations; with other numbers of them, all are equal (assumed). */
function pick(allocations: JsonObject, count: number, share: number): number {
  const stated = Object.values(allocations).map((each) => Math.max(0, numberOf(each) ?? 0));
  const total = stated.reduce((sum, each) => sum + each, 0);
  const weights =
    stated.length === count && total > 0 ? stated.map((each) => each / total) : Array.from({ length: count }, () => 1 / count);
  let reached = 0;
  const found = weights.findIndex((weight) => (reached += weight) > share);
  return found === -1 ? count - 1 : found;
}

function sendPart({ action, flow, run, traveller }: Stop, part: JsonObject, variation?: string): void {
  const { ctx, profile } = traveller;
  const status = statusOf(action);
  const message = ctx.rows(flowMessages).get(textOf(messageOf(part)?.["id"]) ?? "");
  if (!message || (status !== "live" && status !== "manual")) return;
  if (!passesFilter(message.content["additional_filters"], traveller)) return;
  const event = run.event === undefined ? {} : { event: run.event };
  const about = { flow: flow.id, message: message.id, profile: profile.id, ...event };
  if (status === "manual") return note(ctx, { kind: "held", ...about });
  const channel = CHANNELS[message.sender];
  if (!channel) return note(ctx, { kind: NOTED[message.sender as keyof typeof NOTED], ...about });
  const isSmart = message.content["smart_sending_enabled"] !== false && message.content["transactional"] !== true;
  if (isSmart && isRecent(profile.id, channel, ctx)) return;
  const sent: Sent = { flow: flow.id, message: message.id, run: run.id, variation: variation ?? null };
  const letter = {
    ...letterOf(sent, flow, message, channel),
    ...(traveller.event && { event: eventProperties(traveller.event) }),
  };
  for (const { reaction, afterMs } of deliver(letter, profile.id, ctx) ?? []) {
    const at = ctx.now + afterMs;
    ctx.schedule(at, "flow_reaction", { sent, profile: profile.id, reaction, at });
  }
}

function letterOf({ run, variation }: Sent, flow: FlowRow, { id, content }: FlowMessageRow, channel: CampaignChannel): Letter {
  const template = textOf(content["template_id"]);
  return {
    send: `${run} ${id}`,
    name: textOf(content["name"]) ?? flow.name,
    channel,
    tracking: {},
    message: {
      id,
      content: channel === "email" ? { subject: content["subject_line"] ?? null } : content,
      ...(template !== undefined && { template }),
    },
    from: { flow: flow.id },
    ...(variation !== null && { variation }),
    transactional: content["transactional"] === true,
  };
}

/** Does what a person did with a message, as long as the message is there. */
export function flowReaction(payload: JsonObject, ctx: Context): void {
  const sent = objectOf(payload["sent"]);
  const [flow, message] = [ctx.rows(flows).get(textOf(sent["flow"]) ?? ""), ctx.rows(flowMessages).get(textOf(sent["message"]) ?? "")];
  const channel = CHANNELS[message?.sender ?? ""];
  if (!flow || !message || !channel) return;
  const known: Sent = { flow: flow.id, message: message.id, run: textOf(sent["run"]) ?? "", variation: textOf(sent["variation"]) ?? null };
  // Safe: only `send` puts reactions into the schedule.
  const reaction = textOf(payload["reaction"]) as Reaction;
  react(
    letterOf(known, flow, message, channel),
    textOf(payload["profile"]) ?? "",
    { reaction, at: numberOf(payload["at"]) ?? ctx.now },
    ctx,
  );
}
