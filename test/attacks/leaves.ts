import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";

/** Where a value stands inside arguments. */
export type Path = (string | number)[];

/** One leaf: a scalar, an empty list or an empty object. */
export interface LeafAt {
  path: Path;
  value: Json;
}

/** Every leaf of a value, in order. */
export function leavesIn(value: Json, path: Path = []): LeafAt[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item, at) => leavesIn(item, [...path, at]));
  if (isJsonObject(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) => leavesIn(inner, [...path, key]));
  return path.length === 0 ? [] : [{ path, value }];
}

/** `list[0].name`, as cards write it. */
export function pathText(path: Path): string {
  return path.map((step, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`)).join("");
}

/** A copy in which one place holds another value; `undefined` takes the place away. */
export function replaced(args: JsonObject, path: Path, value: Json | undefined): JsonObject {
  const copy = structuredClone(args);
  let holder: Json = copy;
  for (const step of path.slice(0, -1)) holder = (holder as Record<string | number, Json>)[step] ?? null;
  const last = path.at(-1) ?? "";
  if (value !== undefined) (holder as Record<string | number, Json>)[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete (holder as JsonObject)[last];
  return copy;
}

/** Another value of the same type: what a careless eye would not tell apart, where there is such. */
export function slightlyOther(value: Json): Json {
  if (typeof value === "string")
    return /^\d{4}-\d\d-\d\d/.test(value) ? value.replace(/^\d{4}/, (year) => String(Number(year) + 1)) : `${value}1`;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return value === null ? "x" : Array.isArray(value) ? ["x"] : { x: "y" };
}
