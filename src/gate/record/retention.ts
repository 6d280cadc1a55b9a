import { HalyardError } from "../../lib/errors.ts";
import { isoMillis } from "../../lib/clock.ts";
import type { GateParts } from "../call.ts";

/** What pruning took away. */
export interface Pruning {
  rows: number;
  bodies: number;
  /** The first row that is left. */
  first: number;
}

const YOUNGEST_MS = 86_400_000;

/**
 * Takes the beginning of the record away, up to the first row that was written at or after `before` (epoch milliseconds), and leaves a signed
 * tombstone with the last row's number and hash: the rest is proved from there.
 */
export async function pruneRecord(parts: GateParts, before: number, by: string): Promise<Pruning> {
  const { store, clock, signer } = parts;
  if (clock.now() - before < YOUNGEST_MS) {
    throw new HalyardError("usage", "Only what is older than a day can be pruned.", {
      hint: `Give a time before ${isoMillis(clock.now() - YOUNGEST_MS)}. Export it first: halyard audit export.`,
    });
  }
  const pruning = await store.transaction(async (tables): Promise<Pruning> => {
    const head = await tables.audit.head();
    const { first = 1, from = head.seq + 1 } = await tables.audit.bounds(before);
    const seq = Math.min(from, head.seq) - 1;
    const hash = seq >= first ? await tables.audit.hashAt(seq) : undefined;
    if (hash === undefined) throw new HalyardError("not_found", "There is nothing to prune: no row is older.");
    const at = clock.now();
    const { key, signature } = signer.sign("pruned", { seq, hash, at });
    await tables.audit.append({ at, event: "pruned", fields: { first, seq, hash, by, key, signature } });
    const bodies = await tables.auditBodies.removeUpTo(seq);
    return { rows: await tables.audit.removeUpTo(seq), bodies, first: seq + 1 };
  });
  await store.purge();
  return pruning;
}
