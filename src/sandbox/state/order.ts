export type SortKey = string | number | boolean | null;

/** Where a row stands in an order: ties of the key are broken by the id. */
export interface Position {
  key: SortKey;
  id: string;
}

export interface Order {
  /** Sorted ascending. Not to be kept: the next change alters it. */
  positions(): readonly Position[];
  /** Index of the first position that is not before `position`. */
  indexOf(position: Position): number;
  /** Tells of a changed row: its key before and after, `undefined` where it was or is not part of the order. */
  replace(id: string, before: SortKey | undefined, after: SortKey | undefined): void;
}

/** From this many changes on, sorting the lot again is cheaper than moving each into its place. */
const MAX_PENDING = 256;
/** An order that nobody reads takes its changes in at this many, so that they do not pile up. */
const MAX_WAITING = 10_000;

/** An order that stays sorted under changes, which are taken in at the next read. */
export function createOrder(entries: Iterable<Position>): Order {
  let sorted = [...entries].toSorted(comparePositions);
  let pending: { id: string; before: SortKey | undefined; after: SortKey | undefined }[] = [];

  const settle = (): void => {
    if (pending.length === 0) return;
    if (pending.length > MAX_PENDING) sorted = settleAll(sorted, pending);
    else for (const change of pending) settleOne(sorted, change);
    pending = [];
  };
  return {
    positions() {
      settle();
      return sorted;
    },
    indexOf(position) {
      settle();
      return lowerBound(sorted, position);
    },
    replace(id, before, after) {
      if (before !== after) pending.push({ id, before, after });
      if (pending.length > MAX_WAITING) settle();
    },
  };
}

function settleOne(
  sorted: Position[],
  { id, before, after }: { id: string; before: SortKey | undefined; after: SortKey | undefined },
): void {
  if (before !== undefined) sorted.splice(lowerBound(sorted, { key: before, id }), 1);
  if (after !== undefined) sorted.splice(lowerBound(sorted, { key: after, id }), 0, { key: after, id });
}

function settleAll(sorted: Position[], pending: readonly { id: string; after: SortKey | undefined }[]): Position[] {
  const last = new Map(pending.map(({ id, after }) => [id, after]));
  const kept = sorted.filter(({ id }) => !last.has(id));
  for (const [id, key] of last) if (key !== undefined) kept.push({ key, id });
  return kept.sort(comparePositions);
}

function lowerBound(sorted: readonly Position[], position: Position): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle];
    if (at && comparePositions(at, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function comparePositions(a: Position, b: Position): number {
  return compareKeys(a.key, b.key) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Total order over mixed keys; null last, as a Postgres `ORDER BY` would have it. Texts compare by code unit, never by locale. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1;
  return a < b ? -1 : 1;
}
