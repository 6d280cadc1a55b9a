import assert from "node:assert/strict";
import type { DoorRefusalKind } from "../../src/gate/record/refusals.ts";
import type { ErrorCode } from "../../src/lib/errors.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import type { Lane } from "./case.ts";
import type { Told } from "./doors.ts";
import { effectsSince, markOf, rowsSince } from "./oracle.ts";

type Write = [action: string, args: JsonObject];

/** Rows that the gateway writes of itself when their time comes. */
const HOUSEKEEPING = ["policy.changed", "checkpoint"];

/** Calls the write tool as an agent does. */
export function write({ door }: Pick<Lane, "door">, [action, args]: Write, more: JsonObject = {}): Promise<Told> {
  return door.call("write", { action, args, reason: "an attack", ...more });
}

/** Refused with one of the codes: nothing reached the account, one row tells why, and the answer holds neither key nor rule. */
export async function refuses(lane: Lane, attempt: () => Promise<Told>, ...codes: ErrorCode[]): Promise<Told> {
  return refusedBy(lane, attempt, codes);
}

/** Refused before the gate hears of it, and told by a row of the door: the tool does not take such arguments. */
export async function refusesAtDoor(lane: Lane, attempt: () => Promise<Told>): Promise<Told> {
  return refusedBy(lane, attempt, ["invalid_arguments"], "tool_arguments");
}

async function refusedBy(lane: Lane, attempt: () => Promise<Told>, codes: ErrorCode[], door?: DoorRefusalKind): Promise<Told> {
  const { range } = lane;
  const mark = await markOf(range);
  const told = await attempt();
  assert.ok(told.status === "error" && codes.includes(told.code as ErrorCode), `refused with ${codes.join(" or ")}, not ${brief(told)}`);
  assert.deepEqual(effectsSince(range, mark), []);
  const by = door ?? told.code;
  const rows = (await rowsSince(range, mark)).filter(({ event }) => !HOUSEKEEPING.includes(event));
  assert.deepEqual(
    rows.map(({ event, fields }) => [event, fields["error"] ?? fields["at_door"]]),
    [["refused", by]],
  );
  assertQuiet(lane, told);
  return told;
}

/** The answer teaches nothing: no key, no rule's name, no stack, no path. */
export function assertQuiet({ range }: Pick<Lane, "range">, { text }: Pick<Told, "text">): void {
  assert.ok(!text.includes(range.key.slice(0, 12)), "the answer holds the key");
  assert.ok(!/titles-only|node_modules|\.ts:\d|SQLITE|at async/.test(text), "the answer holds a rule's name, a stack or a path");
}

/** Asked: nothing was sent, and the answer names the approval. */
export async function asks(lane: Lane, wanted: Write): Promise<string> {
  const mark = await markOf(lane.range);
  const told = await write(lane, wanted);
  assert.equal(told.status, "approval_required", brief(told));
  assert.deepEqual(effectsSince(lane.range, mark), []);
  return String(told.data["approval_id"]);
}

/** Denied by the policy: an ordinary answer, and nothing was sent. */
export async function denies(lane: Lane, wanted: Write): Promise<Told> {
  const mark = await markOf(lane.range);
  const told = await write(lane, wanted);
  assert.equal(told.status, "denied", brief(told));
  assert.deepEqual(effectsSince(lane.range, mark), []);
  assertQuiet(lane, told);
  return told;
}

/** It ran: done, or taken as a job. */
export async function runs(lane: Lane, wanted: Write): Promise<Told> {
  const told = await write(lane, wanted);
  assert.ok(["done", "accepted"].includes(told.status), brief(told));
  return told;
}

/** How many requests that may change something reached the account since the case began. */
export function effectCount({ range, mark }: Lane): number {
  return effectsSince(range, mark).length;
}

export function brief({ status, code, text }: Told): string {
  return `${status} ${code} ${text.slice(0, 160)}`;
}

/** Runs `work` under another policy and puts the usual one back. */
export async function under<T>({ range }: Lane, policy: string, usual: string, work: () => Promise<T>): Promise<T> {
  range.setPolicy(policy);
  try {
    return await work();
  } finally {
    range.setPolicy(usual);
  }
}
