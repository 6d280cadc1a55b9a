import { formatDjango, momentIn } from "./dates.ts";
import { parseExpression, printed } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { inline, type Draw, type TagParser } from "./tag.ts";
import { isTruthy, numberOf, textOf, type Value } from "./values.ts";
import { splitWords } from "./words.ts";

/** Cuts `as name` off the arguments. */
export function splitAs(words: readonly string[]): { words: string[]; name: string | undefined } {
  const isNamed = words.length >= 2 && words.at(-2) === "as";
  return { words: isNamed ? words.slice(0, -2) : [...words], name: isNamed ? words.at(-1) : undefined };
}

/** Prints the value, or keeps it under the name that `as` gives. */
export function putOut(scope: Scope, name: string | undefined, value: Value): string {
  if (name === undefined) return printed(value, scope);
  scope.set(name, value);
  return "";
}

function parseFirstof(args: string): Draw {
  const { words, name } = splitAs(splitWords(args));
  if (words.length === 0) templateFailure("'firstof' statement requires at least one argument.");
  const expressions = words.map(parseExpression);
  return (scope) => putOut(scope, name, expressions.map((each) => each(scope)).find(isTruthy) ?? "");
}

function parseWidthratio(args: string): Draw {
  const { words, name } = splitAs(splitWords(args));
  if (words.length !== 3) templateFailure("widthratio takes at least three arguments.");
  const parts = words.map(parseExpression);
  return (scope) => {
    const [value = 0, largest = 0, width = 0] = parts.map((part) => numberOf(part(scope)) ?? 0);
    return putOut(scope, name, largest === 0 ? "0" : String(Math.round((value / largest) * width)));
  };
}

const MARKS: Record<string, string> = {
  openblock: "{%",
  closeblock: "%}",
  openvariable: "{{",
  closevariable: "}}",
  openbrace: "{",
  closebrace: "}",
  opencomment: "{#",
  closecomment: "#}",
};

function parseTemplatetag(args: string): Draw {
  const mark = MARKS[args] ?? templateFailure(`Invalid templatetag argument: '${args}'.`);
  return () => mark;
}

function parseNow(args: string): Draw {
  const { words, name } = splitAs(splitWords(args));
  if (words.length !== 1) templateFailure("'now' statement takes one argument.");
  const format = parseExpression(words[0] ?? "");
  return (scope) => putOut(scope, name, formatDjango(momentIn(scope.host.zone, scope.host.nowMs), textOf(format(scope))));
}

/** Tags of Django that make or shape text. */
export const TEXT_TAGS: Record<string, TagParser> = {
  firstof: inline(parseFirstof),
  widthratio: inline(parseWidthratio),
  templatetag: inline(parseTemplatetag),
  now: inline(parseNow),
  spaceless(_, block) {
    const { body } = block.until("endspaceless");
    return (scope) => body(scope).trim().replaceAll(/>\s+</g, "><");
  },
};
