import { closeSync, constants, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { HalyardError } from "../../lib/errors.ts";
import type { RandomBytes } from "../../lib/ids.ts";
import type { Mark } from "../../store/audit-signature.ts";
import type { Tables } from "../../store/tables.ts";
import type { GateParts } from "../call.ts";

/**
 * A store that was restored from a backup has forgotten writes that were sent. So each process writes outside of the store how far the record went,
 * before a write leaves; a store that does not know that row any more is older than what happened.
 */
export interface Epoch {
  /** Compares the file with the store, at start; what does not fit freezes writes, on the record. */
  check(): Promise<void>;
  /** Throws `restored` while writes are frozen. Asked in the transaction of every intent. */
  assertCurrent(tables: Pick<Tables, "meta">): Promise<void>;
  /** Throws `restored` when a row that is being written has a number that was marked before: the store was replaced under a running process. */
  assertAhead(seq: number): void;
  /** Writes down, durably, that the record went this far. Throws when it cannot be written: then nothing may be sent. */
  mark(mark: Mark): void;
  /** What the file and the store disagree on, where writes are frozen. */
  gap(tables: Pick<Tables, "meta">): Promise<EpochGap | undefined>;
  /** In a transaction: the store as it is counts from now on. */
  accept(tables: Tables): Promise<void>;
}

/** The record once went to `marked`; the store that is here goes to `head`. */
export interface EpochGap {
  marked: Mark;
  head: Mark;
  foundAt: number;
}

interface State {
  /** Counts accepted restores. */
  number: number;
  gap?: EpochGap;
}

const META = "epoch";
/** Processes write into places of their own, so that a slow one does not overwrite what a quicker one wrote. */
const PLACES = 64;
const PLACE_BYTES = 256;

export function createEpoch(
  { store, vault, clock }: Pick<GateParts, "store" | "vault" | "clock">,
  file: string,
  random: RandomBytes,
): Epoch {
  const place = ((random(1)[0] ?? 0) % PLACES) * PLACE_BYTES;
  let number = 0;
  let farthest = 0;

  async function stateOf({ meta }: Pick<Tables, "meta">): Promise<State> {
    const text = await meta.get(META);
    const state = text === undefined ? { number: 0 } : (JSON.parse(text) as State);
    if (state.number !== number) farthest = 0;
    number = state.number;
    return state;
  }

  const macOf = (body: string): string => vault.mac(body, "epoch");

  /** The farthest place that any process wrote; what is torn or not ours counts for nothing. */
  function marked(): (Mark & { number: number }) | undefined {
    let text: string;
    try {
      text = readFileSync(file, "latin1");
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw unwritable(file, thrown);
    }
    const marks = Array.from({ length: PLACES }, (_, at) => text.slice(at * PLACE_BYTES, (at + 1) * PLACE_BYTES).trimEnd()).flatMap(
      (line) => {
        const [, body = "", epoch, seq, hash = "", mac] = /^((\d+) (\d+) ([0-9a-f]{64})) ([0-9a-f]{64})$/.exec(line) ?? [];
        return mac !== undefined && mac === macOf(body) ? [{ number: Number(epoch), seq: Number(seq), hash }] : [];
      },
    );
    return marks.toSorted((a, b) => b.number - a.number || b.seq - a.seq)[0];
  }

  return {
    async check() {
      const mark = marked();
      if (!mark) return;
      await store.transaction(async (tables) => {
        const state = await stateOf(tables);
        if (state.gap || mark.number < state.number) return;
        const head = await tables.audit.head();
        const { first = head.seq + 1 } = await tables.audit.bounds(0);
        const isPruned = mark.seq < first && mark.seq < head.seq;
        const isKnown = mark.number === state.number && (isPruned || (await tables.audit.hashAt(mark.seq)) === mark.hash);
        if (isKnown) return;
        const at = clock.now();
        const gap = { marked: { seq: mark.seq, hash: mark.hash }, head, foundAt: at };
        await tables.meta.set(META, JSON.stringify({ number: Math.max(state.number, mark.number), gap }));
        await tables.audit.append({ at, event: "epoch.gap", fields: { marked: { ...gap.marked }, head: { ...head } } });
      });
    },
    async assertCurrent(tables) {
      const { gap } = await stateOf(tables);
      if (!gap) return;
      throw new HalyardError(
        "restored",
        "The store is older than writes that were sent: it was restored from a backup. Writes wait for the owner.",
        {
          hint: "The owner compares the account with the record and lets writes go on: halyard audit accept-restore.",
        },
      );
    },
    assertAhead(seq) {
      if (seq > farthest) return;
      throw new HalyardError("restored", "The store went back while Halyard ran: it was replaced by an older one. Nothing was sent.", {
        hint: "Start Halyard again; it says what to do.",
      });
    },
    mark({ seq, hash }) {
      // Of two writes that leave at once the later may have been here first.
      if (seq <= farthest) return;
      const body = `${number} ${seq} ${hash}`;
      const line = `${body} ${macOf(body)}`.padEnd(PLACE_BYTES - 1).concat("\n");
      try {
        const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
        try {
          writeSync(descriptor, line, place, "latin1");
          fdatasyncSync(descriptor);
        } finally {
          closeSync(descriptor);
        }
      } catch (thrown) {
        throw unwritable(file, thrown);
      }
      farthest = seq;
    },
    gap: async (tables) => (await stateOf(tables)).gap,
    async accept(tables) {
      const state = await stateOf(tables);
      await tables.meta.set(META, JSON.stringify({ number: state.number + 1 }));
    },
  };
}

function unwritable(file: string, cause: unknown): HalyardError {
  return new HalyardError("store_unavailable", `The file ${file} cannot be read or written.`, {
    cause,
    hint: "Give the user that runs Halyard read and write permission on it; without it a restored backup would go unseen.",
  });
}
