import type { Transitions } from "../engine/tasks.ts";
import type { ConversationRow } from "../resources/conversation-rows.ts";
import type { WebhookDeliveryRow } from "../resources/webhook-rows.ts";
import type { Row } from "../state/collection.ts";
import type { Change } from "../state/state.ts";
import type { Fault } from "./faults.ts";
import type { LedgerEntry } from "./ledger.ts";

/**
 * What may be done to a running sandbox from outside, over `/_sandbox` as over these functions. Clock, faults, ledger and transitions are
 * the server's; the rest is of one account, the first unless {@link SandboxControl.of} names another.
 */
export interface SandboxControl {
  /**
   * Back to the seed state, of as many profiles as before unless told: rows, keys, counters of limits; and faults and ledger. Clock,
   * snapshots and transitions stay.
   */
  reset(profiles?: number): void;
  clock(): { mode: "real" | "manual"; now: number };
  /** Moves a manual clock and does what became due. `invalid_arguments` with a real one. */
  advance(byMs: number): void;
  setClock(toMs: number): void;
  transitions(): Transitions;
  setTransitions(transitions: Transitions): void;
  setFaults(faults: readonly Fault[]): void;
  faults(): Fault[];
  clearFaults(): void;
  ledger(since?: number): LedgerEntry[];
  clearLedger(): void;
  /** Hashing goes over every row: seconds for a large account. */
  state(): { hash: string; counts: Record<string, number> };
  /** The counts alone. */
  counts(): Record<string, number>;
  /** Every row of these collections, or of all, in the order of collections and ids. Keys are left out. */
  dump(collections?: readonly string[]): Iterable<{ collection: string; row: Row }>;
  /** Keeps the state under a name; one of the same name is replaced. Of a manual clock its position too. */
  snapshot(name: string): void;
  snapshots(): { name: string; at: number }[];
  /** Puts rows, keys, id streams and a manual clock back. `not_found` when there is no such snapshot. */
  restore(name: string): void;
  dropSnapshot(name: string): void;
  /** Rows that differ between a snapshot and another, or now. */
  compare(from: string, to?: string): Change[];
  /** `id` is the name that the ledger shows, `api_id` and `label` are the key's id and name in the API. */
  keys(): { id: string; api_id: string; label: string; scopes: readonly string[] | null; disabled: boolean; revoked: boolean }[];
  /** Makes a key and returns it. `conflict` when the name is taken. */
  createKey(name: string, scopes: readonly string[] | null): string;
  /** `not_found` when there is no key of that name. */
  revokeKey(name: string): void;
  /** Lets a key that was disabled open again, as its owner can without one. `not_found` as before. */
  enableKey(name: string): void;
  /** Lets a person begin a conversation, which nothing in the API does, and returns its id. `not_found` when there is no such profile. */
  converse(profile: string, channel: ConversationRow["channel"]): string;
  /** Clicks the links of all double opt-in messages to an address or a number; how many there were. `not_found` when none is out. */
  confirm(address: string): number;
  /** Takes away what only the owner can take away, outside of the API. `not_found` when there is no such resource. */
  remove(type: string, id: string): void;
  /** Deliveries of webhooks, once none is on its way. */
  deliveries(): Promise<WebhookDeliveryRow[]>;
  coverage(): { area: string; implemented: string[]; missing: string[] }[];
  accounts(): { id: string; name: string; profiles: number }[];
  /** Opens a further account on this server. `conflict` when there is one of that seed. */
  addAccount(seed: string, profiles: number): { id: string; name: string; keys: { full: string; readOnly: string } };
  /** The same functions over another account. `not_found` when there is none of that id. */
  of(accountId: string): SandboxControl;
}
