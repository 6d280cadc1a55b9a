import { isWrite } from "../catalog/operation.ts";
import { isJsonObject, type Json } from "../lib/json.ts";
import { outlook } from "../policy/outlook.ts";
import type { Preset, Verdict } from "../policy/policy.ts";
import type { Caller, GateParts } from "./call.ts";
import type { Gate } from "./gate.ts";
import { ALARMS_LAST_MS } from "./outcomes/outcomes.ts";

/** What a caller should know before it begins: the account, and what the policy lets it do. No rule texts. */
export interface Overview {
  connection: string;
  account: { id: string; name: string; timezone: string | null; currency: string | null; test: boolean | null };
  policy: { preset: Preset; writes: Record<Verdict, number> };
  actions: number;
  pending_approvals: number;
  /** Own writes whose outcome is not known, and own ones that happened late or twice in the last week. */
  unknown_outcomes: number;
  late_or_twice: number;
}

/** The overview; the account is read through the gate like any other read. */
export async function overviewOf(parts: GateParts, gate: Gate, caller: Caller): Promise<Overview> {
  const { store, catalog, policies } = parts;
  const result = await gate.call(caller, { action: "get_accounts", args: {}, intent: "read" });
  const connection = await store.connections.find(caller.connectionId);
  const { policy, unseen } = await policies.current({ id: caller.connectionId, name: connection?.name ?? "" });
  const writes: Record<Verdict, number> = { allow: 0, ask: 0, deny: 0 };
  for (const operation of catalog.operations) if (isWrite(operation)) writes[outlook(policy, operation, unseen.has(operation.id)).usual]++;
  return {
    connection: connection?.name ?? "",
    account: {
      id: connection?.account_id ?? "",
      name: connection?.account_name ?? "",
      ...accountFacts("body" in result ? result.body : null),
    },
    policy: { preset: policy.preset, writes },
    actions: catalog.operations.length,
    ...(await troublesOf(parts, caller)),
    pending_approvals: await store.approvals.countPending(caller.agentId, parts.clock.now()),
  };
}

async function troublesOf({ store, clock }: GateParts, caller: Caller): Promise<{ unknown_outcomes: number; late_or_twice: number }> {
  const { unknown, alarms } = await store.intents.countTroubles(caller.connectionId, caller.agentId, clock.now() - ALARMS_LAST_MS);
  return { unknown_outcomes: unknown, late_or_twice: alarms };
}

function accountFacts(body: Json | null): { timezone: string | null; currency: string | null; test: boolean | null } {
  const data = isJsonObject(body) && Array.isArray(body["data"]) ? body["data"][0] : undefined;
  const attributes = isJsonObject(data) && isJsonObject(data["attributes"]) ? data["attributes"] : {};
  const text = (name: string): string | null => (typeof attributes[name] === "string" ? attributes[name] : null);
  const test = attributes["test_account"];
  return { timezone: text("timezone"), currency: text("preferred_currency"), test: typeof test === "boolean" ? test : null };
}
