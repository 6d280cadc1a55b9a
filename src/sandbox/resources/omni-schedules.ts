import { isoSeconds, parseIso } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { booleanOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { startSend, stopSend } from "../sending/campaign-run.ts";
import { momentIn } from "../templates/dates.ts";
import { accounts } from "./accounts.ts";
import type { Strategy } from "./campaign-life.ts";
import { campaignAudiences, campaignMessages, type CampaignMessageRow } from "./campaign-rows.ts";

/** The schedule of a message, under the message's id (documented): it is the message seen from its send, so it has no rows of its own. */
export const omniScheduleResource = defineResource<CampaignMessageRow>({
  type: "campaign-message-schedule",
  path: "/api/campaign-message-schedule",
  channel: "beta",
  collection: campaignMessages,
  attributes({ strategy, sendAt }) {
    const isThrottled = strategy.method === "throttled";
    return {
      send_time: sendAt === undefined || strategy.method === "smart_send_time" ? null : isoSeconds(sendAt),
      send_date: strategy.method === "smart_send_time" ? strategy.date : null,
      strategy: strategy.method === "static" && strategy.isLocal ? "local_timezone" : strategy.method,
      throttling_percentage: isThrottled ? strategy.percentage : null,
      throttle_unit: isThrottled ? (strategy.perMinute ? "minute" : "hour") : null,
    };
  },
  relationships: { "campaign-message": toOne("campaign-message", (message) => message.id) },
  create(input, ctx) {
    const message = mustMessage(input.one("campaign-message") ?? "", ctx);
    const source = { pointer: "/data/relationships/campaign-message" };
    // Without a group nobody could get it; later ones are found empty when it goes out (assumed).
    if (ctx.rows(campaignAudiences).get(message.audience)?.included.length === 0)
      refuse("invalid", "The audience of the message includes no list or segment.", { source });
    startSend({ ...message, strategy: parseStrategy(input.attributes, ctx) }, source.pointer, ctx);
    return mustMessage(message.id, ctx);
  },
  update(message, { attributes }, ctx) {
    if (message.status === "Draft") refuse("conflict", "The message is not scheduled.");
    stopSend(message, attributes["action"] === "cancel" ? "cancel" : "revert", ctx);
    return mustMessage(message.id, ctx);
  },
});

function mustMessage(id: string, ctx: Context): CampaignMessageRow {
  return ctx.rows(campaignMessages).get(id) ?? refuse("not_found", `A campaign-message with id ${id} does not exist.`);
}

/** Stated. */
const PERCENTAGES = [10, 11, 13, 14, 17, 20, 25, 33, 50];

/** Required members, times to come and percentages are documented. */
function parseStrategy(attributes: JsonObject, ctx: Context): Strategy {
  const { strategy, throttled_options: throttled, timezone_options: zones } = attributes;
  if (strategy === "smart_send_time") return { method: "smart_send_time", date: dateOf(attributes, ctx) };
  const at =
    parseIso(textOf(attributes["send_time"]) ?? "") ?? wrong("send_time", `'send_time' is required for ${textOf(strategy) ?? ""}.`);
  if (at <= ctx.now) wrong("send_time", "'send_time' must be in the future.");
  if (strategy === "local_timezone") {
    const nextDay = booleanOf(objectOf(zones)["send_past_timezones_tomorrow"]) === true;
    return { method: "static", at, isLocal: true, sendPast: !nextDay, ...(nextDay && { nextDay }) };
  }
  if (strategy !== "throttled") return { method: "static", at, isLocal: false, sendPast: false };
  const { throttling_percentage: percentage, throttle_unit: unit } = objectOf(throttled);
  if (!throttled) wrong("throttled_options", "'throttled_options' are required for throttled.");
  const known =
    PERCENTAGES.find((each) => each === numberOf(percentage)) ??
    wrong("throttled_options/throttling_percentage", `The percentage must be one of ${PERCENTAGES.join(", ")}.`);
  return { method: "throttled", at, percentage: known, ...(unit === "minute" && { perMinute: true }) };
}

/** A day of the account's time zone, today or later. */
function dateOf({ send_date: json }: JsonObject, ctx: Context): string {
  const date = textOf(json) ?? wrong("send_date", "'send_date' is required for smart_send_time.");
  const zone = ctx.rows(accounts).get(ctx.accountId)?.timezone ?? "UTC";
  const today = new Date(ctx.now + momentIn(zone, ctx.now).offsetMs).toISOString().slice(0, 10);
  return date < today ? wrong("send_date", "'send_date' must not be in the past.") : date;
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
