import type { Db } from "./schema.ts";

/**
 * Runs `work` in the transaction that `db` is in, or in one of its own. A `light` one may be lost when the power fails and locks only the rows that it
 * changes; naming an isolation level is how the drivers are told (driver.ts).
 */
export function inTransaction<T>(db: Db, work: (tx: Db) => Promise<T>, weight: "full" | "light" = "full"): Promise<T> {
  if (db.isTransaction) return work(db);
  const transaction = db.transaction();
  return (weight === "light" ? transaction.setIsolationLevel("read committed") : transaction).execute(work);
}
