import type { Json } from "../../lib/json.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";

/** A text of the body that must say something; `field` is its path under the attributes. */
export function filled(value: Json | undefined, field: string): string {
  const text = textOf(value) ?? "";
  if (text.trim() === "")
    refuse("invalid", `'${field.split("/").at(-1)}' must not be empty.`, { source: { pointer: `/data/attributes/${field}` } });
  return text;
}

/** The same for a PATCH, where null and what is not named leave the text as it is. */
export function filledOr(value: Json | undefined, field: string, before: string): string {
  return textOf(value) === undefined ? before : filled(value, field);
}
