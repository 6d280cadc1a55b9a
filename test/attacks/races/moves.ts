import type { ApprovalView, CallResult } from "../../../src/gate/call.ts";
import type { Play } from "./stage.ts";

/** What is played with: the call, and the approval that was asked for it before the race begins. */
export interface Subject {
  action: string;
  args: { name: string; id?: string };
  approval: string;
}

/** What may happen at any moment. `value` of its task is what it was told. */
export interface Move {
  name: string;
  weight: number;
  play(play: Play, subject: Subject, process: number): Promise<ApprovalView | CallResult | undefined>;
}

const HOUR_MS = 3_600_000;

const nothing = async (work: Promise<unknown> | void): Promise<undefined> => {
  await work;
  return undefined;
};

export const MOVES: readonly Move[] = [
  {
    name: "approve and send",
    weight: 4,
    play: (play, { approval }, on) => play.process(on).gate.approve(approval, "owner", { run: true }),
  },
  {
    name: "approve for later",
    weight: 4,
    play: (play, { approval }, on) => play.process(on).gate.approve(approval, "owner", { run: false }),
  },
  { name: "deny", weight: 3, play: (play, { approval }, on) => play.process(on).gate.deny(approval, "another owner", null) },
  {
    name: "call",
    weight: 6,
    play: (play, { action, args }, on) => play.process(on).gate.call(play.caller, { action, args, intent: "write" }),
  },
  { name: "look", weight: 2, play: (play, { approval }, on) => play.process(on).gate.approval(play.caller, approval) },
  { name: "recover", weight: 1, play: (play, _, on) => nothing(play.process(on).gate.recover()) },
  { name: "time to decide runs out", weight: 1, play: (play) => nothing(play.stage.clock.advance(24 * HOUR_MS + 1)) },
  { name: "time to use runs out", weight: 1, play: (play) => nothing(play.stage.clock.advance(HOUR_MS + 1)) },
  {
    name: "revoke the connection",
    weight: 1,
    play: (play, _, on) => nothing(play.process(on).connections.revoke(play.caller.connectionId, "owner")),
  },
  { name: "revoke the agent", weight: 1, play: (play, _, on) => nothing(play.process(on).agents.revoke(play.caller.agentName, "owner")) },
  { name: "another policy that asks", weight: 1, play: (play) => nothing(change(play, "read-only")) },
  { name: "a policy that denies", weight: 1, play: (play) => nothing(change(play, "locked")) },
  { name: "a policy that allows", weight: 1, play: (play) => nothing(change(play, "operator")) },
  { name: "what it acts on changes", weight: 1, play: (play) => nothing(void (play.account.name = `changed ${play.scheduler.now()}`)) },
  { name: "stop all writes", weight: 1, play: (play, _, on) => nothing(play.process(on).gate.stopAll("owner")) },
  { name: "let writes go again", weight: 1, play: (play, _, on) => nothing(play.process(on).gate.resume("owner")) },
  { name: "kill", weight: 2, play: (play, _, on) => nothing(play.kill(1 - on)) },
];

function change({ policy }: Play, preset: Play["policy"]["preset"]): void {
  policy.preset = preset;
  policy.version++;
}
