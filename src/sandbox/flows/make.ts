import { isoSeconds } from "../../lib/clock.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { flowActions, flowMessages, type FlowActionRow, type FlowRow } from "../resources/flow-rows.ts";
import { dropTranslations } from "../resources/translation-rows.ts";
import { isTest, mapLinks, mapSends, messageOf, sendsOf, statusOf, typeOf, withStatus } from "./definition.ts";

/** Stores the actions of a new flow under ids of their own. Returns what each temporary id has become. */
export function makeActions(flow: string, actions: readonly JsonObject[], ctx: Context): Map<string, string> {
  const ids = new Map(actions.map((action) => [textOf(action["temporary_id"]) ?? "", actionId(ctx)]));
  for (const [place, action] of actions.entries()) {
    const id = ids.get(textOf(action["temporary_id"]) ?? "") ?? "";
    const { temporary_id: _, type = "", ...rest } = mapLinks(action, (to) => ids.get(to) ?? null);
    const definition: JsonObject = { ...rest, id, type };
    const status = statusOf(definition);
    const stated = status ? withStatus(definition, status) : definition;
    putAction({ id, flow, place, definition: stated, created: ctx.now, updated: ctx.now }, ctx);
  }
  return ids;
}

/** Stores an action with its messages; those that have no id get one, those that it has no more go. */
export function putAction(action: FlowActionRow, ctx: Context): FlowActionRow {
  const definition = started(
    mapSends(action.definition, (send) => identified(action, send, ctx)),
    ctx,
  );
  const rows = ctx.rows(flowMessages);
  const kept = new Map(rows.where("action", action.id).map((message) => [message.id, message]));
  for (const send of sendsOf(definition)) {
    const content = messageOf(send);
    const id = textOf(content?.["id"]);
    if (!content || id === undefined) continue;
    const created = kept.get(id)?.created ?? ctx.now;
    kept.delete(id);
    rows.put({ id, action: action.id, sender: typeOf(send), content, created, updated: ctx.now });
  }
  for (const id of kept.keys()) dropMessage(id, ctx);
  return ctx.rows(flowActions).put({ ...action, definition });
}

/** Removes an action with its messages, and nothing else. */
export function dropAction(action: FlowActionRow, ctx: Context): void {
  for (const message of ctx.rows(flowMessages).where("action", action.id)) dropMessage(message.id, ctx);
  ctx.rows(flowActions).remove(action.id);
}

function dropMessage(id: string, ctx: Context): void {
  dropTranslations(ctx, "flow-message", id);
  ctx.rows(flowMessages).remove(id);
}

/** Actions in the order of the definition. */
export function actionsOf(flow: Pick<FlowRow, "id">, ctx: Context): FlowActionRow[] {
  return ctx
    .rows(flowActions)
    .where("flow", flow.id)
    .toSorted((a, b) => a.place - b.place);
}

/** `definition` of a flow. */
export function definitionOf(flow: FlowRow, ctx: Context): JsonObject {
  return {
    triggers: flow.trigger ? [flow.trigger] : [],
    profile_filter: flow.profileFilter,
    actions: actionsOf(flow, ctx).map(({ definition }) => definition),
    entry_action_id: flow.entry,
    reentry_criteria: flow.reentry,
  };
}

/** Parts of a test have ids beside the action's own. */
function identified(action: FlowActionRow, send: JsonObject, ctx: Context): JsonObject {
  const { temporary_id: _, ...rest } = send;
  const message = messageOf(send);
  const id = textOf(send["id"]) ?? (isTest(action.definition) ? actionId(ctx) : action.id);
  if (!message) return { ...rest, id };
  return { ...rest, id, data: { ...objectOf(send["data"]), message: { ...message, id: textOf(message["id"]) ?? ctx.ids.short() } } };
}

/** A test begins once its action is live and it has something to compare (assumed: no endpoint begins it). */
function started(action: JsonObject, ctx: Context): JsonObject {
  const data = objectOf(action["data"]);
  const experiment = data["current_experiment"];
  if (!isTest(action) || !isJsonObject(experiment)) return action;
  const id = textOf(experiment["id"]) ?? ctx.ids.short();
  const isReady = statusOf(action) === "live" && arrayOf(experiment["variations"]).length > 1;
  const begins = isReady && (data["experiment_status"] ?? "draft") === "draft";
  return {
    ...action,
    data: {
      ...data,
      ...(begins && { experiment_status: "live" }),
      current_experiment: { ...experiment, id, ...(begins && { started: isoSeconds(ctx.now) }) },
    },
  };
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Ids of actions are digits (behaviour.md §1.11): those of the growing short ids as a number, so that they grow as well. */
function actionId(ctx: Context): string {
  return String([...ctx.ids.short()].reduce((number, digit) => number * 62 + BASE62.indexOf(digit), 0));
}
