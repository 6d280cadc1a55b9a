import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../lib/clock.ts";
import type { ErrorReport } from "../lib/errors.ts";
import type { NewId, RandomBytes } from "../lib/ids.ts";
import type { Json, JsonObject } from "../lib/json.ts";
import type { Client } from "../klaviyo/client.ts";
import type { Store } from "../store/store.ts";
import type { Vault } from "../vault/vault.ts";
import type { AuditSigner } from "./record/audit-key.ts";
import type { Card } from "./cards/card.ts";
import type { AtPoint } from "./crash-points.ts";
import type { DayKeys } from "./record/day-keys.ts";
import type { Epoch } from "./record/epoch.ts";
import type { Fence } from "./fence.ts";
import { PENDING_EACH_AGENT } from "../policy/caps.ts";
import type { PolicySource } from "./policies/policy-files.ts";
import type { Refusals } from "./record/refusals.ts";

/** Through which door a call came. */
export type Door = "stdio" | "http" | "cli";

/** Who calls: an agent by its token, or the owner at the command line. `agentId` of the owner is {@link OWNER}. */
export interface Caller {
  door: Door;
  agentId: string;
  agentName: string;
  connectionId: string;
}

export const OWNER = "owner";

/** The action under which several calls are asked as one; no operation of Klaviyo's. */
export const PLAN = "plan";

/** What a caller asks: an action's name and flat arguments. `reason` is the agent's own words and never a fact. */
export interface CallInput {
  action: string;
  args: Json;
  reason?: string;
  /** `read` refuses writes and `write` refuses reads, so that a tool annotated as read-only cannot change anything. */
  intent: "read" | "write" | "any";
}

/** How a call ended. Refusals of bad input are thrown as `HalyardError` instead: nothing was decided then. */
export type CallResult = (Ran | ApprovalRequired | Held | InProgress | Denied | NotDone | PlanRan | Cancelled) & { undo?: UndoProgress };

/** How far the undoing has come that this call is a step of. */
export interface UndoProgress {
  /** The call that is undone. */
  call: string;
  steps_done: number;
  steps: number;
  class: "exact" | "compensation";
  /** What is not put back, or not as it was. */
  notes: string[];
  /** Whether others have changed it since; asked before the first step. */
  drift: "none" | "changed" | "unknown";
}

/** An undo that came before the sending: the call does not go. */
export interface Cancelled {
  status: "cancelled";
  call_id: string;
  operation: string;
}

/** `done`: Klaviyo did it. `accepted`: Klaviyo took it as a job and will do it. */
export interface Ran {
  status: "done" | "accepted";
  call_id: string;
  operation: string;
  http_status: number;
  body: Json | null;
  /** For agents: fields that outsiders can write are to be marked. */
  marked?: true;
  /** The approval under which it ran. */
  approval_id?: string;
  /** True when it ran earlier, under an approval, and this call only reports it. */
  earlier?: true;
  /** Where the owner changed what was asked: the exact arguments that were sent. */
  executed?: JsonObject;
  /** True when the store failed after the fact: it happened as told, and is not on the record yet. */
  unrecorded?: true;
  /** Set where the answer was lost and the gate found out by looking: how it knows. */
  found_out?: string;
  /** What the job came to, in numbers. */
  job?: JobCounts;
}

/** Rows of a job, as far as Klaviyo counts them. */
export interface JobCounts {
  status: string;
  total: number | null;
  completed: number | null;
  failed: number | null;
}

export interface ApprovalRequired {
  status: "approval_required";
  call_id: string;
  approval_id: string;
  operation: string;
  because: string;
  /** ISO 8601. */
  decide_by: string;
}

/** Approved, and waiting for its time; the owner can stop it until then. */
export interface Held {
  status: "held";
  call_id: string;
  approval_id: string;
  operation: string;
  /** ISO 8601. */
  goes_at: string;
  /** False where it goes only when the agent calls again then. */
  by_itself: boolean;
}

/** What became of a plan: all of it, or as far as the first step that did not succeed. */
export interface PlanRan {
  status: "plan_done" | "plan_stopped";
  call_id: string;
  operation: typeof PLAN;
  approval_id?: string;
  earlier?: true;
  steps: PlanStep[];
}

export interface PlanStep {
  /** From 1. */
  step: number;
  operation: string;
  /** Absent where it was not sent. */
  result?: CallResult;
}

/** The same call is on its way at this moment. */
export interface InProgress {
  status: "in_progress";
  call_id: string;
  /** The approval under which it goes. */
  approval_id?: string;
  operation: string;
}

export interface Denied {
  status: "denied";
  call_id: string;
  operation: string;
  because: string;
}

/**
 * `rejected`: Klaviyo refused, nothing changed. `failed`: it never left, or the gate looked and it did not happen; or, with `job`, Klaviyo took it
 * and the job failed or did only a part. `unknown`: it may or may not have happened.
 */
export interface NotDone {
  status: "rejected" | "failed" | "unknown";
  call_id: string;
  operation: string;
  error: ErrorReport;
  approval_id?: string;
  /** Where the owner changed what was asked: the exact arguments that were sent. */
  executed?: JsonObject;
  /** For `unknown`: how to find out. */
  how_to_check?: string;
  /** For `unknown`: until when the gate itself looks, ISO 8601; absent where nothing can be looked up. */
  looking_until?: string;
  job?: JobCounts;
  unrecorded?: true;
}

/** How the sending of a used approval ended; `failed`: it never left, `reconciled`: what was unknown was found out. */
export const ENDED_STATUSES = ["done", "accepted", "rejected", "failed", "unknown", "reconciled"] as const;
export type EndedStatus = (typeof ENDED_STATUSES)[number];

export const APPROVAL_STATUSES = ["pending", "approved", "denied", "expired", "voided", "consumed", ...ENDED_STATUSES] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** Whether an approval has been used: it is being sent, or was. */
export function isUsed(status: ApprovalStatus): boolean {
  return status === "consumed" || ENDED_STATUSES.some((ended) => ended === status);
}

/** An approval as its owner, or the agent that caused it, may see it. Times are ISO 8601. */
export interface ApprovalView {
  approval_id: string;
  call_id: string;
  connection_id: string;
  agent_id: string;
  operation: string;
  /** The same for calls of one agent that differ only in their values. */
  shape: string;
  /** Of the exact call: a rule of the policy can name it. */
  digest: string;
  status: ApprovalStatus;
  status_reason: string | null;
  created_at: string;
  decide_by: string;
  use_by: string;
  decided_by: string | null;
  decided_at: string | null;
  card: Card;
  /** Approved, and held until then. */
  goes_at?: string;
  /** Whether it goes then without the agent asking again. */
  goes_by_itself?: boolean;
  /** The approval that took its place: the owner changed the arguments, or what it rests on changed. */
  replaced_by?: string;
  /** Who changed the arguments that the agent had asked for, and what they are now. */
  edited_by?: string;
  executed?: JsonObject;
  /** What became of it once it was used. */
  result?: CallResult;
}

/** Everything the eight steps need. */
export interface GateParts {
  catalog: Catalog;
  store: Store;
  vault: Vault;
  client: Client;
  policies: PolicySource;
  clock: Clock;
  newId: NewId;
  random: RandomBytes;
  /** Names this process in intents: `host:pid:nonce`. */
  holder: string;
  /** Whether the process of that name still runs; undefined where it cannot be told (another machine). */
  isRunning(holder: string): boolean | undefined;
  fence: Fence;
  at: AtPoint;
  /** Whether the agent has read text that outsiders can write. Where nobody keeps track of it, it cannot be told. */
  isTainted?(agentId: string): Promise<boolean>;
  limits: GateLimits;
  signer: AuditSigner;
  dayKeys: DayKeys;
  epoch: Epoch;
  refusals: Refusals;
  /** Whether a read is answered although the store cannot take its row; a write never is. */
  allowUnrecordedReads: boolean;
}

export interface GateLimits {
  /** How long an approval waits for the owner. */
  decideWithinMs: number;
  /** How long after the owner's yes it may be used. */
  useWithinMs: number;
  /** Pending approvals per agent; more are refused. */
  maxPending: number;
  /** How long an intent may stay open before another process calls its outcome unknown. */
  openIntentMs: number;
  /** Rows that refusals of one caller may leave in a minute; further ones are counted and written as one row. */
  refusalsPerMinute: number;
  /** How long the owner's no answers the same call again by itself. */
  denialHoldsMs: number;
  /** How long a variant of a denied call waits after the first denial; twice as long after each further one. */
  variantCoolDownMs: number;
  /** So many denials of the same call within `denialHoldsMs` pause an agent. */
  denialsUntilPause: number;
  /** How long after a write whose answer was lost its absence proves nothing yet. */
  reconcileWindowMs: number;
  /** How far the account's clock may be from ours. */
  clockSkewMs: number;
  /** How long the gate goes on looking for what it could not find out, and for effects that come late. */
  lookForMs: number;
  /** How long a write can be undone, and what was there before it is kept. */
  undoWithinMs: number;
}

export const GATE_LIMITS: GateLimits = {
  decideWithinMs: 24 * 3_600_000,
  useWithinMs: 3_600_000,
  maxPending: PENDING_EACH_AGENT,
  openIntentMs: 5 * 60_000,
  refusalsPerMinute: 100,
  denialHoldsMs: 3_600_000,
  variantCoolDownMs: 60_000,
  denialsUntilPause: 3,
  reconcileWindowMs: 120_000,
  clockSkewMs: 120_000,
  lookForMs: 24 * 3_600_000,
  undoWithinMs: 30 * 24 * 3_600_000,
};
