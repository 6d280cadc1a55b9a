import type { NewAuditEntry } from "../../store/tables/audit.ts";
import type { Door, GateParts } from "../call.ts";

/** What a door sends away before the gate hears of it. */
export const DOOR_REFUSALS = [
  "foreign",
  "no_such_path",
  "unauthenticated",
  "method",
  "media_type",
  "too_large",
  "batch",
  "malformed",
  "protocol",
  "unknown_tool",
  "tool_arguments",
  "cancelled",
] as const;
export type DoorRefusalKind = (typeof DOOR_REFUSALS)[number];

export interface DoorRefusal {
  door: Exclude<Door, "cli">;
  kind: DoorRefusalKind;
  /** Who it was, where that is known. */
  agentId?: string | undefined;
  connectionId?: string | undefined;
  /** Our own words, or names that were checked to be harmless. */
  detail?: string[];
}

/**
 * Refusals leave rows, but a flood of them may not fill the store: of each caller so many a minute are written one by one, the others are counted
 * and written as one row. What the store could not take is counted too, and written once it can.
 */
export interface Refusals {
  /** Whether this one may have rows of its own; if not it has been counted. `who` is an agent's id, or "" for a caller that is not known. */
  admit(who: string, what: string): boolean;
  /** Puts what a door refused on the record. Never throws: what cannot be written is counted. */
  note(refusal: DoorRefusal): Promise<void>;
  /** Counts what happened without a row because the store failed. */
  missed(what: string): void;
  /** Writes the counts of minutes that are over, or of all; does nothing where there are none. Errors of the store come out, and lose no count. */
  flush(all?: boolean): Promise<void>;
}

const WINDOW_MS = 60_000;
/** A flood is written at least this often, so that a killed process takes little of it along. */
const MOST_COUNTED = 10_000;

/** What one caller did within a minute that began with the first of it. */
interface Minute {
  who: string;
  from: number;
  rows: number;
  total: number;
  counts: Map<string, number>;
}

export function createRefusals({ store, clock }: Pick<GateParts, "store" | "clock">, perMinute: number): Refusals {
  const running = new Map<string, Minute>();
  const noting = new Set<Promise<void>>();
  let over: Minute[] = [];
  let lost = minuteOf("");

  function minuteOf(who: string): Minute {
    return { who, from: clock.now(), rows: 0, total: 0, counts: new Map() };
  }

  function count(minute: Minute, what: string): void {
    minute.total++;
    minute.counts.set(what, (minute.counts.get(what) ?? 0) + 1);
  }

  const isOver = ({ from, total }: Minute): boolean => Math.abs(clock.now() - from) >= WINDOW_MS || total >= MOST_COUNTED;

  function end(minute: Minute): void {
    running.delete(minute.who);
    if (minute.total > 0) over.push(minute);
  }

  function admit(who: string, what: string): boolean {
    const before = running.get(who);
    if (before && isOver(before)) end(before);
    const minute = running.get(who) ?? { ...minuteOf(who), rows: before && before.total >= MOST_COUNTED ? perMinute : 0 };
    running.set(who, minute);
    if (minute.rows >= perMinute) {
      count(minute, what);
      return false;
    }
    minute.rows++;
    return true;
  }

  function missed(what: string): void {
    if (lost.total === 0) lost.from = clock.now();
    count(lost, what);
  }

  async function flush(all = false): Promise<void> {
    if (all) await Promise.all(noting);
    for (const minute of running.values()) if (all || isOver(minute)) end(minute);
    const written = [...over, ...(lost.total > 0 ? [lost] : [])];
    if (written.length === 0) return;
    const [summaries, unrecorded] = [over, lost];
    [over, lost] = [[], minuteOf("")];
    const at = clock.now();
    const [first, ...rest] = [
      ...summaries.map((minute) => entryOf("refused.summary", minute, at)),
      ...(unrecorded.total > 0 ? [entryOf("unrecorded", unrecorded, at)] : []),
    ];
    try {
      if (first) await store.audit.append(first, ...rest);
    } catch (thrown) {
      over.unshift(...summaries);
      for (const [what, number] of unrecorded.counts) lost.counts.set(what, (lost.counts.get(what) ?? 0) + number);
      lost.total += unrecorded.total;
      lost.from = Math.min(lost.from, unrecorded.from);
      throw thrown;
    }
  }

  return {
    admit,
    missed,
    flush,
    note(refusal) {
      const noted = write(refusal).finally(() => noting.delete(noted));
      noting.add(noted);
      return noted;
    },
  };

  async function write({ door, kind, agentId, connectionId, detail = [] }: DoorRefusal): Promise<void> {
    const what = `${door}.${kind}`;
    const isAdmitted = admit(agentId ?? "", what);
    const fields = { door, at_door: kind, detail: detail.slice(0, 10) };
    try {
      await flush();
      if (isAdmitted)
        await store.audit.append({ at: clock.now(), event: "refused", agent_id: agentId, connection_id: connectionId, fields });
    } catch {
      if (isAdmitted) missed(what);
    }
  }
}

function entryOf(event: string, { who, from, counts }: Minute, until: number): NewAuditEntry {
  return { at: until, event, agent_id: who === "" ? null : who, fields: { from, until, counts: Object.fromEntries(counts) } };
}
