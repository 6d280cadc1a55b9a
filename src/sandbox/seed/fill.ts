import type { Collection, Row } from "../state/collection.ts";

/**
 * Stores a row without telling the transaction. What it keeps of each change would double the memory of a large account, and nobody can
 * look at the seed's changes one by one: it is not journaled, and a seed that fails ends the start.
 */
export function fill<R extends Row>(rows: Collection<R>, row: R): R {
  rows.write(row.id, Object.freeze(row));
  return row;
}
