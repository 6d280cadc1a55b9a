import type { JsonObject } from "../../src/lib/json.ts";
import type { AuditRow } from "../../src/store/tables/audit.ts";

/** One promise to send, as the record tells it. */
export interface RecordedIntent {
  id: string;
  operation: string;
  digest: string;
  approval: string | null;
  /** The last outcome on record; undefined while there is none. */
  outcome?: string;
}

export interface Replay {
  intents: RecordedIntent[];
  /** What the record says that must not be. */
  violations: string[];
}

interface Asked {
  digest: string;
  call: string | null;
  /** The owner changed the arguments: the yes is for other ones than the call has. */
  isEdited: boolean;
  /** The plan that it is a step of. */
  plan: string | null;
  status: string;
  by: string;
  intents: number;
}

const text = (fields: JsonObject, name: string): string => {
  const value = fields[name];
  return typeof value === "string" ? value : "";
};

/** Reads the record from its beginning, knowing nothing of the gate: which intents had a right to be, and which had not. */
export function replayAudit(rows: readonly AuditRow[]): Replay {
  const calls = new Map<string, { digest: string; verdict: string }>();
  const approvals = new Map<string, Asked>();
  const intents = new Map<string, RecordedIntent>();
  const violations: string[] = [];
  for (const { event, call_id, fields, seq } of rows) {
    const call = calls.get(call_id ?? "");
    const approval = approvals.get(text(fields, "approval"));
    if (event === "received") calls.set(call_id ?? "", { digest: text(fields, "digest"), verdict: "" });
    else if (event === "decided" && call) call.verdict = text(fields, "verdict");
    else if (event === "approval.asked")
      approvals.set(text(fields, "approval"), {
        digest: text(fields, "digest"),
        call: call_id,
        isEdited: text(fields, "edited_by") !== "",
        plan: text(fields, "plan") || null,
        status: "pending",
        by: "",
        intents: 0,
      });
    else if (event.startsWith("approval.") && approval) {
      const to = event.slice("approval.".length);
      if (text(fields, "from") !== approval.status)
        violations.push(`${seq}: an approval went to ${to} from ${text(fields, "from")}, but it was ${approval.status}`);
      if (to === "approved") approval.by = text(fields, "by");
      approval.status = to;
    } else if (event === "intent") {
      const intent = {
        id: text(fields, "intent"),
        operation: text(fields, "operation"),
        digest: text(fields, "digest"),
        approval: text(fields, "approval") || null,
      };
      intents.set(intent.id, intent);
      violations.push(
        ...wrongWith(intent, { id: call_id, ...call }, approval, approvals).map((why) => `${seq}: ${intent.operation}: ${why}`),
      );
      if (approval) approval.intents++;
    } else if (event === "outcome") {
      const intent = intents.get(text(fields, "intent"));
      if (intent) intent.outcome = text(fields, "status");
      else violations.push(`${seq}: an outcome without an intent`);
    }
  }
  return { intents: [...intents.values()], violations };
}

interface Called {
  id: string | null;
  digest?: string;
  verdict?: string;
}

function wrongWith(intent: RecordedIntent, call: Called, approval: Asked | undefined, approvals: ReadonlyMap<string, Asked>): string[] {
  if (call.digest === undefined) return ["an intent of no call"];
  const wrong = call.digest === intent.digest || approval?.isEdited ? [] : ["the intent is of another digest than its call"];
  if (intent.approval === null)
    return call.verdict === "allow" ? wrong : [...wrong, `an intent without approval, and the decision was ${call.verdict}`];
  if (!approval) return [...wrong, "an intent under an approval that was never asked"];
  if (approval.plan !== null) wrong.push(...wrongInPlan(call, approval, approvals.get(approval.plan)));
  else if (approval.digest !== intent.digest) wrong.push("the approval is of another digest");
  if (approval.status !== "consumed") wrong.push(`the approval is ${approval.status}`);
  if (approval.by === "") wrong.push("nobody said yes to the approval");
  if (approval.intents > 0) wrong.push("a second intent of one approval");
  return wrong;
}

/** The digest of a step binds its place in the plan, so it is by its call that it is known. */
function wrongInPlan(call: Called, step: Asked, plan: Asked | undefined): string[] {
  if (!plan) return ["a step of a plan that was never asked"];
  const wrong = step.call === call.id ? [] : ["a step's yes was used for another call"];
  if (plan.by === "" || plan.status !== "consumed") wrong.push(`the plan is ${plan.status}`);
  return wrong;
}
