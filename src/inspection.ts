import { url } from "node:inspector";
import { HalyardError } from "./lib/errors.ts";

/**
 * Refuses to work with a real account while Node's inspector is open: whoever reaches it reads the memory, keys too. With sandboxes alone it may be, for
 * whoever works on Halyard itself.
 */
export function assertNotInspected(connections: readonly { kind: string; status: string }[]): void {
  if (url() === undefined || connections.every(({ kind, status }) => kind === "sandbox" || status !== "active")) return;
  throw new HalyardError("config", "Node's inspector is open in this process; through it anyone can read the keys from memory.", {
    hint: "Start without --inspect, in NODE_OPTIONS too.",
  });
}
