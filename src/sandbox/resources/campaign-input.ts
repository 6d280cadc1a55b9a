import { isoSeconds, parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, booleanOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import type { CampaignChannel, CampaignRow, Strategy } from "./campaign-rows.ts";

/** `send_strategy` of a body; immediate when there is none (documented default). */
export function parseStrategy(json: Json | undefined): Strategy {
  const given = objectOf(json);
  const at = (): number =>
    parseIso(textOf(given["datetime"]) ?? "") ??
    refuse("invalid", "'datetime' must be a date-time.", { source: { pointer: "/data/attributes/send_strategy/datetime" } });
  switch (given["method"]) {
    case "static": {
      const options = objectOf(given["options"]);
      const isLocal = booleanOf(options["is_local"]) ?? false;
      return { method: "static", at: at(), isLocal, sendPast: booleanOf(options["send_past_recipients_immediately"]) ?? false };
    }
    case "throttled":
      return { method: "throttled", at: at(), percentage: numberOf(given["throttle_percentage"]) ?? 50 };
    case "smart_send_time":
      return { method: "smart_send_time", date: textOf(given["date"]) ?? "" };
    default:
      return { method: "immediate" };
  }
}

/** `send_strategy` as observed: an offset of +00:00, a fraction only where one was given, options filled in. */
export function strategyAttributes(strategy: Strategy): JsonObject {
  const timeText = (at: number): string => (at % 1000 === 0 ? isoSeconds(at) : microsText(at));
  switch (strategy.method) {
    case "static": {
      const { isLocal, sendPast } = strategy;
      const options: JsonObject = isLocal ? { is_local: true, send_past_recipients_immediately: sendPast } : { is_local: false };
      return { method: "static", datetime: timeText(strategy.at), options };
    }
    case "throttled":
      return { method: "throttled", datetime: timeText(strategy.at), throttle_percentage: strategy.percentage };
    default:
      return { ...strategy };
  }
}

/** When a strategy begins, were it accepted now; ms. */
export function beginsAt(strategy: Strategy, nowMs: number): number {
  if (strategy.method === "immediate" || strategy.method === "ab_test_campaign") return nowMs;
  return strategy.method === "smart_send_time" ? (parseIso(strategy.date) ?? nowMs) : strategy.at;
}

/** `tracking_options` with the defaults of the observed account; texts and push have no opens to track. */
export function parseTracking(json: Json | undefined, channel: CampaignChannel, before?: JsonObject): JsonObject {
  const given = Object.fromEntries(Object.entries(objectOf(json)).filter(([, value]) => value !== null));
  const shared = { add_tracking_params: false, custom_tracking_params: [] };
  return { ...shared, ...(channel === "email" && { is_tracking_clicks: true, is_tracking_opens: true }), ...before, ...given };
}

/** `audiences`: ids of lists and segments, which must be there. */
export function parseAudiences(
  json: Json | undefined,
  before: Pick<CampaignRow, "included" | "excluded">,
  ctx: Context,
): Pick<CampaignRow, "included" | "excluded"> {
  const given = objectOf(json);
  const read = (name: "included" | "excluded"): readonly string[] => {
    if (!Array.isArray(given[name])) return before[name];
    const ids = arrayOf(given[name]).flatMap((id) => textOf(id) ?? []);
    const stranger = ids.find((id) => !ctx.find("list", id) && !ctx.find("segment", id));
    if (stranger !== undefined)
      refuse("invalid", `There is no list or segment with id ${stranger}.`, { source: { pointer: `/data/attributes/audiences/${name}` } });
    return ids;
  };
  return { included: read("included"), excluded: read("excluded") };
}
