import { lookAt, lookEach, remake, restore, step, unmake } from "./undo-families.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { firstOf, linked, textOf, type Recipe, type Resource, type Step, type Was } from "./undo-recipe.ts";
import { mustFind } from "../../catalog/catalog.ts";
import { argsFrom } from "./undo-fit.ts";

const NEW_ID = "It comes back under a new id.";

/** Custom objects: their sources, types, schemas and how schemas are tied together. */
export const OBJECT_RECIPES: Record<string, Recipe> = {
  create_data_source: unmake("delete_data_source", "get_data_source"),
  delete_data_source: remake("create_data_source", {
    looks: [lookAt("get_data_source")],
    notes: [NEW_ID, "The records that were sent to it cannot be read, so they are lost."],
  }),
  create_object_type: unmake("delete_object_type", "get_object_type"),
  delete_object_type: remake("create_object_type", {
    looks: [
      lookAt("get_object_type", { include: ["current-schema", "draft-schema"] }),
      lookEach("schema", "get_object_schema", (was) =>
        [...linked(firstOf(was, "item"), "draft-schema"), ...linked(firstOf(was, "item"), "current-schema")].slice(0, 1),
      ),
    ],
    args: ({ catalog, was }) => {
      const schema = firstOf(was, "schema");
      return schema ? { object_schema: draftOf(argsFrom(mustFind(catalog, "create_object_schema"), schema)) } : {};
    },
    notes: ["It comes back under a new id with a draft of its schema; its records and what it was tied to are lost."],
  }),
  update_source_mapping: restore("get_source_mapping"),
  update_object_schema: schema(),
  ...ties("object_schema", "object_schemas"),
  ...ties("profile_schema", "profile_object_schemas"),
};

/** Title and description are the type's own when a schema is made with it. */
function draftOf({ properties, required }: JsonObject): JsonObject {
  const given = { properties, required };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]): [string, Json][] => (value === undefined ? [] : [[name, value]])),
  );
}

/** Once it is active a schema stays as it is. */
function schema(): Recipe {
  const plain = restore("get_object_schema");
  return {
    ...plain,
    plan(kept) {
      const was = textOf(firstOf(kept.was, "item")?.attributes ?? {}, "status").toLowerCase();
      const becomes = textOf(kept.args, "status").toLowerCase();
      if (becomes === "active" && was !== "active") return { steps: [], notes: ["A schema that is active cannot be made a draft again."] };
      const { status: _, ...args } = kept.args;
      return plain.plan({ ...kept, args });
    },
  };
}

/** A tie between schemas has an id, a name and a description of its own, which only the schema shows that it leads from. */
function ties(kind: "object_schema" | "profile_schema", member: string): Record<string, Recipe> {
  const included = member.replaceAll("_", "-");
  const looks = [lookAt("get_object_schema", { include: [included] })];
  const tiesIn = (was: Was | null): Resource[] => (was?.["item"] ?? []).flatMap((reading) => reading.included);
  return {
    [`create_${kind}_relationship`]: {
      undo: "exact",
      looks,
      plan({ args, was, afterwards }) {
        const before = new Set(tiesIn(was).map(tieId));
        // Klaviyo answers without a word: which ties are new shows in what is there after the write.
        const gone = (): JsonObject[] =>
          tiesIn(afterwards)
            .filter((one) => !before.has(tieId(one)))
            .map((one) => ({ id: targetOf(one), relationship_id: tieId(one) }));
        const remove: Step = {
          action: `delete_${kind}_relationship`,
          isLate: true,
          args: () => ({ id: textOf(args, "id"), [member]: gone() }),
        };
        return { steps: [remove], notes: [] };
      },
    },
    [`delete_${kind}_relationship`]: {
      undo: "compensation",
      looks,
      plan({ args, was }) {
        const gone = new Set(objectsOf(args[member]).map((one) => textOf(one, "relationship_id")));
        const back = tiesIn(was).filter((one) => gone.has(tieId(one)));
        const values = back.map((one) => ({
          id: targetOf(one),
          name: textOf(metaOf(one), "name"),
          description: metaOf(one)["description"] ?? null,
        }));
        const steps = values.length > 0 ? [step(`create_${kind}_relationship`, { id: textOf(args, "id"), [member]: values })] : [];
        return { steps, notes: ["The tie comes back under a new id; mappings that named the old one do not name it."] };
      },
    },
    [`update_${kind}_relationship`]: {
      undo: "exact",
      looks,
      plan({ operation, args, was }) {
        const [one = {}] = objectsOf(args[member]);
        const before = tiesIn(was).find((tie) => tieId(tie) === textOf(one, "relationship_id"));
        if (!before) return { steps: [], notes: ["The tie could not be read."] };
        const names = ["name", "description"].filter((name) => one[name] !== undefined);
        const values = Object.fromEntries(names.map((name): [string, Json] => [name, metaOf(before)[name] ?? null]));
        const back = { id: targetOf(before), relationship_id: tieId(before), ...values };
        return { steps: [step(operation.id, { id: textOf(args, "id"), [member]: back })], notes: [] };
      },
    },
  };
}

/** The id of a tie that is read is the schema that it leads to, with its name behind. */
function targetOf({ id }: Resource): string {
  return id.split(":::")[0] ?? id;
}

function metaOf(tie: Resource): JsonObject {
  const meta = tie.attributes["meta"];
  return isJsonObject(meta) ? meta : tie.meta;
}

function tieId(tie: Resource): string {
  return textOf(metaOf(tie), "relationship_id");
}

function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : isJsonObject(value) ? [value] : [];
}
