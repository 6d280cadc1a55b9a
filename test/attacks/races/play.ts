import { createDice } from "../dice.ts";
import { MOVES, type Move, type Subject } from "./moves.ts";
import { createScheduler } from "./scheduler.ts";
import { openPlay, openStage, PER_STAGE, type Stage } from "./stage.ts";
import { explain } from "./verdict.ts";

export interface RaceReport {
  seed: number;
  schedules: number;
  steps: number;
  effects: number;
  /** Moves that were played, by name. */
  moves: Record<string, number>;
  /** How the approvals ended. */
  ends: Record<string, number>;
  violations: string[];
  /** A digest of all that happened: the same for the same seed. */
  trace: number;
  seconds: number;
}

interface RaceOptions {
  seed: number;
  schedules: number;
  /** Number of the first schedule; 0 unless told. */
  from?: number;
  /** The negative control: transactions that are none. */
  torn?: boolean;
  now?: () => number;
}

const LOTS: readonly Move[] = MOVES.flatMap((move) => Array.from({ length: move.weight }, () => move));
const MOST_MOVES = 5;

/** Plays schedules number `from` on, each from its own seed. */
export async function race({ seed, schedules, from = 0, torn = false, now = () => performance.now() }: RaceOptions): Promise<RaceReport> {
  const report: RaceReport = { seed, schedules: 0, steps: 0, effects: 0, moves: {}, ends: {}, violations: [], trace: 0, seconds: 0 };
  const began = now();
  for (let number = from; number < from + schedules;) {
    const stage = await openStage(`${seed} stage ${number}`);
    try {
      for (const end = Math.min(number + PER_STAGE, from + schedules); number < end; number++) await playOne(stage, number, report, torn);
    } finally {
      await stage.close();
    }
  }
  report.seconds = (now() - began) / 1000;
  return report;
}

async function playOne(stage: Stage, number: number, report: RaceReport, torn: boolean): Promise<void> {
  const dice = createDice(`${report.seed} schedule ${number}`);
  const scheduler = createScheduler(dice);
  const play = await openPlay(stage, scheduler, dice, torn);
  // One with something to look at, and one without.
  const [action, args] = dice.chance(0.5)
    ? (["create_tag", { name: `tag ${number}` }] as const)
    : (["update_tag", { id: "t1", name: `tag ${number}` }] as const);
  const asked = await play.process(0).gate.call(play.caller, { action, args, intent: "write" });
  if (asked.status !== "approval_required") throw new Error(`schedule ${number}: ${asked.status} before the race`);
  const subject: Subject = { action, args, approval: asked.approval_id };
  if (dice.chance(0.4)) await play.process(0).gate.approve(subject.approval, "owner", { run: false });
  const count = 2 + dice.roll(MOST_MOVES - 1);
  for (let made = 0; made < count; made++) {
    const move = dice.pick(LOTS);
    const on = dice.roll(2);
    report.moves[move.name] = (report.moves[move.name] ?? 0) + 1;
    // A kill and what changes the world are nobody's process: they cannot be killed themselves.
    scheduler.spawn(move.name, move.name === "kill" ? -1 : on, () => move.play(play, subject, on));
  }
  const tasks = await scheduler.run();
  // Where something was killed the machine is started anew: whatever was under way has an end now.
  if (tasks.some(({ ended }) => ended === undefined)) {
    for (const process of [0, 1]) play.kill(process);
    await play.process(0).gate.recover();
  }
  await stage.store.fence.set({ stopped_at: null, stopped_by: null });
  if (play.witnessed.some(({ event }) => /^(connection|agent)\.revoked$/.test(event))) stage.seat = undefined;
  const wrong = explain(play, subject, tasks);
  const { status: end } = await play.process(0).gate.approval(play.caller, subject.approval);
  if (end === "pending" || end === "approved") await play.process(0).gate.deny(subject.approval, "owner", null);
  report.violations.push(
    ...wrong.map((why) => `schedule ${number} of seed ${report.seed}: ${why} [${tasks.map(({ name }) => name).join(", ")}]`),
  );
  report.schedules++;
  report.steps += scheduler.now();
  report.effects += play.effects.length;
  report.ends[end] = (report.ends[end] ?? 0) + 1;
  report.trace = mixed(
    report.trace,
    `${number} ${play.witnessed.map(({ event, step }) => `${event}@${step}`).join()} ${end} ${play.effects.length}`,
  );
}

function mixed(trace: number, text: string): number {
  let hash = trace;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return hash >>> 0;
}
