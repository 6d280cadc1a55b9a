import type { NewAgent } from "../../src/store/tables/agents.ts";
import type { NewApproval } from "../../src/store/tables/approvals.ts";
import type { NewBeforeImage } from "../../src/store/tables/before-images.ts";
import type { NewCall } from "../../src/store/tables/calls.ts";
import type { NewConnection } from "../../src/store/tables/connections.ts";
import type { NewIntent } from "../../src/store/tables/intents.ts";
import type { Store } from "../../src/store/store.ts";

/** Rows that satisfy the schema; a test overrides what it is about. */
export const START_MS = Date.UTC(2026, 6, 15, 10);

export function connectionRow(over: Partial<NewConnection> = {}): NewConnection {
  return {
    id: "conn_1",
    name: "shop",
    kind: "sandbox",
    origin: "http://127.0.0.1:4000",
    account_id: "AbC123",
    account_name: "Shop",
    scopes: ["lists:read", "lists:write"],
    status: "active",
    created_at: START_MS,
    checked_at: START_MS,
    ...over,
  };
}

export function agentRow(over: Partial<NewAgent> = {}): NewAgent {
  return { id: "agent_1", name: "claude", token_hash: "a".repeat(64), connection_id: "conn_1", created_at: START_MS, ...over };
}

export function callRow(over: Partial<NewCall> = {}): NewCall {
  return {
    id: "call_1",
    door: "stdio",
    agent_id: "agent_1",
    connection_id: "conn_1",
    action: "create_list",
    operation: "create_list",
    digest: "d1",
    effect_kind: "create",
    risk: 1,
    status: "received",
    received_at: START_MS,
    ...over,
  };
}

export function approvalRow(over: Partial<NewApproval> = {}): NewApproval {
  return {
    id: "appr_1",
    call_id: "call_1",
    connection_id: "conn_1",
    account_id: "AbC123",
    agent_id: "agent_1",
    operation: "create_list",
    revision: "2026-07-15",
    catalog_hash: "c",
    digest: "d1",
    preconditions_digest: "p",
    effect_kind: "create",
    risk: 1,
    people: null,
    people_basis: "none",
    tainted: 0,
    policy_version: 1,
    card: "{}",
    card_digest: "cd",
    request_sealed: "hv1.x",
    created_at: START_MS,
    decide_by: START_MS + 1000,
    use_by: START_MS + 2000,
    status: "pending",
    record_version: 2,
    runs_itself: 0,
    sender: null,
    hmac: "h",
    ...over,
  };
}

export function beforeImageRow(over: Partial<NewBeforeImage> = {}): NewBeforeImage {
  return {
    call_id: "call_1",
    connection_id: "conn_1",
    undo_class: "exact",
    sealed: "hd1.day_2026-07-15_00000001.before",
    kept_at: START_MS,
    until: START_MS + 1000,
    steps_done: 0,
    ...over,
  };
}

export function intentRow(over: Partial<NewIntent> = {}): NewIntent {
  return {
    id: "intent_1",
    call_id: "call_1",
    connection_id: "conn_1",
    operation: "create_list",
    digest: "d1",
    retry_class: "readable",
    holder: "pid-1",
    created_at: START_MS,
    status: "open",
    ...over,
  };
}

/** A connection, an agent and `calls` calls named call_1, call_2 … */
export async function seed(store: Store, calls = 1): Promise<void> {
  await store.connections.insert(connectionRow());
  await store.agents.insert(agentRow());
  for (let n = 1; n <= calls; n++) await store.calls.insert(callRow({ id: `call_${n}`, received_at: START_MS + n }));
}
