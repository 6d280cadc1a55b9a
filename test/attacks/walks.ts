import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { createDice, type Dice } from "./dice.ts";
import { DOORS, type Told } from "./doors.ts";
import { leavesIn, replaced, slightlyOther } from "./leaves.ts";
import { effectsSince, markOf, reckon, type Mark } from "./oracle.ts";
import { openRange, OPEN_POLICY, USUAL_POLICY, type Range, type RangeOptions } from "./range.ts";

/** An agent that tries whatever comes to its mind, and an owner who says yes without looking. */
export interface WalkReport {
  seed: number;
  steps: number;
  effects: number;
  /** Steps by kind. */
  kinds: Record<string, number>;
  violations: string[];
}

interface Walk {
  range: Range;
  dice: Dice;
  /** Calls that the account would take. */
  calls: { operation: Operation; args: JsonObject }[];
  /** Approvals that were asked, whoever asked. */
  asked: string[];
  mark: Mark;
}

type Step = (walk: Walk) => Promise<unknown>;

const POLICIES = [
  USUAL_POLICY,
  OPEN_POLICY,
  "version: 1\npreset: assistant\nrules: []\nhold: { sends_seconds: 0 }\n",
  "version: 1\npreset: locked\nrules: []\n",
  "version: 1\npreset: operator\nrules: []\nhold: { sends_seconds: 0 }\n",
  "nonsense: [",
];
const AGENTS = ["claude", "claude", "claude", "rival", "outsider"] as const;

async function say({ range, dice, asked }: Walk, action: string, args: JsonObject, more: JsonObject = {}): Promise<Told> {
  const door = await range.door(dice.pick(DOORS), dice.pick(AGENTS));
  const told = await door.call("write", { action, args, reason: "a walk", ...more });
  if (told.status === "approval_required") asked.push(String(told.data["approval_id"]));
  return told;
}

const spoilt = ({ dice }: Walk, args: JsonObject): JsonObject => {
  const leaves = leavesIn(args);
  if (leaves.length === 0 || dice.chance(0.3)) return { ...args, approved: true };
  const { path, value } = dice.pick(leaves);
  return replaced(args, path, dice.chance(0.3) ? undefined : slightlyOther(value));
};

const ownerSays =
  (decide: (walk: Walk, id: string) => Promise<unknown>): Step =>
  async (walk) => {
    if (walk.asked.length === 0) return undefined;
    // What was decided already is a conflict: the owner may well press twice.
    return decide(walk, walk.dice.pick(walk.asked.slice(-12))).catch(() => undefined);
  };

/** What may come next, and how often. */
const STEPS: Record<string, [weight: number, step: Step]> = {
  "calls a write": [30, (walk) => call(walk, (args) => args)],
  "calls it again": [15, (walk) => call({ ...walk, calls: walk.calls.slice(0, 6) }, (args) => args)],
  "calls it a little other": [15, (walk) => call(walk, (args) => spoilt(walk, args))],
  reads: [
    5,
    async ({ range, dice }) =>
      (await range.door(dice.pick(DOORS))).call("read", { action: dice.pick(["get_lists", "get_profiles", "get_campaigns"]), args: {} }),
  ],
  "looks at an approval": [
    8,
    async ({ range, dice, asked }) =>
      (await range.door(dice.pick(DOORS), dice.pick(AGENTS))).call("approval_status", {
        approval_id: asked.length > 0 ? dice.pick(asked) : "appr_x",
      }),
  ],
  "the owner says yes and sends": [16, ownerSays(({ range }, id) => range.approve(id, true))],
  "the owner says yes for later": [8, ownerSays(({ range }, id) => range.approve(id))],
  "the owner says no": [4, ownerSays(({ range }, id) => range.gate.deny(id, "the owner", null))],
  "two owners at once": [
    3,
    ownerSays(({ range }, id) =>
      Promise.allSettled([range.approve(id, true), range.approve(id, true), range.gate.deny(id, "another owner", null)]),
    ),
  ],
  "many at once": [3, (walk) => Promise.all([0, 1, 2, 3].map(() => call({ ...walk, calls: walk.calls.slice(0, 2) }, (args) => args)))],
  "time goes by": [6, async ({ range, dice }) => range.clock.advance(dice.pick([1, 1000, 60_000, 3_600_001, 86_400_001]))],
  "the policy changes": [5, async ({ range, dice }) => range.setPolicy(dice.pick(POLICIES))],
  "the account is in trouble": [
    2,
    async ({ range, dice }) =>
      range.shop.sandbox.control.setFaults([
        { match: { method: "GET" }, fault: dice.pick(["html_error", "malformed_body"] as const), times: 1 },
      ]),
  ],
};

function call(walk: Walk, change: (args: JsonObject) => JsonObject): Promise<Told> {
  const { operation, args } = walk.dice.pick(walk.calls);
  return say(walk, operation.id, change(args));
}

export interface WalkOptions {
  seed: number;
  walks: number;
  /** Number of the first walk; 0 unless told. */
  from?: number;
  steps: number;
  /** How many writes the agents of one walk know. */
  knows?: number;
  range?: RangeOptions;
}

/** Random walks, each in a range of its own; after each one the witnesses are held against each other. */
export async function walk({ seed, walks, from = 0, steps, knows = 12, range: options = {} }: WalkOptions): Promise<WalkReport> {
  const report: WalkReport = { seed, steps: 0, effects: 0, kinds: {}, violations: [] };
  const lots = Object.entries(STEPS).flatMap(([kind, [weight]]) => Array.from({ length: weight }, () => kind));
  for (let number = from; number < from + walks; number++) {
    const dice = createDice(`${seed} walk ${number}`);
    const range = await openRange(options);
    try {
      const writes = range.app.catalog.operations.filter(isWrite);
      const calls: Walk["calls"] = [];
      for (let known = 0; known < knows; known++) {
        const operation = dice.pick(writes);
        calls.push({ operation, args: await range.requests.argsFor(operation, "all") });
      }
      const one: Walk = { range, dice, calls, asked: [], mark: await markOf(range) };
      for (let step = 0; step < steps; step++) {
        const kind = dice.pick(lots);
        report.kinds[kind] = (report.kinds[kind] ?? 0) + 1;
        report.steps++;
        await STEPS[kind]?.[1](one);
      }
      report.effects += effectsSince(range, one.mark).length;
      report.violations.push(...(await reckon(range, one.mark)).map((why) => `walk ${number} of seed ${seed}: ${why}`));
    } finally {
      await range.close();
    }
  }
  return report;
}
