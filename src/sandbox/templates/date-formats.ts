import type { Moment } from "./values.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
// Month abbreviations as the Associated Press writes them: Django's `N`.
const AP_MONTHS = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];
const DAY_MS = 86_400_000;

interface Clock {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  dayOfYear: number;
  daysInMonth: number;
  isoYear: number;
  isoWeek: number;
  offset: string;
  epoch: number;
  ms: number;
}

function clockOf({ atMs, offsetMs }: Moment): Clock {
  const wall = new Date(atMs + offsetMs);
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
  const midnight = Date.UTC(year, month, day);
  const weekday = wall.getUTCDay();
  // The Thursday of the same ISO week says which year the week belongs to.
  const thursday = midnight + (4 - (weekday === 0 ? 7 : weekday)) * DAY_MS;
  const isoYear = new Date(thursday).getUTCFullYear();
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return {
    year,
    month,
    day,
    weekday,
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    dayOfYear: Math.round((midnight - Date.UTC(year, 0, 1)) / DAY_MS) + 1,
    daysInMonth: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
    isoYear,
    isoWeek: Math.floor((thursday - Date.UTC(isoYear, 0, 1)) / DAY_MS / 7) + 1,
    offset: `${offsetMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`,
    epoch: Math.floor(atMs / 1000),
    ms: wall.getUTCMilliseconds(),
  };
}

const two = (number: number): string => String(number).padStart(2, "0");
const twelve = (hour: number): number => hour % 12 || 12;
const name = (names: string[], i: number): string => names[i] ?? "";

type Piece = (clock: Clock) => string | number;

/** Letters of Django's `date` filter. */
const DJANGO: Record<string, Piece> = {
  a: ({ hour }) => (hour < 12 ? "a.m." : "p.m."),
  A: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  b: ({ month }) => name(MONTHS, month).slice(0, 3).toLowerCase(),
  c: (clock) =>
    `${clock.year}-${two(clock.month + 1)}-${two(clock.day)}T${two(clock.hour)}:${two(clock.minute)}:${two(clock.second)}${clock.offset.slice(0, 3)}:${clock.offset.slice(3)}`,
  d: ({ day }) => two(day),
  D: ({ weekday }) => name(DAYS, weekday).slice(0, 3),
  e: ({ offset }) => offset,
  E: ({ month }) => name(MONTHS, month),
  f: ({ hour, minute }) => (minute === 0 ? twelve(hour) : `${twelve(hour)}:${two(minute)}`),
  F: ({ month }) => name(MONTHS, month),
  g: ({ hour }) => twelve(hour),
  G: ({ hour }) => hour,
  h: ({ hour }) => two(twelve(hour)),
  H: ({ hour }) => two(hour),
  i: ({ minute }) => two(minute),
  j: ({ day }) => day,
  l: ({ weekday }) => name(DAYS, weekday),
  L: ({ year }) => (isLeap(year) ? "True" : "False"),
  m: ({ month }) => two(month + 1),
  M: ({ month }) => name(MONTHS, month).slice(0, 3),
  n: ({ month }) => month + 1,
  N: ({ month }) => name(AP_MONTHS, month),
  o: ({ isoYear }) => isoYear,
  O: ({ offset }) => offset,
  P: ({ hour, minute }) =>
    minute === 0 && hour % 12 === 0
      ? hour === 0
        ? "midnight"
        : "noon"
      : `${minute === 0 ? twelve(hour) : `${twelve(hour)}:${two(minute)}`} ${hour < 12 ? "a.m." : "p.m."}`,
  s: ({ second }) => two(second),
  S: ({ day }) => ordinal(day),
  t: ({ daysInMonth }) => daysInMonth,
  T: ({ offset }) => (offset === "+0000" ? "UTC" : offset),
  u: ({ ms }) => String(ms * 1000).padStart(6, "0"),
  U: ({ epoch }) => epoch,
  w: ({ weekday }) => weekday,
  W: ({ isoWeek }) => isoWeek,
  y: ({ year }) => two(year % 100),
  Y: ({ year }) => String(year).padStart(4, "0"),
  z: ({ dayOfYear }) => dayOfYear,
  Z: ({ offset }) => Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(3)) * 60),
};

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return "th";
  return { 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th";
}

/** Formats as Django's `date` filter: each letter is a part, a backslash keeps the next one as it is. */
export function formatDjango(at: Moment, format: string): string {
  const clock = clockOf(at);
  return format.replaceAll(/\\?./gs, (letter) => (letter.length > 1 ? letter.slice(1) : String(DJANGO[letter]?.(clock) ?? letter)));
}

/** Directives of C's `strftime`. */
const STRFTIME: Record<string, Piece> = {
  a: ({ weekday }) => name(DAYS, weekday).slice(0, 3),
  A: ({ weekday }) => name(DAYS, weekday),
  b: ({ month }) => name(MONTHS, month).slice(0, 3),
  B: ({ month }) => name(MONTHS, month),
  d: ({ day }) => two(day),
  e: ({ day }) => String(day).padStart(2),
  F: ({ year, month, day }) => `${year}-${two(month + 1)}-${two(day)}`,
  H: ({ hour }) => two(hour),
  I: ({ hour }) => two(twelve(hour)),
  j: ({ dayOfYear }) => String(dayOfYear).padStart(3, "0"),
  m: ({ month }) => two(month + 1),
  M: ({ minute }) => two(minute),
  p: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  S: ({ second }) => two(second),
  T: ({ hour, minute, second }) => `${two(hour)}:${two(minute)}:${two(second)}`,
  u: ({ weekday }) => weekday || 7,
  V: ({ isoWeek }) => two(isoWeek),
  w: ({ weekday }) => weekday,
  y: ({ year }) => two(year % 100),
  Y: ({ year }) => year,
  z: ({ offset }) => offset,
  "%": () => "%",
};

/** Formats as Python's `strftime`; `%-d` leaves out the leading zero. */
export function formatStrftime(at: Moment, format: string): string {
  const clock = clockOf(at);
  return format.replaceAll(/%(-?)([a-zA-Z%])/g, (whole, bare: string, letter: string) => {
    const text = STRFTIME[letter]?.(clock);
    if (text === undefined) return whole;
    return bare === "-" ? String(text).replace(/^[0 ]+(?=.)/, "") : String(text);
  });
}

/** Django's `timesince`: the two largest units, `3 days, 4 hours`. */
export function formatSpan(ms: number): string {
  if (ms < 60_000) return "0 minutes";
  const units: [string, number][] = [
    ["year", 365 * DAY_MS],
    ["month", 30 * DAY_MS],
    ["week", 7 * DAY_MS],
    ["day", DAY_MS],
    ["hour", 3_600_000],
    ["minute", 60_000],
  ];
  const first = units.findIndex(([, size]) => ms >= size);
  let rest = ms;
  const parts = units.slice(first, first + 2).flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count} ${unit}${count === 1 ? "" : "s"}`] : [];
  });
  return parts.join(", ");
}
