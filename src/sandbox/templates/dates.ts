import { parseIso } from "../../lib/clock.ts";
import { moment, type Moment } from "./values.ts";

/** The moment as a time zone's clocks show it. Unknown zones count as UTC. */
export function momentIn(zone: string, atMs: number): Moment {
  return moment(atMs, offsetOf(zone, atMs));
}

/** By zone: making one takes a hundred times as long as asking it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formats.set(zone, made);
  return made;
}

function offsetOf(zone: string, atMs: number): number {
  try {
    const format = formatFor(zone);
    const text = format.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d\d):?(\d\d)?/.exec(text) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  } catch {
    return 0;
  }
}

/** Reads an ISO 8601 text and keeps its offset; without one it is UTC. */
export function parseMoment(text: string): Moment | undefined {
  const trimmed = text.trim();
  const atMs = parseIso(trimmed);
  if (atMs === undefined) return undefined;
  const [, sign, hours = "0", minutes = "0"] = /[T ].*([+-])(\d\d):?(\d\d)$/.exec(trimmed) ?? [];
  return moment(atMs, sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000);
}
