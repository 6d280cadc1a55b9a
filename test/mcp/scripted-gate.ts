import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { ApprovalView, CallInput, CallResult, Caller } from "../../src/gate/call.ts";
import type { Gate } from "../../src/gate/gate.ts";
import { HalyardError } from "../../src/lib/errors.ts";
import type { Log } from "../../src/lib/log.ts";
import type { McpParts } from "../../src/mcp/tool.ts";

/** A gate that answers what it was told and remembers who asked what: the doors are tested without the eight steps behind them. */
export interface ScriptedGate extends McpParts {
  calls: { caller: Caller; input: CallInput }[];
  /** Next results of `call`, first come first served; then everything is done with an empty list. */
  results: (CallResult | Error)[];
  approvals: Map<string, ApprovalView>;
}

export function createScriptedGate(): ScriptedGate {
  const calls: ScriptedGate["calls"] = [];
  const results: ScriptedGate["results"] = [];
  const approvals: ScriptedGate["approvals"] = new Map();
  const unexpected = (): never => {
    throw new Error("The doors have no business with this");
  };
  const gate: Gate = {
    call(caller, input) {
      calls.push({ caller, input });
      const next = results.shift() ?? done({ data: [] });
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    approval(caller, approvalId) {
      const view = approvals.get(approvalId);
      if (view?.agent_id !== caller.agentId) return Promise.reject(new HalyardError("not_found", "There is no approval of that id."));
      return Promise.resolve(view);
    },
    approvals: unexpected,
    approve: unexpected,
    deny: unexpected,
    edit: unexpected,
    standing: unexpected,
    stop: unexpected,
    sendDue: unexpected,
    attend: unexpected,
    recover: unexpected,
    reconcile: unexpected,
    reconcileBeside: unexpected,
    stopAll: unexpected,
    resume: unexpected,
    close: unexpected,
  };
  return {
    calls,
    results,
    approvals,
    catalog: loadCatalog(),
    gate,
    overview: (caller) => Promise.resolve({ agent: caller.agentName, account: { id: "ABC123", currency: null } }),
  };
}

/** A call that Klaviyo answered with `body`. */
export function done(body: CallResult extends infer R ? (R extends { body: infer B } ? B : never) : never): CallResult {
  return { status: "done", call_id: "call_1", operation: "get_lists", http_status: 200, body };
}

export function callerOf(agent: string, door: Caller["door"] = "http"): Caller {
  return { door, agentId: `agent_${agent}`, agentName: agent, connectionId: "conn_1" };
}

/** Log lines as one text each. */
export function createLines(): { lines: string[]; log: Log } {
  const lines: string[] = [];
  return { lines, log: (level, event, fields = {}) => void lines.push(`${level} ${event} ${JSON.stringify(fields)}`) };
}
