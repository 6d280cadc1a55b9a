import { createGate, type Gate } from "../../src/gate/gate.ts";
import type { CallResult } from "../../src/gate/call.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import { HalyardError } from "../../src/lib/errors.ts";
import { isJsonObject, parseStrictJson, type Json, type JsonObject } from "../../src/lib/json.ts";
import { missingFrom } from "./cards.ts";
import { partsOf } from "./gate-parts.ts";
import { leavesIn, pathText, replaced, slightlyOther } from "./leaves.ts";
import { effectsSince, markOf, reckon } from "./oracle.ts";
import { openRange, type AgentName, type Range, type RangeOptions } from "./range.ts";

/** Every write is asked, or allowed after a typed yes: nothing runs by itself. */
const ASKING = "version: 1\npreset: assistant\nrules:\n  - { id: all, effect: ask, risk: [1, 2, 3, 4, 5] }\nhold: { sends_seconds: 0 }\n";

export interface BoundReport {
  writes: number;
  leaves: number;
  /** Single changes after the yes, and those that were rejected. */
  mutations: number;
  rejected: number;
  /** Fields beside the arguments: agent, connection, catalog, policy, account. */
  fields: number;
  fieldsRejected: number;
  /** The same JSON written otherwise, and those that used the yes. */
  equal: number;
  accepted: number;
  /** Writes whose card shows every leaf. */
  cards: number;
  wrong: string[];
}

const LAP = 25;

/** Changes each leaf of each write after the owner's yes; then uses the yes with the same JSON in another form. */
export async function tryBound(only: (operation: Operation) => boolean = () => true, options: RangeOptions = {}): Promise<BoundReport> {
  const report: BoundReport = {
    writes: 0,
    leaves: 0,
    mutations: 0,
    rejected: 0,
    fields: 0,
    fieldsRejected: 0,
    equal: 0,
    accepted: 0,
    cards: 0,
    wrong: [],
  };
  const writes = loadCatalog().operations.filter((operation) => isWrite(operation) && only(operation));
  for (let from = 0; from < writes.length; from += LAP) {
    const range = await openRange({ ...options, policy: ASKING });
    try {
      const mark = await markOf(range);
      for (const operation of writes.slice(from, from + LAP)) await tryOperation(range, operation, report);
      report.wrong.push(...(await reckon(range, mark)));
    } finally {
      await range.close();
    }
  }
  return report;
}

/** One approved call, and what is tried on it. */
interface Bound {
  range: Range;
  operation: Operation;
  args: JsonObject;
  report: BoundReport;
}

async function tryOperation(range: Range, operation: Operation, report: BoundReport): Promise<void> {
  const bound = { range, operation, args: await range.requests.argsFor(operation, "all"), report };
  report.writes++;
  const approval = await yes(bound);
  if (approval === undefined) return;
  const { card } = await range.gate.approval(await range.caller(), approval);
  const missing = missingFrom(card, bound.args);
  if (missing.length === 0) report.cards++;
  else report.wrong.push(`${operation.id}: the card does not show ${missing.join(", ")}`);
  await tryLeaves(bound, approval);
  await trySame(bound, approval);
  await tryAround(bound);
}

type Answer = CallResult | HalyardError;

async function call(
  { range, operation }: Bound,
  args: Json,
  { gate = range.gate, agent = "claude" }: { gate?: Gate; agent?: AgentName } = {},
): Promise<Answer> {
  try {
    return await gate.call(await range.caller(agent), { action: operation.id, args, intent: "write" });
  } catch (thrown) {
    if (thrown instanceof HalyardError) return thrown;
    throw thrown;
  }
}

/** Asks, and has the owner's yes. */
async function yes(bound: Bound): Promise<string | undefined> {
  const asked = await call(bound, bound.args);
  if ("approval_id" in asked && asked.approval_id !== undefined && asked.status === "approval_required") {
    await bound.range.approve(asked.approval_id);
    return asked.approval_id;
  }
  bound.report.wrong.push(`${bound.operation.id}: it is not asked: ${JSON.stringify(asked).slice(0, 200)}`);
  return undefined;
}

/** Whether an attempt sent nothing and left the approval unused. */
async function leavesUnused(
  { range, operation, report }: Bound,
  approval: string,
  what: string,
  attempt: () => Promise<unknown>,
): Promise<boolean> {
  const mark = await markOf(range);
  await attempt();
  const effects = effectsSince(range, mark);
  const { status } = await range.gate.approval(await range.caller(), approval);
  if (effects.length === 0 && status !== "consumed") return true;
  report.wrong.push(`${operation.id}: ${what}: ${effects.length} effects, the approval is ${status}`);
  return false;
}

async function tryLeaves(bound: Bound, approval: string): Promise<void> {
  const { args, report } = bound;
  for (const { path, value } of leavesIn(args)) {
    report.leaves++;
    for (const [how, changed] of [
      ["other", slightlyOther(value)],
      ["null", value === null ? "x" : null],
      ["gone", undefined],
    ] as const) {
      report.mutations++;
      if (await leavesUnused(bound, approval, `${pathText(path)} ${how}`, () => call(bound, replaced(args, path, changed))))
        report.rejected++;
    }
  }
}

/** Another order of keys and other spaces: it uses the approval up. */
async function trySame(bound: Bound, approval: string): Promise<void> {
  const { args, report, operation } = bound;
  report.equal++;
  const same = await call(bound, parseStrictJson(JSON.stringify(reversed(args), undefined, 3)));
  if ("approval_id" in same && same.approval_id === approval && same.status !== "approval_required") report.accepted++;
  else report.wrong.push(`${operation.id}: the same JSON was not taken for the same call: ${JSON.stringify(same).slice(0, 200)}`);
}

/** What is around the arguments is another after the yes. */
async function tryAround(bound: Bound): Promise<void> {
  const { range, args, report, operation } = bound;
  const { app } = range;
  const elsewhere = {
    ...app.store,
    connections: {
      ...app.store.connections,
      find: async (id: string) => moved(await app.store.connections.find(id)),
      async withAgent(id: string, agentId: string) {
        const found = await app.store.connections.withAgent(id, agentId);
        const connection = moved(found?.connection);
        return found && connection && { ...found, connection };
      },
    },
  };
  const [other, newer] = [
    createGate(await partsOf(app, { store: elsewhere })),
    createGate(await partsOf(app, { catalog: { ...app.catalog, hash: "another" } })),
  ];
  const attempts: [what: string, attempt: () => Promise<unknown>][] = [
    ["another agent", () => call(bound, args, { agent: "rival" })],
    ["another connection", () => call(bound, args, { agent: "outsider" })],
    ["another account", () => call(bound, args, { gate: other })],
    [
      "another policy",
      () => {
        range.setPolicy(`${ASKING}# ${operation.id}\n`);
        return call(bound, args);
      },
    ],
    ["another catalog", () => call(bound, args, { gate: newer })],
  ];
  for (const [what, attempt] of attempts) {
    const approval = await yes(bound);
    if (approval === undefined) return;
    report.fields++;
    if (await leavesUnused(bound, approval, what, attempt)) report.fieldsRejected++;
    await range.gate.deny(approval, "the owner", null).catch(() => undefined);
  }
  range.setPolicy(ASKING);
}

function moved<T extends { account_id: string } | undefined>(connection: T): T {
  return connection && { ...connection, account_id: "OTHER1" };
}

/** The same value with the keys of every object in the other order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
