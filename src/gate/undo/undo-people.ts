import { mustFind } from "../../catalog/catalog.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { CONSENT_RECIPES } from "./undo-consent.ts";
import { lookAt, step } from "./undo-families.ts";
import { personOf, peopleBy } from "./undo-persons.ts";
import {
  chunks,
  firstOf,
  rowsOf,
  textOf,
  textsOf,
  type Kept,
  type Look,
  type Plan,
  type Recipe,
  type Resource,
  type Step,
} from "./undo-recipe.ts";
import { restored } from "./undo-restore.ts";

/** One call a person puts an import back; more than this is nobody's to click through. */
const MAX_PEOPLE = 100;
const CREATED = "Klaviyo has no ordinary delete for people: who was created stays, until the owner asks for the erasure.";

/** Profiles, their imports, their consent and their devices. */
export const PEOPLE_RECIPES: Record<string, Recipe> = {
  ...CONSENT_RECIPES,
  update_profile: {
    undo: "exact",
    looks: [lookAt("get_profile")],
    plan: ({ catalog, args, was }) => profileBack(catalog, args, firstOf(was, "item")),
  },
  create_or_update_profile: upsert(),
  create_client_profile: upsert(),
  bulk_import_profiles: {
    undo: "compensation",
    looks: [{ as: "people", operation: "get_profiles", args: (call) => peopleBy(objectsOf(call["profiles"])) }, membersOf()],
    plan: imported,
  },
};

/** What an update changed of a person, put back: properties one by one, for Klaviyo merges them. */
export function profileBack(catalog: Kept["catalog"], args: JsonObject, before: Resource | undefined): Plan {
  if (!before) return { steps: [], notes: ["There was nothing of the person to be read."] };
  const { properties, patch_properties: patch, patch_identifiers: identifiers, id: _, ...plain } = args;
  const operation = mustFind(catalog, "update_profile");
  const known = operation.args.filter(({ place }) => place?.[0] === "attributes").map(({ name }) => name);
  const written = Object.fromEntries(Object.entries(plain).filter(([name]) => known.includes(name)));
  const { args: back, lost } = restored(operation, { ...written, id: before.id }, before);
  const propertiesBefore = before.attributes["properties"];
  const former = isJsonObject(propertiesBefore) ? propertiesBefore : {};
  const touched = properties === null ? Object.keys(former) : [...namesIn(properties), ...namesInPatch(patch)];
  const values = Object.fromEntries(touched.flatMap((name): [string, Json][] => (name in former ? [[name, former[name] ?? null]] : [])));
  const unset = [...new Set(touched)].filter((name) => !(name in former));
  const whole: JsonObject = {
    ...back,
    ...(Object.keys(values).length > 0 && { properties: values }),
    ...(unset.length > 0 && { patch_properties: { unset } }),
    ...(isJsonObject(identifiers) && { patch_identifiers: mirrored(identifiers) }),
  };
  const notes = lost.map((name) => `${name} cannot be put back.`);
  if (identitiesOf(args).length > 0) notes.push("Consent to text messages that hung on the number does not come back with it.");
  return { steps: Object.keys(whole).length > 1 ? [step("update_profile", whole)] : [], notes };
}

function identitiesOf(args: JsonObject): string[] {
  return ["phone_number"].filter((name) => args[name] !== undefined);
}

/** What was added is taken away and the other way round. */
function mirrored({ append, unappend }: JsonObject): JsonObject {
  return { ...(append !== undefined && { unappend: append }), ...(unappend !== undefined && { append: unappend }) };
}

function namesIn(value: Json | undefined): string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

function namesInPatch(patch: Json | undefined): string[] {
  if (!isJsonObject(patch)) return [];
  const { append, unappend, unset } = patch;
  return [...namesIn(append), ...namesIn(unappend), ...(typeof unset === "string" ? [unset] : textsOf({ unset: unset ?? null }, "unset"))];
}

/** An update of whoever it is that the identifiers name, if there was anybody. */
function upsert(): Recipe {
  return {
    undo: "compensation",
    looks: [{ as: "item", operation: "get_profiles", args: (call) => peopleBy([call]) }],
    plan({ catalog, args, was }) {
      const before = personOf(args, rowsOf(was, "item"));
      return before ? profileBack(catalog, args, before) : { steps: [], notes: [CREATED] };
    },
  };
}

/** Who of the people was on each of the lists that they are put on. */
function membersOf(): Look {
  return {
    as: "members",
    operation: "get_profile_ids_for_list",
    args: (call) =>
      textsOf(call, "lists").flatMap((id) =>
        chunks(
          objectsOf(call["profiles"]).flatMap((one) => textOf(one, "email") || []),
          MAX_PEOPLE,
        ).map((emails) => ({
          id,
          filter: `any(email,[${emails.map((email) => JSON.stringify(email)).join(",")}])`,
        })),
      ),
  };
}

function imported({ catalog, args, was }: Kept): Plan {
  const people = rowsOf(was, "people");
  const rows = objectsOf(args["profiles"]);
  if (rows.length > MAX_PEOPLE) return { steps: [], notes: [`More than ${MAX_PEOPLE} people are too many to be put back one by one.`] };
  const changed = rows.flatMap((row) => {
    const before = personOf(row, people);
    return before ? [{ before, plan: profileBack(catalog, row, before) }] : [];
  });
  const off = textsOf(args, "lists").flatMap((list): Step[] => {
    const were = new Set((was["members"] ?? []).filter(({ of }) => of === list).flatMap((reading) => reading.rows.map(({ id }) => id)));
    const ids = changed.map(({ before }) => before.id).filter((id) => !were.has(id));
    return ids.length === 0 ? [] : [step("remove_profiles_from_list", { id: list, profiles: ids })];
  });
  const notes = [...new Set(changed.flatMap(({ plan }) => plan.notes))];
  return {
    steps: [...changed.flatMap(({ plan }) => plan.steps), ...off],
    notes: changed.length < rows.length ? [...notes, CREATED] : notes,
  };
}

function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : [];
}
