import type { Change } from "../state/state.ts";

/** One request that reached the sandbox. */
export interface LedgerEntry {
  n: number;
  /** Sandbox clock, ms. */
  at: number;
  method: string;
  path: string;
  query: string;
  operation: string | undefined;
  /** Account that was asked; absent where a fault kept the request from any. */
  account: string | undefined;
  /** Name of the key, never the key. */
  key: string | undefined;
  /** Status as computed; a fault may have kept it from arriving. */
  status: number;
  /** Changed rows by collection; absent when nothing changed. */
  changed?: Record<string, number>;
  /** The rows themselves, the first {@link MAX_EFFECTS}. */
  effects?: Effect[];
  /** Kind of the fault that was put in. */
  fault?: string;
}

/** What became of one row. */
export interface Effect {
  collection: string;
  id: string;
  did: "made" | "changed" | "removed";
}

const MAX_EFFECTS = 50;

export interface Ledger {
  add(entry: Omit<LedgerEntry, "n">): void;
  /** Entries with a number above `n`. */
  since(n: number): LedgerEntry[];
  clear(): void;
}

/** Oldest entries go first. */
const MAX_ENTRIES = 100_000;

export function createLedger(): Ledger {
  let entries: LedgerEntry[] = [];
  let last = 0;
  return {
    add(entry) {
      entries.push({ n: ++last, ...entry });
      // Dropped in batches: taking one off the front of a long array each time would move all of it.
      if (entries.length > MAX_ENTRIES * 1.1) entries = entries.slice(-MAX_ENTRIES);
    },
    since: (n) => entries.slice(-MAX_ENTRIES).filter((entry) => entry.n > n),
    clear() {
      entries = [];
    },
  };
}

/** How many rows of each collection changed; undefined for none. */
export function countChanges(changes: readonly Change[]): Record<string, number> | undefined {
  const counts: Record<string, number> = {};
  for (const { collection } of changes) if (!collection.startsWith("_")) counts[collection] = (counts[collection] ?? 0) + 1;
  return Object.keys(counts).length > 0 ? counts : undefined;
}

/** Which rows changed, and how; as many as the ledger keeps. */
export function effectsOf(changes: readonly Change[]): Effect[] {
  return changes
    .filter(({ collection }) => !collection.startsWith("_"))
    .slice(0, MAX_EFFECTS)
    .map(({ collection, id, before, after }) => ({ collection, id, did: !after ? "removed" : before ? "changed" : "made" }));
}
