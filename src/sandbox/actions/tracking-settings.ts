import type { Json, JsonObject } from "../../lib/json.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, booleanOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { PARAMETERS, trackingSetting, trackingSettings } from "../resources/tracking-settings.ts";

/** One setting on one page, so that no cursor leads anywhere. */
export const getTrackingSettings = defineAction("get_tracking_settings", (request, ctx) => {
  if (request.query.page.cursor !== undefined) refuse("invalid", "Invalid cursor provided.");
  return ctx.reply.list(request, "tracking-setting", [trackingSetting(ctx, ctx.accountId)]);
});

export const getTrackingSetting = defineAction("get_tracking_setting", (request, ctx) =>
  ctx.reply.item(request, "tracking-setting", trackingSetting(ctx, request.params["id"] ?? "")),
);

/** Source and medium are never null in answers, so null leaves them as they are; it clears the others (assumed). */
export const updateTrackingSetting = defineAction("update_tracking_setting", (request, ctx) => {
  const before = trackingSetting(ctx, request.params["id"] ?? "");
  const { id, attributes } = parseInput(request.body);
  if (id !== before.id) refuse("invalid", "The id in the body must match the id in the path.", { source: { pointer: "/data/id" } });
  const parameters = { ...before.parameters };
  for (const name of PARAMETERS) parameters[name] = changed(before.parameters[name], attributes[name], !/source|medium/.test(name));
  const { auto_add_parameters: auto, custom_parameters: custom } = attributes;
  const row = {
    ...before,
    auto: booleanOf(auto) ?? before.auto,
    parameters,
    custom: custom === undefined ? before.custom : customOf(custom),
  };
  return ctx.reply.item(request, "tracking-setting", ctx.rows(trackingSettings).put(row));
});

/** A parameter that states only flows, or only campaigns, leaves the other as it is (assumed). */
function changed(before: JsonObject | null, given: Json | undefined, clears: boolean): JsonObject | null {
  if (given === undefined) return before;
  return given === null ? (clears ? null : before) : { flow: null, campaign: null, ...before, ...objectOf(given) };
}

function customOf(given: Json): Json[] {
  const names = arrayOf(given).map((each) => textOf(objectOf(each)["name"]) ?? "");
  const source = { pointer: "/data/attributes/custom_parameters" };
  if (names.includes("")) refuse("invalid", "A custom parameter needs a name.", { source });
  if (new Set(names).size < names.length) refuse("invalid", "The name of a custom parameter must appear once only.", { source });
  return arrayOf(given);
}
