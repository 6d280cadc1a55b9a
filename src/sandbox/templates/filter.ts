import type { Scope } from "./scope.ts";
import { isSafe, textOf, type Value } from "./values.ts";

/** One filter. `keepsSafe`: what was HTML stays HTML. */
export interface Filter {
  argument: "none" | "optional" | "needed";
  keepsSafe: boolean;
  run(input: Value, argument: Value, scope: Scope): Value;
}

type Run = Filter["run"];

/** Takes no argument. */
export const plain = (run: Run): Filter => ({ argument: "none", keepsSafe: false, run });
/** Must have an argument. */
export const taking = (run: Run): Filter => ({ argument: "needed", keepsSafe: false, run });
/** May have an argument; without one it is undefined. */
export const maybe = (run: Run): Filter => ({ argument: "optional", keepsSafe: false, run });
export const keepingSafe = (filter: Filter): Filter => ({ ...filter, keepsSafe: true });

/** A filter of texts: `argument` is a text too, empty when there is none. */
export function onText(make: (run: Run) => Filter, run: (text: string, argument: string) => Value): Filter {
  return make((input, argument) => run(textOf(input), textOf(argument)));
}

/** The text of an argument as `"old|new"`, the form that Klaviyo's replacing filters take. */
export function pairOf(argument: string): [before: string, after: string] {
  const [before = "", ...after] = argument.split("|");
  return [before, after.join("|")];
}

/** A list for the filters of lists: a list as it is, anything else as nothing. */
export function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

export function isText(value: Value): boolean {
  return typeof value === "string" || isSafe(value);
}
