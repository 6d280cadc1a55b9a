import { isoSeconds, parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, booleanOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import type { CampaignChannel, Strategy } from "./campaign-life.ts";
import type { CampaignAudienceRow } from "./campaign-rows.ts";
import { trackingSetting } from "./tracking-settings.ts";

const DATETIME = "/data/attributes/send_strategy/datetime";

/** `send_strategy` of a body; immediate when there is none (documented default). */
export function parseStrategy(json: Json | undefined): Strategy {
  const given = objectOf(json);
  const at = (): number =>
    parseIso(textOf(given["datetime"]) ?? "") ?? refuse("invalid", "'datetime' must be a date-time.", { source: { pointer: DATETIME } });
  switch (given["method"]) {
    case "static": {
      const options = objectOf(given["options"]);
      const isLocal = booleanOf(options["is_local"]) ?? false;
      // Documented: a local send takes the hands of the clock alone, written as UTC.
      if (isLocal && /[+-](?!00:?00)\d\d:?\d\d$/.test(textOf(given["datetime"]) ?? ""))
        refuse("invalid", "'datetime' must be in UTC where 'is_local' is true.", { source: { pointer: DATETIME } });
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
  if (strategy.method === "immediate") return nowMs;
  return strategy.method === "smart_send_time" ? (parseIso(strategy.date) ?? nowMs) : strategy.at;
}

/** `tracking_options` of a new campaign: what it does not say is as the account has it (documented); texts and push have no opens to track. */
export function defaultTracking(channel: CampaignChannel, ctx: Context): JsonObject {
  const shared = { add_tracking_params: trackingSetting(ctx, ctx.accountId).auto, custom_tracking_params: [] };
  return { ...shared, ...(channel === "email" && { is_tracking_clicks: true, is_tracking_opens: true }) };
}

/** The options with what a body says on top; null leaves them as they are. */
export function withTracking(before: JsonObject, json: Json | undefined): JsonObject {
  return { ...before, ...Object.fromEntries(Object.entries(objectOf(json)).filter(([, value]) => value !== null)) };
}

export type Groups = Pick<CampaignAudienceRow, "excluded" | "included">;

/** Ids of lists and segments, which must be there. What is not named stays; null is none. `at` is where they stand in the body. */
export function parseGroups(json: Json | undefined, before: Groups, at: string, ctx: Context): Groups {
  const given = objectOf(json);
  const read = (name: keyof Groups): readonly string[] => {
    if (given[name] === undefined) return before[name];
    const ids = arrayOf(given[name]).flatMap((id) => textOf(id) ?? []);
    const stranger = ids.find((id) => !ctx.find("list", id) && !ctx.find("segment", id));
    if (stranger !== undefined)
      refuse("invalid", `There is no list or segment with id ${stranger}.`, { source: { pointer: `${at}/${name}` } });
    return ids;
  };
  return { included: read("included"), excluded: read("excluded") };
}
