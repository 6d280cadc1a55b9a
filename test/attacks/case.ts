import type { Door, DoorName } from "./doors.ts";
import { effectsSince, markOf, type Mark } from "./oracle.ts";
import { KNOWN_GAPS, type Gap } from "./known-gaps.ts";
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
  awaits?: Gap;
  /** The test that holds it, where a range cannot: it kills processes, turns keys or breaks stores. */
  heldBy?: string;
  /** Requests that may change something and that the account has to see in the end; `some` where the case itself counts them. */
  effects?: number | "some";
  /** It changes what other cases need, so it has a range of its own. */
  alone?: true;
  /** It writes into the store past the gate, so the record does not add up afterwards. */
  forges?: true;
  /** It takes seconds, and is left out of the sample. */
  slow?: true;
  /** Throws where the promise is broken. Without it the case cannot be tried yet, or is held elsewhere. */
  run?(lane: Lane): Promise<void>;
}

export interface Family {
  letter: string;
  title: string;
  cases: Case[];
}

/** How one case went at one door. `gap`: it waits for a part. `closed`: it was said to wait, and holds: the mark can go. `elsewhere`: another test holds it. */
export interface Outcome {
  id: string;
  attack: string;
  door: DoorName;
  verdict: "held" | "broken" | "gap" | "closed" | "elsewhere";
  why?: string;
}

let serial = 0;

/** Tries one case at one door. */
export async function tryCase(range: Range, one: Case, name: DoorName): Promise<Outcome> {
  const told = { id: one.id, attack: one.attack, door: name };
  if (!one.run) return untried(one, name);
  const number = ++serial;
  try {
    const door = await range.door(name);
    const mark = await markOf(range);
    await one.run({ range, door, mark, unique: (word) => `${word} ${number}` });
    const effects = effectsSince(range, mark).map(({ method, path, status }) => `${method} ${path} ${status}`);
    if (one.effects !== "some" && effects.length !== (one.effects ?? 0))
      throw new Error(`${effects.length} effects instead of ${one.effects ?? 0}: ${effects.join(", ")}`);
    return { ...told, verdict: one.awaits === undefined ? "held" : "closed" };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return one.awaits === undefined
      ? { ...told, verdict: "broken", why }
      : { ...told, verdict: "gap", why: `awaits ${one.awaits}: ${KNOWN_GAPS[one.awaits]} (${why.split("\n")[0]})` };
  }
}

/** What is told of a case that is not tried in a range. */
export function untried({ id, attack, awaits, heldBy }: Case, door: DoorName): Outcome {
  if (heldBy !== undefined) return { id, attack, door, verdict: "elsewhere", why: heldBy };
  if (awaits === undefined) throw new Error(`${id} is neither tried, nor held elsewhere, nor does it await anything: ${attack}`);
  return { id, attack, door, verdict: "gap", why: `awaits ${awaits}: ${KNOWN_GAPS[awaits]}` };
}
