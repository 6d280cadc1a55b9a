import { templateFailure } from "./failure.ts";
import type { Filter } from "./filter.ts";
import { FILTERS } from "./filters.ts";
import type { Scope } from "./scope.ts";
import { escapeHtml, float, isSafe, memberOf, safe, textOf, type Value } from "./values.ts";

/** A parsed expression: a constant or a path, with filters. */
export type Expression = (scope: Scope) => Value;

const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;
const NUMBER = /[+-]?(?:\d+\.\d+|\.\d+|\d+)(?:e[+-]?\d+)?(?![\w.])/iy;
const PATH = /\w+(?:\.\w+)*/y;
/** Spaces may stand around the pipe, never after the colon (tested against the service, behaviour.md §2.12). */
const PIPE = /\s*\|\s*(\w+)/y;
const MAX_TEXT_LENGTH = 2_000_000;

/** Parses `event.items.0.title|lookup:'a b'|default:"x"`. Anything else is a failure of the template. */
export function parseExpression(source: string): Expression {
  const reader = new ExpressionReader(source.trim());
  return reader.whole();
}

class ExpressionReader {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): Expression {
    if (this.#source === "") templateFailure("An empty expression.");
    let expression = this.#operand() ?? this.#fail();
    for (let pipe = this.#match(PIPE); pipe; pipe = this.#match(PIPE)) expression = this.#filtered(expression, pipe[1] ?? "");
    return this.#at < this.#source.length ? this.#fail() : expression;
  }

  #filtered(input: Expression, name: string): Expression {
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (!filter) return templateFailure(`Invalid filter: '${name}'`);
    const hasArgument = this.#source[this.#at] === ":";
    if (hasArgument) this.#at++;
    const argument = hasArgument ? (this.#operand() ?? this.#fail()) : undefined;
    if (hasArgument ? filter.argument === "none" : filter.argument === "needed")
      templateFailure(`'${name}' takes ${hasArgument ? "no" : "an"} argument.`);
    return (scope) => applied(filter, input(scope), argument?.(scope), scope);
  }

  #operand(): Expression | undefined {
    const text = this.#match(TEXT)?.[0];
    // What the author wrote is HTML on purpose, so it is not escaped.
    if (text !== undefined) return constant(safe(text.slice(1, -1).replaceAll(/\\(["'\\])/g, "$1")));
    const number = this.#match(NUMBER)?.[0];
    if (number !== undefined) return constant(/[.e]/i.test(number) ? float(Number(number)) : Number(number));
    if (this.#source[this.#at] === "[") return this.#list();
    const path = this.#match(PATH)?.[0];
    return path === undefined ? undefined : pathExpression(path);
  }

  #list(): Expression {
    const items: Expression[] = [];
    this.#at++;
    for (;;) {
      this.#match(/\s*/y);
      const item = this.#source[this.#at] === "]" ? undefined : (this.#operand() ?? this.#fail());
      if (item) items.push(item);
      const end = this.#match(/\s*([,\]])/y)?.[1] ?? this.#fail();
      if (end === "]") return (scope) => items.map((each) => each(scope));
    }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }

  #fail(): never {
    return templateFailure(`Could not parse the remainder: '${this.#source.slice(this.#at)}' from '${this.#source}'`);
  }
}

const constant =
  (value: Value): Expression =>
  () =>
    value;

function pathExpression(path: string): Expression {
  const [name = "", ...rest] = path.split(".");
  const hidden = [name, ...rest].find((part) => part.startsWith("_"));
  if (hidden !== undefined) return templateFailure(`Variables and attributes may not begin with underscores: '${path}'`);
  return (scope) => rest.reduce<Value>((value, part) => memberOf(value, part), scope.get(name));
}

function applied(filter: Filter, input: Value, argument: Value, scope: Scope): Value {
  // A variable that is not there goes through filters as an empty text.
  const result = filter.run(input === undefined ? "" : input, argument, scope);
  const kept = filter.keepsSafe && isSafe(input) && typeof result === "string" ? safe(result) : result;
  if ((typeof kept === "string" || isSafe(kept)) && textOf(kept).length > MAX_TEXT_LENGTH)
    templateFailure("A filter makes too long a text.");
  return kept;
}

/** The text of a value as it goes into the page. */
export function printed(value: Value, scope: Scope): string {
  const text = textOf(value);
  return isSafe(value) || !scope.escapes ? text : escapeHtml(text);
}
