import { isoSeconds, parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { numberOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { SmartSending } from "./campaign-life.ts";
import { variationsOf, type CampaignMessageRow } from "./campaign-rows.ts";

/** `send_options` of a message. When and how is empty until the message is scheduled (assumed). */
export function sendOptionsOf(message: CampaignMessageRow, ctx: Context): JsonObject {
  const { strategy, sendAt } = message;
  const isTimed = sendAt !== undefined && strategy.method !== "smart_send_time";
  return {
    send_time: isTimed ? isoSeconds(sendAt) : null,
    send_times: null,
    send_strategy: sendAt === undefined ? null : strategyName(message, ctx),
    recipient_percentage: message.percentage ?? null,
    throttling_type: message.smartSending,
    throttle_unit: sendAt !== undefined && strategy.method === "throttled" ? (strategy.perMinute ? "minute" : "hour") : null,
    is_ignoring_unsubscribes: message.toUnsubscribed ?? false,
  };
}

/** The names are stated; which of them stands for what is assumed. */
function strategyName(message: CampaignMessageRow, ctx: Context): string {
  const { strategy } = message;
  const isTested = variationsOf(message, ctx).length > 1;
  if (strategy.method === "smart_send_time") return "send_time_optimization";
  if (strategy.method === "throttled") return "throttled";
  const isLocal = strategy.method === "static" && strategy.isLocal;
  if (isTested) return isLocal ? "content_variation_local_timezone" : "content_variation";
  return isLocal ? "local_timezone" : "static";
}

/** Members that scheduling sets. They may be sent back as they were read, and no other way (assumed). */
const SCHEDULED = ["send_time", "send_times", "send_strategy", "throttle_unit"];

export function withSendOptions(before: CampaignMessageRow, options: JsonObject, ctx: Context): CampaignMessageRow {
  const shown = sendOptionsOf(before, ctx);
  for (const name of SCHEDULED)
    if ((options[name] ?? null) !== null && !isSame(options[name] ?? null, shown[name] ?? null))
      wrong(name, `'${name}' is set by scheduling the message (POST /api/campaign-message-schedule).`);
  const { percentage: _, toUnsubscribed: __, ...kept } = before;
  const { recipient_percentage: stated = before.percentage ?? null, is_ignoring_unsubscribes: ignoring = before.toUnsubscribed } = options;
  const percentage = numberOf(stated);
  if (percentage !== undefined && (percentage < 1 || percentage > 100)) wrong("recipient_percentage", "A percentage is from 1 to 100.");
  return {
    ...kept,
    smartSending: SMART.find((each) => each === textOf(options["throttling_type"])) ?? before.smartSending,
    ...(percentage !== undefined && { percentage }),
    ...(ignoring === true && { toUnsubscribed: true }),
  };
}

const SMART: readonly SmartSending[] = ["none", "throttle-for-campaigns", "throttle-for-campaigns-and-flows", "throttle-for-flows"];

function isSame(given: Json, shown: Json): boolean {
  if (given === shown) return true;
  const [a, b] = [parseIso(textOf(given) ?? ""), parseIso(textOf(shown) ?? "")];
  return a !== undefined && a === b;
}

function wrong(name: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/definition/send_options/${name}` } });
}
