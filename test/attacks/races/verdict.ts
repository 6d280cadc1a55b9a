import type { ApprovalView, CallResult } from "../../../src/gate/call.ts";
import { APPROVAL_ARROWS } from "../../../src/gate/approvals/approval-life.ts";
import { HalyardError } from "../../../src/lib/errors.ts";
import { replayAudit } from "../audit-replay.ts";
import type { Subject } from "./moves.ts";
import type { Task } from "./scheduler.ts";
import type { Play } from "./stage.ts";
import type { Witnessed } from "./watched-store.ts";

type Status = ApprovalView["status"];

/** One change of the approval, in the order of the record. */
interface Arrow {
  from: string;
  to: Status;
  step: number;
  task: Task | undefined;
}

/**
 * Whether what everyone was told can be explained by one order of events, that of the record: each change by an arrow that there is, each answer by a state that held
 * while it was being given, at most one intent and one effect, and nothing intended after what forbids it. Gives what cannot be explained.
 */
export function explain(play: Play, { approval }: Subject, tasks: readonly Task[]): string[] {
  const { witnessed, effects } = play;
  const rows = witnessed.map(({ event, call, fields }, at) => ({
    seq: at + 1,
    at: 0,
    event,
    call_id: call,
    agent_id: null,
    connection_id: null,
    fields,
    prev_hash: "",
    hash: "",
  }));
  const { intents, violations } = replayAudit(rows);
  const arrows = witnessed
    .filter(({ event, fields }) => fields["approval"] === approval && event.startsWith("approval.") && event !== "approval.asked")
    .map(({ event, fields, step, task }): Arrow => ({
      from: String(fields["from"]),
      to: event.slice("approval.".length) as Status,
      step,
      task,
    }));
  const wrong = [...violations, ...wrongArrows(arrows)];
  const used = intents.filter((intent) => intent.approval === approval);
  if (used.length > 1) wrong.push(`${used.length} intents of one approval`);
  const known = new Set(intents.map(({ id }) => id));
  for (const { intent } of effects) if (!known.has(intent)) wrong.push("an effect without an intent");
  if (new Set(effects.map(({ intent }) => intent)).size !== effects.length) wrong.push("two effects of one intent");
  wrong.push(...wrongAfter(witnessed, /^(connection|agent)\.revoked$/), ...wrongWhileStopped(witnessed));
  for (const { id, outcome } of intents) {
    const happened = effects.some(({ intent }) => intent === id);
    if (outcome === undefined) wrong.push("an intent that has no outcome after the recovery");
    else if (happened ? !["done", "accepted", "unknown"].includes(outcome) : !["not_sent", "unknown"].includes(outcome))
      wrong.push(`an intent that is told as ${outcome}, and it ${happened ? "happened" : "did not happen"}`);
  }
  for (const task of tasks)
    if (task.began !== undefined && task.ended !== undefined)
      wrong.push(...wrongTold(task, arrows, approval).map((why) => `${task.name}: ${why}`));
  return wrong;
}

function wrongArrows(arrows: readonly Arrow[]): string[] {
  let status: Status = "pending";
  return arrows.flatMap(({ from, to }) => {
    const isThere = from === status && APPROVAL_ARROWS[status].includes(to);
    const why = isThere ? [] : [`it went from ${from} to ${to}, and it was ${status}`];
    status = to;
    return why;
  });
}

/** Intents that come after what forbids them. */
function wrongAfter(witnessed: readonly Witnessed[], event: RegExp): string[] {
  const at = witnessed.findIndex((row) => event.test(row.event));
  return at < 0 ? [] : witnessed.slice(at).flatMap((row) => (row.event === "intent" ? [`an intent after ${witnessed[at]?.event}`] : []));
}

/** Intents between a stop of everything and the word that lets writes go again. */
function wrongWhileStopped(witnessed: readonly Witnessed[]): string[] {
  let isStopped = false;
  return witnessed.flatMap(({ event }) => {
    if (event === "writes.stopped" || event === "writes.resumed") isStopped = event === "writes.stopped";
    return isStopped && event === "intent" ? ["an intent while everything was stopped"] : [];
  });
}

/** The states that held at some moment while a task ran. */
function heldDuring(arrows: readonly Arrow[], { began = 0, ended = 0 }: Task): Set<string> {
  const held = new Set<string>();
  let status: string = "pending";
  for (const { to, step } of arrows) {
    if (step > began) held.add(status);
    if (step > ended) return held;
    status = to;
  }
  return held.add(status);
}

function wrongTold(task: Task, arrows: readonly Arrow[], approval: string): string[] {
  const own = arrows.filter((arrow) => arrow.task === task);
  const held = heldDuring(arrows, task);
  const { failure, value } = task;
  if (failure !== undefined && !(failure instanceof HalyardError)) return [`it failed: ${String(failure)}`];
  const isDecision = task.name.startsWith("approve") || task.name === "deny";
  if (failure instanceof HalyardError && isDecision) {
    const told = /This approval is (\w+) already/.exec(failure.message)?.[1];
    const decided = own.some(({ to }) => to === "approved" || to === "denied");
    if (decided) return ["it was told that it came too late, and it decided"];
    return told === undefined || held.has(told) ? [] : [`it was told ${told}, which did not hold then (${[...held].join(", ")})`];
  }
  if (value === undefined || failure !== undefined) return [];
  if (isDecision) {
    const { status } = value as ApprovalView;
    const wanted = task.name === "deny" ? ["denied", "voided"] : ["approved"];
    if (!own.some(({ to }) => wanted.includes(to))) return [`it was told yes, and changed nothing (${status})`];
    return held.has(status) ? [] : [`it was shown ${status}, which did not hold then`];
  }
  if (task.name === "look")
    return held.has((value as ApprovalView).status) ? [] : [`it was shown ${(value as ApprovalView).status}, which did not hold then`];
  if (task.name !== "call") return [];
  const result = value as CallResult;
  const isOurs = "approval_id" in result && result.approval_id === approval;
  if (!isOurs) return [];
  // Approved in the moment of the call: the next one uses it.
  if (result.status === "held") return held.has("approved") ? [] : ["it was told that it is held, and it was not approved"];
  if (result.status === "approval_required")
    return held.has("pending") || held.has("approved") ? [] : ["it was told to wait for what is decided"];
  return held.has("consumed") ? [] : [`it was told ${result.status} under an approval that was not used`];
}
