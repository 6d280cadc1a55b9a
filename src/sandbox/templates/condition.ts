import { parseExpression, type Expression } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { compare, contains, isEqual, isTruthy, type Value } from "./values.ts";
import { splitWords } from "./words.ts";

export type Condition = (scope: Scope) => boolean;

interface Infix {
  /** How tightly it binds: Django's `or` 6, `and` 7, `not` 8, `in` 9, comparisons 10. */
  power: number;
  join(left: Expression, right: Expression): Expression;
}

const NOT_POWER = 8;
const MAX_WORDS = 1000;

const comparing = (holds: (order: number) => boolean): Infix =>
  binary(10, (a, b) => {
    const order = compare(a, b);
    return order !== undefined && holds(order);
  });

function binary(power: number, compute: (a: Value, b: Value) => boolean): Infix {
  return { power, join: (left, right) => (scope) => compute(left(scope), right(scope)) };
}

const INFIXES: Record<string, Infix> = {
  or: { power: 6, join: (left, right) => (scope) => isTruthy(left(scope)) || isTruthy(right(scope)) },
  and: { power: 7, join: (left, right) => (scope) => isTruthy(left(scope)) && isTruthy(right(scope)) },
  in: binary(9, (item, container) => contains(container, item)),
  "not in": binary(9, (item, container) => !contains(container, item)),
  is: binary(10, isEqual),
  "is not": binary(10, (a, b) => !isEqual(a, b)),
  "==": binary(10, isEqual),
  "!=": binary(10, (a, b) => !isEqual(a, b)),
  ">": comparing((order) => order > 0),
  ">=": comparing((order) => order >= 0),
  "<": comparing((order) => order < 0),
  "<=": comparing((order) => order <= 0),
};

/** Parses what follows `if`: expressions with operators between blanks, no parentheses. */
export function parseCondition(args: string): Condition {
  const words = splitWords(args);
  if (words.length > MAX_WORDS) templateFailure("A condition has too many parts.");
  const reader = new ConditionReader(words);
  const condition = reader.whole();
  return (scope) => isTruthy(condition(scope));
}

class ConditionReader {
  #at = 0;
  readonly #words: readonly string[];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  whole(): Expression {
    const condition = this.#expression(0);
    const rest = this.#words[this.#at];
    return rest === undefined ? condition : templateFailure(`Unused '${rest}' at end of if expression.`);
  }

  #expression(power: number): Expression {
    let left = this.#operand();
    for (;;) {
      const name = this.#infix();
      const infix = name === undefined ? undefined : INFIXES[name];
      if (name === undefined || !infix || infix.power <= power) return left;
      this.#at += name.split(" ").length;
      left = infix.join(left, this.#expression(infix.power));
    }
  }

  #operand(): Expression {
    const word = this.#words[this.#at] ?? templateFailure("Unexpected end of expression in if tag.");
    if (this.#infix() !== undefined) return templateFailure(`Not expecting '${word}' in this position in if tag.`);
    this.#at++;
    if (word !== "not") return parseExpression(word);
    const negated = this.#expression(NOT_POWER);
    return (scope) => !isTruthy(negated(scope));
  }

  /** The operator that stands next, of one word or two. */
  #infix(): string | undefined {
    const [word = "", next = ""] = this.#words.slice(this.#at, this.#at + 2);
    if (Object.hasOwn(INFIXES, `${word} ${next}`)) return `${word} ${next}`;
    return Object.hasOwn(INFIXES, word) ? word : undefined;
  }
}
