export type Interval = "hour" | "day" | "week" | "month";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A calendar in one IANA time zone. Local times are ms as if the zone were UTC. */
export interface ZoneCalendar {
  /** UTC of a local time; of one that a clock change skips, the same distance from the moment before it. */
  utcOf(localMs: number): number;
  /** What the clocks of the zone show, ms as if the zone were UTC. */
  localOf(utcMs: number): number;
  /** Starts of all intervals from the one that holds `from` up to `to`, UTC ms. Weeks begin on Monday. */
  starts(interval: Interval, from: number, to: number): number[];
}

/** The calendar of a zone, or undefined when there is no such zone. */
export function zoneCalendar(timeZone: string): ZoneCalendar | undefined {
  const format = formatOf(timeZone);
  if (!format) return undefined;
  const offsets = new Map<number, number>();
  /** Offsets change on full quarters of an hour at most, and asking the formatter is slow. */
  const offsetAt = (utcMs: number): number => {
    const quarter = Math.floor(utcMs / 900_000);
    const known = offsets.get(quarter) ?? readOffset(format, quarter * 900_000);
    offsets.set(quarter, known);
    return known;
  };
  const utcOf = (localMs: number): number => {
    const guess = localMs - offsetAt(localMs);
    return localMs - offsetAt(guess);
  };
  return {
    utcOf,
    localOf: (utcMs) => utcMs + offsetAt(utcMs),
    starts(interval, from, to) {
      const found: number[] = [];
      // Hours are steps of time, not of the clock on the wall, which may repeat or skip one.
      if (interval === "hour") for (let at = Math.floor(from / HOUR_MS) * HOUR_MS; at < to; at += HOUR_MS) found.push(at);
      else
        for (let local = floorTo(interval, from + offsetAt(from)); utcOf(local) < to; local = next(interval, local))
          found.push(utcOf(local));
      return found;
    },
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const digits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...digits });
  } catch {
    return undefined;
  }
}

function readOffset(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = (["year", "month", "day", "hour", "minute"] as const).map((part) =>
    parts.get(part),
  );
  return Date.UTC(year, month - 1, day, hour, minute) - utcMs;
}

function floorTo(interval: Exclude<Interval, "hour">, localMs: number): number {
  const day = Math.floor(localMs / DAY_MS) * DAY_MS;
  if (interval === "day") return day;
  const date = new Date(day);
  if (interval === "week") return day - ((date.getUTCDay() + 6) % 7) * DAY_MS;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function next(interval: Exclude<Interval, "hour">, localMs: number): number {
  if (interval !== "month") return localMs + (interval === "week" ? 7 : 1) * DAY_MS;
  const date = new Date(localMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
