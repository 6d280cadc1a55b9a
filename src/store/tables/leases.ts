import type { Db } from "../schema.ts";

/** Who of several processes does a thing that only one may do, and until when. */
export interface LeaseRow {
  name: string;
  holder: string;
  expires_at: number;
}

export function leasesTable(db: Db) {
  return {
    /** True when `holder` has the lease for `ttlMs` from `now`: it was free, had run out, or was its own already. */
    async acquire(name: string, holder: string, ttlMs: number, now: number): Promise<boolean> {
      const expires_at = now + ttlMs;
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("leases")
        .values({ name, holder, expires_at })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet({ holder, expires_at })
            .where(({ eb, or }) => or([eb("leases.expires_at", "<=", now), eb("leases.holder", "=", holder)])),
        )
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async release(name: string, holder: string): Promise<void> {
      await db.deleteFrom("leases").where("name", "=", name).where("holder", "=", holder).execute();
    },
  };
}
