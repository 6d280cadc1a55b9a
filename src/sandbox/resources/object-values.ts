import { parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { PropertyType } from "./object-rows.ts";

interface Check {
  passes(value: Json): boolean;
  code: string;
  message: string;
}

/** Code and wording of `string_type` stand in the vendor's example of a log entry; the others follow the validator that it comes from (assumed). */
const CHECKS: Record<PropertyType, Check> = {
  boolean: { passes: (value) => typeof value === "boolean", code: "bool_type", message: "Input should be a valid boolean" },
  float: { passes: (value) => typeof value === "number", code: "float_type", message: "Input should be a valid number" },
  int: { passes: (value) => Number.isInteger(value), code: "int_type", message: "Input should be a valid integer" },
  string: { passes: (value) => typeof value === "string", code: "string_type", message: "Input should be a valid string" },
  timestamp: {
    passes: (value) => typeof value === "string" && parseIso(value) !== undefined,
    code: "datetime_type",
    message: "Input should be a valid datetime",
  },
};

export function isOfType(type: PropertyType, value: Json): boolean {
  return CHECKS[type].passes(value);
}

/** What a log entry says of a value that is not of its property's type. */
export function typeError(property: string, type: PropertyType, value: Json): JsonObject {
  const { code, message } = CHECKS[type];
  return { code, message, property, invalid_value: JSON.stringify(value) };
}

export function missingError(property: string): JsonObject {
  return { code: "missing", message: "Field required", property, invalid_value: null };
}
