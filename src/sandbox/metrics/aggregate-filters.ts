import { parseFilter, type FilterClause } from "../../catalog/filter.ts";
import { parseIso } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import { refuse } from "../engine/refusal.ts";
import type { ZoneCalendar } from "./intervals.ts";

/** "A maximum of one year" is documented; a leap year is given its day. */
const MAX_RANGE_MS = 366 * 86_400_000;

/** Refuses a member of the query. */
export function wrong(name: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${name}` } });
}

/** Both bounds of `datetime` are obligatory; other conditions are on dimensions, whose names may have blanks. Texts without an offset are local. */
export function readFilters(texts: readonly string[], calendar: ZoneCalendar): { from: number; to: number; clauses: FilterClause[] } {
  const clauses = texts.flatMap(readClauses);
  const boundOf = (operator: string): number => {
    const found = clauses.filter((clause) => clause.field === "datetime" && clause.operator === operator);
    const [bound] = found;
    if (!bound || found.length > 1) return wrong("filter", `The filter must have one '${operator}' on 'datetime'.`);
    const { value } = bound;
    const text = typeof value === "object" && value !== null && !Array.isArray(value) ? value.datetime : String(value);
    const at = parseIso(text) ?? wrong("filter", "The value of 'datetime' must be a date-time such as 2026-01-31T00:00:00.");
    return /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? at : calendar.utcOf(at);
  };
  const [from, to] = [boundOf("greater-or-equal"), boundOf("less-than")];
  if (to <= from) wrong("filter", "The time range must end after it begins.");
  if (to - from > MAX_RANGE_MS) wrong("filter", "The time range must not be longer than one year.");
  return { from, to, clauses: clauses.filter(({ field }) => field !== "datetime") };
}

const OPERATORS = ["equals", "any", "contains", "contains-any", "greater-or-equal", "less-than"];

function readClauses(text: string): FilterClause[] {
  const [, operator = "", field = "", rest = ""] = /^\s*([a-z-]+)\(\s*([^,()"']+?)\s*,(.*)$/s.exec(text) ?? [];
  if (operator === "") return wrong("filter", 'Invalid filter provided: each one is like equals(Subject,"Hello").');
  if (!OPERATORS.includes(operator)) return wrong("filter", `'${operator}' is not an allowed operator for '${field}'.`);
  try {
    return parseFilter(`${operator}(field,${rest}`).map((clause, i) => (i === 0 ? { ...clause, field } : clause));
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    return wrong("filter", `Invalid filter provided: ${thrown.violations[0]?.message ?? "it cannot be read"}.`);
  }
}
