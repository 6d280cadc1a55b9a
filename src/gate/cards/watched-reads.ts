import { HalyardError } from "../../lib/errors.ts";
import type { NewAuditEntry } from "../../store/tables/audit.ts";
import type { GateParts } from "../call.ts";

/** What the gate itself read for a card, to be put on the record with the call that it was for. */
export interface WatchedReads {
  /** The parts to look with. */
  parts: GateParts;
  /** One row of all reads so far, none where nothing was read. */
  entries(at: number, of: Pick<NewAuditEntry, "call_id" | "agent_id" | "connection_id">): NewAuditEntry[];
}

/** Reads through the returned parts are noted: which operation, of what, and how it ended. */
export function watchReads(parts: GateParts): WatchedReads {
  const reads: { operation: string; path: string; http_status: number | null; error: string | null }[] = [];
  return {
    parts: {
      ...parts,
      client: {
        ...parts.client,
        async read(operation, request, credentials, signal) {
          const read = { operation: operation.id, path: request.path, http_status: null, error: null };
          try {
            const answer = await parts.client.read(operation, request, credentials, signal);
            reads.push({ ...read, http_status: answer.status });
            return answer;
          } catch (thrown) {
            reads.push({ ...read, error: thrown instanceof HalyardError ? thrown.code : "internal" });
            throw thrown;
          }
        },
      },
    },
    entries: (at, of) => (reads.length === 0 ? [] : [{ ...of, at, event: "looked", fields: { reads } }]),
  };
}
