import { formatDjango, formatSpan } from "./date-formats.ts";
import { parseMoment } from "./dates.ts";
import { isText, maybe, plain, taking, type Filter } from "./filter.ts";
import { isMoment, isoOf, moment, numberOf, textOf, type Moment, type Value } from "./values.ts";

const DAY_MS = 86_400_000;

const momentOf = (value: Value): Moment | undefined => (isMoment(value) ? value : isText(value) ? parseMoment(textOf(value)) : undefined);
const parsed = plain((input) => momentOf(input) ?? "");

/** A moment formats; a text does not, it needs `format_date_string` first (behaviour.md §2.12). */
const formatted = (fallback: string): Filter =>
  maybe((input, argument) => (isMoment(input) ? formatDjango(input, argument === undefined ? fallback : textOf(argument)) : ""));

function span(measure: (ms: number) => Value, direction: 1 | -1): Filter {
  return maybe((input, argument, scope) => {
    const [from, to] = [momentOf(input), argument === undefined ? moment(scope.host.nowMs, 0) : momentOf(argument)];
    return from && to ? measure(direction * (to.atMs - from.atMs)) : "";
  });
}

/** Klaviyo's and Django's date filters. */
export const DATE_FILTERS: Record<string, Filter> = {
  format_date_string: parsed,
  datetime_from_string: parsed,
  date: formatted("N j, Y"),
  time: formatted("P"),
  days_later: taking((input, argument) => {
    const at = momentOf(input);
    if (!at) return "";
    const later = moment(at.atMs + (numberOf(argument) ?? 0) * DAY_MS, at.offsetMs);
    // A text stays a text, a day stays a day.
    return isMoment(input) ? later : isoOf(later).slice(0, textOf(input).trim().length === 10 ? 10 : undefined);
  }),
  weeks_since: span((ms) => Math.floor(ms / (7 * DAY_MS)), 1),
  timesince: span(formatSpan, 1),
  timeuntil: span(formatSpan, -1),
};
