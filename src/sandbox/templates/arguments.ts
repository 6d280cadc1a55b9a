import { parseExpression, printed, type Expression } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { textOf, type Value } from "./values.ts";
import { splitWords } from "./words.ts";

/** What stands behind the name of a tag. */
export interface Arguments {
  positional: Expression[];
  named: Map<string, Expression>;
  as: string | undefined;
}

/** `x y key=value … as name`. */
export function parseArguments(args: string, positions: [least: number, most: number]): Arguments {
  const { words, name } = splitAs(splitWords(args));
  const named = new Map<string, Expression>();
  const positional = words.flatMap((word) => {
    const [, key, value] = /^([A-Za-z]\w*)=(.+)$/s.exec(word) ?? [];
    if (key === undefined) return [parseExpression(word)];
    named.set(key, parseExpression(value ?? ""));
    return [];
  });
  if (positional.length < positions[0] || positional.length > positions[1])
    templateFailure(`A tag got ${positional.length} arguments: '${args}'.`);
  return { positional, named, as: name };
}

/** The text that the argument at this place comes to. */
export const textAt = ({ positional }: Arguments, i: number, scope: Scope): string => textOf(positional[i]?.(scope));

/** Cuts `as name` off the arguments. */
function splitAs(words: readonly string[]): { words: string[]; name: string | undefined } {
  const isNamed = words.length >= 2 && words.at(-2) === "as";
  return { words: isNamed ? words.slice(0, -2) : [...words], name: isNamed ? words.at(-1) : undefined };
}

/** Prints the value, or keeps it under the name that `as` gives. */
export function putOut(scope: Scope, name: string | undefined, value: Value): string {
  if (name === undefined) return printed(value, scope);
  scope.set(name, value);
  return "";
}
