/** What was counted of one kind of event. */
interface Heap {
  count: number;
  sum: number;
  people: Set<string>;
}

/** Counts by kind of event; a kind that did not come is not there. */
export type Tally<Kind extends string> = Map<Kind, Heap>;

export interface Statistic<Kind extends string> {
  /** Kinds of events that it is worked out from. */
  needs: readonly Kind[];
  of(tally: Tally<Kind>): number;
}

export function note<Kind extends string>(tally: Tally<Kind>, kind: Kind, profile: string, amount: number): void {
  const heap = tally.get(kind) ?? { count: 0, sum: 0, people: new Set() };
  tally.set(kind, heap);
  heap.count++;
  heap.sum += amount;
  heap.people.add(profile);
}

export function countOf<Kind extends string>(kind: Kind): Statistic<Kind> {
  return { needs: [kind], of: (tally) => tally.get(kind)?.count ?? 0 };
}

export function peopleOf<Kind extends string>(kind: Kind): Statistic<Kind> {
  return { needs: [kind], of: (tally) => tally.get(kind)?.people.size ?? 0 };
}

/** In whole hundredths. */
export function sumOf<Kind extends string>(kind: Kind): Statistic<Kind> {
  return { needs: [kind], of: (tally) => Math.round((tally.get(kind)?.sum ?? 0) * 100) / 100 };
}

export function plus<Kind extends string>(a: Statistic<Kind>, b: Statistic<Kind>): Statistic<Kind> {
  return { needs: [...a.needs, ...b.needs], of: (tally) => a.of(tally) + b.of(tally) };
}

export function less<Kind extends string>(a: Statistic<Kind>, b: Statistic<Kind>): Statistic<Kind> {
  return { needs: [...a.needs, ...b.needs], of: (tally) => Math.max(0, a.of(tally) - b.of(tally)) };
}

export function times<Kind extends string>(a: Statistic<Kind>, factor: number): Statistic<Kind> {
  return { needs: a.needs, of: (tally) => a.of(tally) * factor };
}

/** 0 where there is nothing to divide by (assumed). */
export function per<Kind extends string>(a: Statistic<Kind>, b: Statistic<Kind>): Statistic<Kind> {
  return {
    needs: [...a.needs, ...b.needs],
    of(tally) {
      const divisor = b.of(tally);
      return divisor === 0 ? 0 : a.of(tally) / divisor;
    },
  };
}
