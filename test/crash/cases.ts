import type { JsonObject } from "../../src/lib/json.ts";
import type { SandboxControl } from "../../src/sandbox/server/control.ts";
import type { Fault } from "../../src/sandbox/server/faults.ts";

export const BEHAVIOURS = {
  ok: undefined,
  "dropped before": { fault: "drop_before" },
  "dropped after effect": { fault: "drop_after" },
  "500 after effect": { fault: "error_after", status: 500 },
  "429 first": { fault: "rate_limit" },
  "late effect": { fault: "late_effect", ms: 60_000 },
  "torn body": { fault: "torn_body" },
  slow: { fault: "slow_body", ms: 20 },
} as const satisfies Record<string, Omit<Fault, "match"> | undefined>;
export type Behaviour = keyof typeof BEHAVIOURS;

/** `allowed`: the policy lets it through. `approved`: the owner says yes first. `planned`: as the first of two calls under one yes. */
export const WAYS = ["allowed", "approved", "planned"] as const;
export type Way = (typeof WAYS)[number];

export const POLICIES: Record<Way, string> = {
  allowed: "version: 1\npreset: operator\nrules: [{id: all, effect: allow, risk: [0, 1, 2, 3, 4]}]\n",
  approved: "version: 1\npreset: read-only\nrules: []\n",
  planned: "version: 1\npreset: read-only\nrules: []\n",
};

interface Subject {
  action: string;
  args(listId: string): JsonObject;
  /** How often what the call wants has happened, by the rows of the shop. */
  count(control: SandboxControl): number;
}

const rowsWith = (control: SandboxControl, collection: string, text: string): number =>
  [...control.dump([collection])].filter(({ row }) => JSON.stringify(row).includes(text)).length;

/** One write of each retry class. */
export const CLASSES = {
  idempotent: {
    action: "update_list",
    args: (id) => ({ id, name: "New name of it" }),
    count: (control) => rowsWith(control, "lists", "New name of it"),
  },
  "natural-key": {
    action: "create_event",
    args: () => ({ properties: { n: 1 }, metric: { name: "Crash tried" }, profile: { email: "crash@example.com" } }),
    count: (control) => rowsWith(control, "events", "halyard-"),
  },
  readable: {
    action: "create_list",
    args: () => ({ name: "Made in a crash" }),
    count: (control) => rowsWith(control, "lists", "Made in a crash"),
  },
  unreadable: {
    action: "bulk_subscribe_profiles",
    args: () => ({ profiles: [{ email: "crash@example.com", subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } } }] }),
    // The state does not tell how often somebody was subscribed; the ledger does.
    count: (control) =>
      control.ledger().filter(({ operation, status, changed }) => operation === "bulk_subscribe_profiles" && status < 300 && changed)
        .length,
  },
} as const satisfies Record<string, Subject>;
export type RetryClassName = keyof typeof CLASSES;

export interface Kill {
  /** Which process: the one that takes the call, or the one that comes after it was killed with the answer in hand. */
  phase: "call" | "recovery";
  point: string;
  nth: number;
}

export interface Case {
  retryClass: RetryClassName;
  behaviour: Behaviour;
  way: Way;
  /** Absent for a case in which nobody is killed. */
  kill?: Kill;
}

export function nameOfCase({ retryClass, behaviour, way, kill }: Case): string {
  return `${retryClass}, ${behaviour}, ${way}, ${kill ? `${kill.phase} killed at ${kill.point} (${kill.nth})` : "nobody killed"}`;
}

/** The negative control: with no window to wait for, this one must come out as a duplicate. */
export const UNGUARDED: Case = { retryClass: "readable", behaviour: "late effect", way: "allowed" };
