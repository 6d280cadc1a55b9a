import { parseCondition, type Condition } from "./condition.ts";
import { parseExpression, printed, type Expression } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import type { Block, Draw, Ended, TagParser } from "./tag.ts";
import { isEqual, isList, itemsOf, type Value, type Values } from "./values.ts";
import { splitWords } from "./words.ts";

/** `if … elif … else … endif`. */
function parseIf(args: string, block: Block): Draw {
  const branches: { holds: Condition; body: Draw }[] = [];
  let condition: Condition | undefined = parseCondition(args);
  for (;;) {
    const { body, end, args: next }: Ended = condition === undefined ? block.until("endif") : block.until("elif", "else", "endif");
    branches.push({ holds: condition ?? (() => true), body });
    if (end === "endif") return (scope) => branches.find(({ holds }) => holds(scope))?.body(scope) ?? "";
    condition = end === "elif" ? parseCondition(next) : undefined;
  }
}

/** `for x in xs`, `for key, value in pairs`, `reversed`, with `empty`. */
function parseFor(args: string, block: Block): Draw {
  const [, left = "", source = "", reversed] = /^(.+?)\s+in\s+(.+?)(\s+reversed)?$/s.exec(args) ?? [];
  const names = left.split(",").map((name) => name.trim());
  if (!names.every((name) => /^[A-Za-z]\w*$/.test(name))) templateFailure(`'for' received an invalid argument: for ${args}`);
  const items = parseExpression(source);
  const first = block.until("empty", "endfor");
  const fallback = first.end === "empty" ? block.until("endfor").body : () => "";
  return (scope) => {
    const found = itemsOf(items(scope));
    const list = reversed === undefined ? found : found.toReversed();
    if (list.length === 0) return fallback(scope);
    const parentloop = scope.get("forloop");
    const total = list.length;
    const parts = list.map((item, i) => {
      const position = {
        counter: i + 1,
        counter0: i,
        revcounter: total - i,
        revcounter0: total - i - 1,
        first: i === 0,
        last: i === total - 1,
      };
      return scope.within({ ...unpacked(names, item), forloop: { ...position, parentloop } }, () => first.body(scope));
    });
    return parts.join("");
  };
}

function unpacked(names: readonly string[], item: Value): Values {
  const [only = ""] = names;
  if (names.length === 1) return { [only]: item };
  const parts = isList(item) ? item : [];
  if (parts.length !== names.length)
    templateFailure(`Need ${names.length} values to unpack in for loop; got ${isList(item) ? parts.length : 1}.`);
  return Object.fromEntries(names.map((name, i) => [name, parts[i]]));
}

/** `with a=x b=y` and the older `with x as a`. */
function parseWith(args: string, block: Block): Draw {
  const words = splitWords(args);
  const pairs = words.length === 3 && words[1] === "as" ? [`${words[2]}=${words[0]}`] : words;
  const named = pairs.map((pair) => {
    const [, name, expression] =
      /^([A-Za-z]\w*)=(.+)$/s.exec(pair) ?? templateFailure(`'with' expected at least one variable assignment, not '${pair}'.`);
    return [name ?? "", parseExpression(expression ?? "")] as const;
  });
  if (named.length === 0) templateFailure("'with' expected at least one variable assignment.");
  const { body } = block.until("endwith");
  return (scope) => scope.within(Object.fromEntries(named.map(([name, value]) => [name, value(scope)])), () => body(scope));
}

function parseAutoescape(args: string, block: Block): Draw {
  if (args !== "on" && args !== "off") templateFailure("'autoescape' argument should be 'on' or 'off'.");
  const { body } = block.until("endautoescape");
  return (scope) => {
    const before = scope.escapes;
    scope.escapes = args === "on";
    try {
      return body(scope);
    } finally {
      scope.escapes = before;
    }
  };
}

function parseIfchanged(args: string, block: Block): Draw {
  const watched = splitWords(args).map(parseExpression);
  const { body, end } = block.until("else", "endifchanged");
  const otherwise = end === "else" ? block.until("endifchanged").body : () => "";
  const key = {};
  return (scope) => {
    const text = watched.length === 0 ? body(scope) : undefined;
    const now: Value = text ?? watched.map((expression) => expression(scope));
    // A loop that begins anew remembers nothing of the last one.
    const isNew = !scope.memory.has(key) || isFirstPass(scope) || !isEqual(scope.memory.get(key) as Value, now);
    scope.memory.set(key, now);
    return isNew ? (text ?? body(scope)) : otherwise(scope);
  };
}

function isFirstPass(scope: Scope): boolean {
  const loop = scope.get("forloop");
  return typeof loop === "object" && loop !== null && "first" in loop && loop.first === true;
}

/** `cycle 'a' 'b'`, `cycle 'a' 'b' as name [silent]`. */
function parseCycle(args: string): Draw {
  const words = splitWords(args);
  const silent = words.at(-1) === "silent" && words.at(-3) === "as";
  const named = silent ? words.slice(0, -1) : words;
  const [name, values] = named.at(-2) === "as" ? [named.at(-1), named.slice(0, -2)] : [undefined, named];
  if (values.length === 0) templateFailure("'cycle' tag requires at least one argument.");
  const expressions = values.map(parseExpression);
  const key = {};
  return (scope) => {
    const turn = (scope.memory.get(key) as number | undefined) ?? 0;
    scope.memory.set(key, turn + 1);
    const value = expressions[turn % expressions.length]?.(scope);
    if (name !== undefined) scope.set(name, value);
    return silent ? "" : printed(value, scope);
  };
}

/** `{{ expression }}`. */
function parsePrint(args: string): Draw {
  const expression: Expression = parseExpression(args);
  return (scope) => scope.take(printed(expression(scope), scope));
}

/** Tags that steer: conditions, loops and scopes. The one without a name prints. */
export const FLOW_TAGS: Record<string, TagParser> = {
  "": parsePrint,
  if: parseIf,
  for: parseFor,
  with: parseWith,
  autoescape: parseAutoescape,
  ifchanged: parseIfchanged,
  cycle: parseCycle,
};
