import { parseArguments, putOut, textAt } from "./arguments.ts";
import { formatDjango, formatStrftime } from "./date-formats.ts";
import { momentIn } from "./dates.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { inline, type Draw, type TagParser } from "./tag.ts";
import type { Moment } from "./values.ts";

const nowOf = ({ host }: Scope): Moment => momentIn(host.zone, host.nowMs);

/** A part of today's date by the account's clocks, in Django's letters. */
const current = (letters: string): TagParser => inline(() => (scope) => formatDjango(nowOf(scope), letters));

function parseNow(args: string): Draw {
  const given = parseArguments(args, [1, 1]);
  return (scope) => putOut(scope, given.as, formatDjango(nowOf(scope), textAt(given, 0, scope)));
}

function parseToday(args: string): Draw {
  const given = parseArguments(args, [1, 1]);
  if (given.as === undefined) templateFailure("'today' needs a format and a name: today \"%Y-%m-%d\" as today.");
  return (scope) => putOut(scope, given.as, formatStrftime(nowOf(scope), textAt(given, 0, scope)));
}

/** Tags that say what day it is in the account's time zone (behaviour.md §2.12); names are English only. */
export const DATE_TAGS: Record<string, TagParser> = {
  now: inline(parseNow),
  today: inline(parseToday),
  current_day: current("j"),
  current_month: current("n"),
  current_year: current("Y"),
  current_weekday: current("l"),
  current_month_name: current("F"),
};
