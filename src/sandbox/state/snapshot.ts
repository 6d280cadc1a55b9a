import type { Row } from "./collection.ts";
import type { IdMark } from "./identity.ts";
import type { Change, State } from "./state.ts";

/** All rows of an account at one moment. Rows are never changed in place, so keeping them costs their references alone. */
export interface Snapshot {
  rows: ReadonlyMap<string, ReadonlyMap<string, Row>>;
  mark: IdMark;
}

export function takeSnapshot(state: State): Snapshot {
  const rows = new Map([...state.collections()].map((each) => [each.def.name, new Map([...each.all()].map((row) => [row.id, row]))]));
  return { rows, mark: state.ids.mark() };
}

/** Puts every row and the id streams back, in one transaction that is journaled like any. */
export function restoreSnapshot(state: State, { rows, mark }: Snapshot): void {
  state.transaction(() => {
    const changed = [...differences(rows, takeSnapshot(state).rows, () => true)];
    // First everything out, then in: a unique key may have moved from one row to another since.
    for (const { collection, id } of changed) state.named(collection).remove(id);
    for (const { collection, before } of changed) if (before) state.named(collection).put(before);
    state.ids.reset(mark);
  });
}

/** What the account's rows differ in, bookkeeping such as keys left out: `before` of the first, `after` of the second. */
export function compareSnapshots(first: Snapshot, second: Snapshot): Iterable<Change> {
  return differences(first.rows, second.rows, (name) => !name.startsWith("_"));
}

function* differences(first: Snapshot["rows"], second: Snapshot["rows"], counts: (name: string) => boolean): Iterable<Change> {
  for (const collection of [...new Set([...first.keys(), ...second.keys()])].toSorted()) {
    if (!counts(collection)) continue;
    const [before, after] = [first.get(collection) ?? new Map<string, Row>(), second.get(collection) ?? new Map<string, Row>()];
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(id), after.get(id)];
      if (was !== is) yield { collection, id, before: was, after: is };
    }
  }
}
