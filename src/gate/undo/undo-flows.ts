import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { lookAt, lookEach, remake, restore, retag, step, unmake } from "./undo-families.ts";
import { mustFind } from "../../catalog/catalog.ts";
import { argsFrom } from "./undo-fit.ts";
import { firstOf, rowsOf, textOf, type Recipe, type Step } from "./undo-recipe.ts";

const WITH_DEFINITION = { additional_fields_flow: ["definition"] };

/** Flows and their actions. */
export const FLOW_RECIPES: Record<string, Recipe> = {
  create_flow: unmake("delete_flow", "get_flow", WITH_DEFINITION),
  update_flow: {
    undo: "exact",
    looks: [
      lookAt("get_flow", WITH_DEFINITION),
      lookAt("get_actions_for_flow", {}, "ids"),
      lookEach("actions", "get_flow_action", (was) => rowsOf(was, "ids").map(({ id }) => id)),
    ],
    plan({ catalog, args, was }) {
      const status = firstOf(was, "item")?.attributes["status"];
      if (typeof status !== "string") return { steps: [], notes: ["Its status before could not be read."] };
      // The status of a flow overwrites that of each action: those that had another get their own back.
      const differing = rowsOf(was, "actions").filter((action) => isOther(statusOf(action.attributes), status));
      const writer = mustFind(catalog, "update_flow_action");
      const back = differing
        .map((action): Step => step("update_flow_action", argsFrom(writer, action)))
        .map((each, at) => withId(each, differing[at]?.id));
      return { steps: [step("update_flow", { id: textOf(args, "id"), status }), ...back], notes: [] };
    },
  },
  delete_flow: remake("create_flow", {
    looks: [lookAt("get_flow", { ...WITH_DEFINITION, include: ["tags"] })],
    args: ({ was }) => ({ definition: asDraft(firstOf(was, "item")?.attributes["definition"] ?? null) }),
    next: retag("tag_flows", "flows"),
    notes: ["It comes back as a draft under new ids; people who were in it, and its figures, are lost."],
  }),
  update_flow_action: restore("get_flow_action"),
};

function withId({ action, args }: Step, id: string | undefined): Step {
  return { action, args: (made) => ({ ...args(made), id: id ?? "" }) };
}

/** Actions that send nothing have no status. */
function isOther(status: string | undefined, flow: string): boolean {
  return status !== undefined && status !== flow;
}

function statusOf({ definition }: JsonObject): string | undefined {
  const data = isJsonObject(definition) ? definition["data"] : undefined;
  const status = isJsonObject(data) ? data["status"] : undefined;
  return typeof status === "string" ? status : undefined;
}

/** A definition as it is made anew: its own ids become names inside of it, and nothing of it is live. */
export function asDraft(definition: Json): Json {
  if (!isJsonObject(definition) || !Array.isArray(definition["actions"])) return definition;
  return { ...definition, actions: definition["actions"].map(asNew) };
}

function asNew(value: Json): Json {
  if (Array.isArray(value)) return value.map(asNew);
  if (!isJsonObject(value)) return value;
  const isAction = typeof value["id"] === "string" && typeof value["type"] === "string" && "links" in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]): [string, Json] => {
      if (isAction && name === "id") return ["temporary_id", inner];
      // A message is made with its action: it gets an id of its own.
      if (name === "message" && isJsonObject(inner)) return [name, asNew(withoutId(inner))];
      return [name, name === "status" && (inner === "live" || inner === "manual") ? "draft" : asNew(inner)];
    }),
  );
}

function withoutId(message: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(message).filter(([name]) => name !== "id"));
}
