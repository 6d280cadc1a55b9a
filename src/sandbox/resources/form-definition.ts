import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { isJsonObject } from "../../lib/json.ts";
import type { FormRow, FormVersionRow } from "./form-rows.ts";

/** Members that hold parts with ids of their own, as lists or as single objects. */
const PARTS = ["steps", "columns", "rows", "blocks", "triggers", "teasers", "action", "dynamic_button"];

/** The definition of a new form with ids in all its parts; a body that brings ids is refused (documented: "Not allowed on create"). */
export function withIds(definition: JsonObject, ctx: Context): JsonObject {
  const versions = arrayOf(definition["versions"]).map(objectOf);
  if (versions.length === 0) refuse("invalid", "A form needs at least one version.", { source: { pointer: `${ROOT}/versions` } });
  return {
    ...definition,
    versions: versions.map((version, i) => {
      const place = `${ROOT}/versions/${i}`;
      refuseId(version, place);
      return { ...withPartIds(version, place, ctx), id: Number(ctx.ids.digits(7)) };
    }),
  };
}

const ROOT = "/data/attributes/definition";

function withPartIds(part: JsonObject, place: string, ctx: Context): JsonObject {
  const identified = (value: Json, at: string): Json => {
    const inner = objectOf(value);
    refuseId(inner, at);
    return { ...withPartIds(inner, at, ctx), id: ctx.ids.digits(8) };
  };
  const made: JsonObject = { ...part };
  for (const name of PARTS) {
    const value = part[name];
    if (Array.isArray(value)) made[name] = value.map((each, i) => identified(each, `${place}/${name}/${i}`));
    else if (isJsonObject(value)) made[name] = identified(value, `${place}/${name}`);
  }
  return made;
}

function refuseId(part: JsonObject, place: string): void {
  if (part["id"] != null) refuse("invalid", "'id' is not allowed on create.", { source: { pointer: `${place}/id` } });
}

/** Version rows of a form. A version without a name is counted (assumed). */
export function versionsOf(form: FormRow): FormVersionRow[] {
  return arrayOf(form.definition["versions"])
    .map(objectOf)
    .map((version, i) => ({
      id: String(version["id"]),
      form: form.id,
      type: typeOf(textOf(version["type"])),
      name: textOf(version["name"]) ?? `Variation ${i + 1}`,
      status: form.status,
      abTest: form.abTest,
      created: form.created,
      updated: form.updated,
    }));
}

/** Definitions say `full_screen` where form versions say `full_page`. */
function typeOf(text: string | undefined): FormVersionRow["type"] {
  if (text === "full_screen") return "full_page";
  return text === "banner" || text === "embed" || text === "flyout" ? text : "popup";
}
