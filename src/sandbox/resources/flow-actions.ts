import { defineResource, toManyByIndex, toOne } from "../engine/declare.ts";
import { objectOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { changedAction } from "../flows/change.ts";
import { checkAction, checkLinks } from "../flows/check.ts";
import { statusOf, typeOf } from "../flows/definition.ts";
import { actionsOf, putAction } from "../flows/make.ts";
import { settleFlow } from "../flows/statuses.ts";
import { takeOut } from "../flows/take-out.ts";
import { flowActions, type FlowActionRow } from "./flow-rows.ts";

/** Actions of flows: made with their flow alone. What the definition of an update leaves out stays as it is. */
export const flowActionResource = defineResource<FlowActionRow>({
  type: "flow-action",
  path: "/api/flow-actions",
  collection: flowActions,
  attributes: (action, ctx) => ({
    created: timeText(action.created, ctx),
    updated: timeText(action.updated, ctx),
    definition: action.definition,
  }),
  filters: {
    action_type: ({ definition }) => spellings(typeOf(definition)),
    status: ({ definition }) => statusOf(definition),
    created: (action) => action.created,
    updated: (action) => action.updated,
  },
  sorts: {
    action_type: ({ definition }) => typeOf(definition),
    status: ({ definition }) => statusOf(definition) ?? null,
    created: (action) => action.created,
    updated: (action) => action.updated,
  },
  relationships: {
    flow: toOne("flow", (action) => action.flow),
    "flow-messages": toManyByIndex("flow-message", "action"),
  },
  update(action, { attributes }, ctx) {
    const definition = changedAction(action, objectOf(attributes["definition"]));
    checkAction(definition, ctx);
    checkLinks(new Map(actionsOf({ id: action.flow }, ctx).map((each) => [each.id, each.id === action.id ? definition : each.definition])));
    const changed = putAction({ ...action, definition, updated: ctx.now }, ctx);
    settleFlow(action.flow, ctx);
    return changed;
  },
  remove(action, ctx) {
    takeOut(action, ctx);
    settleFlow(action.flow, ctx);
  },
});

/** The vendor names action types in two ways: as in a definition, and in capitals in older answers. */
function spellings(type: string): string[] {
  return [type, type.replaceAll("-", "_").toUpperCase()];
}
