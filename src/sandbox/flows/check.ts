import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { groupsOf } from "../segments/definition.ts";
import { linksOf, messageOf, sendsOf, typeOf } from "./definition.ts";

const SOURCE = { pointer: "/data/attributes/definition" };

/**
 * Refuses what the vendor's document rules out: a second trigger, ids on create, actions that cannot be told apart or found, and a
 * circle. The texts are the emulator's own.
 */
export function checkNewFlow(definition: JsonObject, ctx: Context): void {
  const actions = arrayOf(definition["actions"]).map(objectOf);
  const triggers = arrayOf(definition["triggers"]).map(objectOf);
  if (triggers.length > 1) wrong("Only one trigger is supported.", "/triggers");
  for (const trigger of triggers) checkTrigger(trigger, ctx);
  const known = new Map<string, JsonObject>();
  for (const [i, action] of actions.entries()) {
    const at = `/actions/${i}`;
    const id = textOf(action["temporary_id"]);
    if (textOf(action["id"]) !== undefined) wrong("'id' is not allowed on create; use 'temporary_id'.", `${at}/id`);
    if (id === undefined) return wrong("An action needs a 'temporary_id'.", `${at}/temporary_id`);
    if (known.has(id)) wrong(`The temporary id '${id}' is used twice.`, `${at}/temporary_id`);
    if (sendsOf(action).some((send) => textOf(messageOf(send)?.["id"]) !== undefined))
      wrong("The id of a message is not allowed on create.", `${at}/data/message/id`);
    checkAction(action, ctx, at);
    known.set(id, action);
  }
  checkFilter(definition["profile_filter"], ctx, "/profile_filter");
  if ((numberOf(objectOf(definition["reentry_criteria"])["duration"]) ?? 0) < 0)
    wrong("The duration must not be negative.", "/reentry_criteria/duration");
  const entry = textOf(definition["entry_action_id"]);
  if (entry !== undefined && !known.has(entry)) wrong(`There is no action with the id '${entry}'.`, "/entry_action_id");
  checkLinks(known);
}

/** Refuses links that lead nowhere or back. What no other action leads to is taken away until nothing is left; a circle stays. */
export function checkLinks(actions: ReadonlyMap<string, JsonObject>): void {
  const incoming = new Map([...actions.keys()].map((id) => [id, 0]));
  for (const to of [...actions.values()].flatMap(linksOf)) {
    const count = incoming.get(to) ?? wrong(`There is no action with the id '${to}'.`, "/actions");
    incoming.set(to, count + 1);
  }
  const free = [...incoming].filter(([, count]) => count === 0).map(([id]) => id);
  for (const id of free) {
    incoming.delete(id);
    for (const to of linksOf(actions.get(id) ?? {})) {
      const left = (incoming.get(to) ?? 0) - 1;
      incoming.set(to, left);
      // The loop goes on over what is added here.
      if (left === 0) free.push(to);
    }
  }
  if (incoming.size > 0) wrong("The actions form a circle.", "/actions");
}

/** Refuses an action that names what is not there, and a delay that goes back in time (assumed: the documents state no such check). */
export function checkAction(action: JsonObject, ctx: Context, at = ""): void {
  const list = typeOf(action) === "list-update" ? textOf(objectOf(action["data"])["list_id"]) : undefined;
  if (list !== undefined && !ctx.find("list", list)) wrong(`A list with id ${list} does not exist.`, `${at}/data/list_id`);
  const data = objectOf(action["data"]);
  if (typeOf(action) === "time-delay" && ((numberOf(data["value"]) ?? 0) < 0 || (numberOf(data["secondary_value"]) ?? 0) < 0))
    wrong("A delay must not be negative.", `${at}/data/value`);
  for (const name of ["profile_filter", "trigger_filter"]) checkFilter(data[name], ctx, `${at}/data/${name}`);
  for (const [i, branch] of arrayOf(data["branches"]).map(objectOf).entries())
    checkFilter(branch["branch_filter"], ctx, `${at}/data/branches/${i}/branch_filter`);
  for (const send of sendsOf(action)) {
    checkFilter(messageOf(send)?.["additional_filters"], ctx, `${at}/data/message/additional_filters`);
    const template = textOf(messageOf(send)?.["template_id"]);
    if (template !== undefined && !ctx.find("template", template))
      wrong(`A template with id ${template} does not exist.`, `${at}/data/message/template_id`);
  }
}

/** Refuses conditions that ask of a metric, a list or a segment which is not there. */
function checkFilter(filter: Json | undefined, ctx: Context, at: string): void {
  for (const condition of groupsOf(objectOf(filter)).flat()) {
    const metric = textOf(condition["metric_id"]);
    if (metric !== undefined && !ctx.find("metric", metric)) wrong(`A metric with id ${metric} does not exist.`, at);
    for (const group of arrayOf(condition["group_ids"]).map(String))
      if (!ctx.find("list", group) && !ctx.find("segment", group)) wrong(`A list or segment with id ${group} does not exist.`, at);
  }
}

function checkTrigger(trigger: JsonObject, ctx: Context): void {
  const { type, id } = trigger;
  checkFilter(trigger["trigger_filter"], ctx, "/triggers/0/trigger_filter");
  const [kind, found] = [textOf(type) ?? "", textOf(id)];
  if (found !== undefined && !ctx.find(kind, found)) wrong(`A ${kind} with id ${found} does not exist.`, "/triggers/0/id");
}

function wrong(detail: string, at: string): never {
  refuse("invalid", detail, { source: { pointer: SOURCE.pointer + at } });
}
