import { createHash } from "node:crypto";
import { HalyardError } from "../../lib/errors.ts";
import { mustBePublicKey, isSignedBy, parseToken } from "../../store/audit-signature.ts";
import type { AuditVerdict } from "../../store/audit-verify.ts";
import type { AuditQuery, AuditRow } from "../../store/tables/audit.ts";
import type { CallRow } from "../../store/tables/calls.ts";
import { voidLive } from "../approvals/approval-life.ts";
import type { GateParts } from "../call.ts";
import { takeCheckpoint } from "./checkpoints.ts";
import type { EpochGap } from "./epoch.ts";
import { eraseDays, erasableDays, type Erasure } from "./erasure.ts";
import { bodyLabel, type CallBody } from "./record.ts";
import { pruneRecord, type Pruning } from "./retention.ts";

/** A row of the record as it leaves the store. */
export interface ExportedRow extends AuditRow {
  /** Of a call's content: `kept`, `erased` with its day, `missing` where it should be and is not; null where the row has none. */
  body: BodyState | null;
}
export type BodyState = "kept" | "erased" | "missing" | "changed";

/** The content of one call. */
export interface ShownCall {
  call: CallRow;
  state: BodyState | "none";
  body?: CallBody;
}

/** What the owner does with the record. */
export interface AuditDesk {
  /** Ed25519, base64url. */
  publicKey: string;
  /** `checkpoint` is a token that was kept elsewhere, `publicKey` a key that was: without it the store's own is used. */
  verify(options?: { checkpoint?: string | undefined; publicKey?: string | undefined }): Promise<AuditVerdict>;
  checkpoint(): Promise<{ token: string; seq: number; publicKey: string }>;
  /** Oldest first, in pages; ends at what is there when it gets there. */
  rows(query: AuditQuery & { after?: number | undefined }): AsyncGenerator<ExportedRow[]>;
  last(query: AuditQuery & { limit: number }): Promise<ExportedRow[]>;
  show(callId: string): Promise<ShownCall>;
  /** Days as `2026-07-15`; `to` is not among them. */
  erase(days: { from: string; to: string }, by: string): Promise<Erasure>;
  prune(before: number, by: string): Promise<Pruning>;
  /** Why writes are frozen, undefined when they are not. */
  gap(): Promise<EpochGap | undefined>;
  /** The owner's word that a restored store is the one that counts: what waits in it is voided, writes go on. */
  acceptRestore(by: string): Promise<{ gap: EpochGap; voided: number }>;
}

const PAGE_ROWS = 500;

export function createAuditDesk(parts: GateParts): AuditDesk {
  const { store, dayKeys, signer, epoch, clock } = parts;

  async function withBody(row: AuditRow): Promise<ExportedRow> {
    return { ...row, body: typeof row.fields["body"] === "string" && row.call_id !== null ? (await bodyOf(row)).state : null };
  }

  async function bodyOf({ call_id, fields }: AuditRow): Promise<{ state: BodyState; body?: CallBody }> {
    const row = call_id === null ? undefined : await store.auditBodies.find(call_id);
    // Where the key is gone the day was erased, and its bodies with it.
    const { body_key: key } = fields;
    if (!row) return { state: typeof key === "string" && !dayKeys.has(key) ? "erased" : "missing" };
    if (createHash("sha256").update(row.sealed).digest("hex") !== fields["body"]) return { state: "changed" };
    try {
      const text = dayKeys.open(row.sealed, bodyLabel(row.id));
      return text === undefined ? { state: "erased" } : { state: "kept", body: JSON.parse(text) as CallBody };
    } catch {
      return { state: "changed" };
    }
  }

  return {
    publicKey: signer.publicKey,
    async verify({ checkpoint, publicKey = signer.publicKey } = {}) {
      const key = mustBePublicKey(publicKey);
      const token = checkpoint === undefined ? undefined : parseToken(checkpoint);
      if (token && !isSignedBy("checkpoint", token, key)) {
        throw new HalyardError("usage", "This checkpoint was not signed with the key of this record.", {
          hint: "It is of another store, or was changed; or the store was made anew in the place of the one that it is of.",
        });
      }
      return store.audit.verify({ publicKey: key, checkpoint: token });
    },
    async checkpoint() {
      const { mark, token } = await takeCheckpoint(parts);
      return { token, seq: mark.seq, publicKey: signer.publicKey };
    },
    async *rows({ after = 0, ...query }) {
      await dayKeys.refresh();
      for (let last = after; ;) {
        const page = await store.audit.list({ ...query, after: last, limit: PAGE_ROWS });
        const end = page.at(-1);
        if (!end) return;
        last = end.seq;
        yield await Promise.all(page.map(withBody));
      }
    },
    async last(query) {
      await dayKeys.refresh();
      return Promise.all((await store.audit.last(query)).map(withBody));
    },
    async show(callId) {
      const call = await store.calls.find(callId);
      if (!call) throw new HalyardError("not_found", "There is no call of that id.", { hint: "halyard activity lists them." });
      await dayKeys.refresh();
      const row = (await store.audit.list({ call_id: callId, limit: 100 })).find(({ fields }) => typeof fields["body"] === "string");
      return { call, ...(row ? await bodyOf(row) : { state: "none" as const }) };
    },
    async erase({ from, to }, by) {
      await dayKeys.refresh();
      return eraseDays(parts, erasableDays(parts, from, to), by);
    },
    prune: (before, by) => pruneRecord(parts, before, by),
    gap: () => epoch.gap(store),
    async acceptRestore(by) {
      await dayKeys.refresh();
      return store.transaction(async (tables) => {
        const gap = await epoch.gap(tables);
        if (!gap) throw new HalyardError("conflict", "Writes are not frozen: there is no restore to accept.");
        // Any of them may have been used after the backup was made.
        let voided = 0;
        for (const { id } of await tables.connections.list())
          voided += await voidLive(
            parts,
            tables,
            { connection_id: id },
            by,
            "the store was restored from a backup, so it may have been used already",
          );
        await epoch.accept(tables);
        const { marked, head } = gap;
        await tables.audit.append({
          at: clock.now(),
          event: "epoch.accepted",
          fields: { by, lost_from: head.seq + 1, lost_to: marked.seq, marked: { ...marked }, head: { ...head }, voided },
        });
        return { gap, voided };
      });
    },
  };
}
