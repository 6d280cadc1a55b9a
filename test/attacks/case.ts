import type { Door, DoorName } from "./doors.ts";
import { effectsSince, markOf, type Mark } from "./oracle.ts";
import type { Range } from "./range.ts";

/** One attacker at one door of a range. */
export interface Lane {
  range: Range;
  door: Door;
  /** Where the case began. */
  mark: Mark;
  /** A text that no other lane has, for names. */
  unique(word: string): string;
}

/** One case of the list of attacks, with the behaviour that is promised. */
export interface Case {
  /** Of the list: `B1`. */
  id: string;
  /** What is tried, and what has to come of it. */
  attack: string;
  /** The doors where it matters; both unless told. */
  doors?: readonly DoorName[];
  /** The part of the product that it waits for: until it is there, a failure is a known gap and no defect of what is there. */
  awaits?: string;
  /** Requests that may change something and that the account has to see in the end. */
  effects?: number;
  /** It changes what other cases need, so it has a range of its own. */
  alone?: true;
  /** It writes into the store past the gate, so the record does not add up afterwards. */
  forges?: true;
  /** It takes seconds, and is left out of the sample. */
  slow?: true;
  /** Throws where the promise is broken. Without it the case cannot be tried yet. */
  run?(lane: Lane): Promise<void>;
}

export interface Family {
  letter: string;
  title: string;
  cases: Case[];
}

/** How one case went at one door. `gap`: it waits for a part. `closed`: it was said to wait, and holds: the mark can go. */
export interface Outcome {
  id: string;
  attack: string;
  door: DoorName;
  verdict: "held" | "broken" | "gap" | "closed";
  why?: string;
}

let serial = 0;

/** Tries one case at one door. */
export async function tryCase(range: Range, one: Case, name: DoorName): Promise<Outcome> {
  const told = { id: one.id, attack: one.attack, door: name };
  if (!one.run) return { ...told, verdict: "gap", why: `awaits ${one.awaits ?? "a part that is not there"}` };
  const number = ++serial;
  try {
    const door = await range.door(name);
    const mark = await markOf(range);
    await one.run({ range, door, mark, unique: (word) => `${word} ${number}` });
    const effects = effectsSince(range, mark).map(({ method, path, status }) => `${method} ${path} ${status}`);
    if (effects.length !== (one.effects ?? 0))
      throw new Error(`${effects.length} effects instead of ${one.effects ?? 0}: ${effects.join(", ")}`);
    return { ...told, verdict: one.awaits === undefined ? "held" : "closed" };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return one.awaits === undefined
      ? { ...told, verdict: "broken", why }
      : { ...told, verdict: "gap", why: `awaits ${one.awaits} (${why.split("\n")[0]})` };
  }
}
