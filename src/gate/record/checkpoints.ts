import { tokenOf, type SignedMark } from "../../store/audit-signature.ts";
import type { GateParts } from "../call.ts";

/** A checkpoint is made when so many rows came after the last one, or when it is so old and anything came. */
const EVERY_ROWS = 1000;
const EVERY_MS = 60 * 60_000;

const META = "audit.checkpoint";

interface Last {
  seq: number;
  at: number;
}

/** A signed checkpoint of the record as it is now, and the token to keep elsewhere. It is a row of the record itself. */
export async function takeCheckpoint(parts: GateParts): Promise<{ mark: SignedMark; token: string }> {
  const { store, clock, signer, epoch } = parts;
  const made = await store.transaction(async (tables) => {
    const at = clock.now();
    const mark = signer.sign("checkpoint", { ...(await tables.audit.head()), at });
    const { seq, hash, key, signature } = mark;
    const row = await tables.audit.append({ at, event: "checkpoint", fields: { seq, hash, key, signature } });
    await tables.meta.set(META, JSON.stringify({ seq: row.seq, at } satisfies Last));
    return { mark, row, isFrozen: (await epoch.gap(tables)) !== undefined };
  });
  if (!made.isFrozen) epoch.mark(made.row);
  return { mark: made.mark, token: tokenOf(made.mark) };
}

/** Makes one when it is time; of several processes that see it at once, more than one may, which does no harm. */
export async function checkpointIfDue(parts: GateParts): Promise<void> {
  const { store, clock } = parts;
  const text = await store.meta.get(META);
  const last: Last = text === undefined ? { seq: 0, at: 0 } : (JSON.parse(text) as Last);
  const { seq } = await store.audit.head();
  const isOld = seq > last.seq && Math.abs(clock.now() - last.at) >= EVERY_MS;
  if (seq - last.seq >= EVERY_ROWS || isOld) await takeCheckpoint(parts);
}
