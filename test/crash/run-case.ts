import type { CallResult } from "../../src/gate/call.ts";
import { openStore } from "../../src/store/store.ts";
import { createManualClock } from "../../src/lib/clock.ts";
import { START_MS } from "../fixtures/world.ts";
import { openActor, type Actor, type OpenInput } from "./actor.ts";
import { BEHAVIOURS, CLASSES, POLICIES, type Case } from "./cases.ts";
import { Killed, startChild, type Child } from "./child-process.ts";
import type { Scene } from "./scene.ts";

/** What one case came to, by the three oracles: what the agent was told, what the shop shows, what the record says. */
export interface Verdict {
  wasKilled: boolean;
  /** What is wrong; empty for a case that holds. */
  wrong: ("duplicate" | "false done" | "stuck" | "asked without need" | "record")[];
  why: string[];
  /** Whether the owner was asked because the outcome could not be found out. */
  isOwnerAsked: boolean;
  /** Points that the first process, and the one after it, came by. */
  hits: { call: Record<string, number>; recovery: Record<string, number> };
}

/** The times of the agent's further asks after the crash, ms apart: together beyond two windows, for a second sending may be lost as well. */
const STEPS_MS = [1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 30_000, 60_000, 120_000, 30_000];

/** With the answer in hand, and nothing of it written down: where the process of a recovery case has died before. */
const ANSWER_IN_HAND = { point: "send.answered", nth: 1 };

export interface Children {
  /** One that is ready; those that live are used again. */
  take(): Promise<Child>;
  give(child: Child): void;
  end(): Promise<void>;
}

/** Keeps a few processes ready ahead: loading is what takes the time. `script` is the driver where it has been bundled. */
export function createChildren(ahead: number, script?: string): Children {
  const ready: Promise<Child>[] = [];
  const free: Child[] = [];
  const fill = (): void => {
    while (ready.length < ahead) ready.push(startChild(script));
  };
  fill();
  return {
    async take() {
      const child = free.pop() ?? (await (ready.shift() ?? startChild(script)));
      fill();
      return child;
    },
    give(child) {
      if (!child.isDead()) free.push(child);
    },
    async end() {
      for (const child of free.splice(0)) await child.leave();
      for (const child of await Promise.all(ready.splice(0))) await child.end();
    },
  };
}

/** Plays one case from beginning to end. */
export async function runCase(
  scene: Scene,
  children: Children,
  { retryClass, behaviour, way, kill }: Case,
  guard: Pick<OpenInput, "windowMs"> = {},
): Promise<Verdict> {
  const subject = CLASSES[retryClass];
  const { control } = scene.sandbox;
  const place = await scene.restore(POLICIES[way]);
  const fault = BEHAVIOURS[behaviour];
  if (fault) control.setFaults([{ match: { operation: subject.action }, times: 1, ...fault }]);
  let nowMs = START_MS;
  const open = (): OpenInput => ({
    ...place,
    nowMs,
    agent: scene.agent,
    action: subject.action,
    args: subject.args(scene.listId),
    ...(way === "planned" && { after: { action: "create_tag", args: { name: "After it" } } }),
    ...guard,
  });
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    control.setClock(nowMs);
    // A request is what lets the sandbox carry out what has become due.
    await fetch(`${scene.sandbox.url}/_sandbox/clock`);
  };
  const told: CallResult[] = [];
  const hits: Verdict["hits"] = { call: {}, recovery: {} };

  const firstKill = kill?.phase === "recovery" ? ANSWER_IN_HAND : kill;
  let wasKilled = await inChild(children, open(), firstKill, async (actor) => {
    told.push(...(await firstTurn(actor)));
    hits.call = await actor.hits();
  });
  if (kill?.phase === "recovery" || (!kill && wasKilled)) {
    await pass(1000);
    wasKilled = await inChild(children, open(), kill, async (actor) => {
      told.push(...(await goOn(actor, pass, () => nowMs, told.some(isDone))));
      hits.recovery = await actor.hits();
    });
  }
  await pass(1000);
  const last = await openActor(open(), () => undefined);
  try {
    told.push(...(await goOn(last, pass, () => nowMs, told.some(isDone))));
  } finally {
    await last.close();
  }
  return { wasKilled, hits, ...(await judge(scene, place.databaseUrl, retryClass, told)) };
}

/** Plays one case with the recovery in a process of its own, to see which points it comes by. */
export async function recoveryHits(scene: Scene, children: Children, of: Omit<Case, "kill">): Promise<Record<string, number>> {
  const { hits } = await runCase(scene, children, { ...of, kill: { phase: "recovery", point: "none", nth: 1 } });
  return hits.recovery;
}

/** True when the process was killed over it. */
async function inChild(
  children: Children,
  input: OpenInput,
  kill: { point: string; nth: number } | undefined,
  work: (actor: Actor & { hits(): Promise<Record<string, number>> }) => Promise<void>,
): Promise<boolean> {
  const child = await children.take();
  try {
    const actor = await child.open(input, kill);
    await work(actor);
    await actor.close();
    return false;
  } catch (thrown) {
    if (thrown instanceof Killed) return true;
    throw thrown;
  } finally {
    children.give(child);
  }
}

/** The agent asks; where the owner has to, he says yes, and the agent asks again. */
async function firstTurn(actor: Actor): Promise<CallResult[]> {
  const first = await actor.ask();
  if (first.status !== "approval_required") return [first];
  await actor.approve(first.approval_id);
  return [first, await actor.ask()];
}

/** Goes on as an agent would that heard nothing, and an owner who approves what the policy asks, until it is told that it is done. */
async function goOn(actor: Actor, pass: (ms: number) => Promise<void>, nowMs: () => number, hasHeard: boolean): Promise<CallResult[]> {
  const told: CallResult[] = [];
  let isOver = hasHeard;
  for (const ms of STEPS_MS) {
    await pass(ms);
    await actor.setClock(nowMs());
    await actor.reconcile();
    if (isOver) continue;
    let result = await actor.ask();
    told.push(result);
    if (result.status === "approval_required" && !isAboutUnknown(result)) {
      await actor.approve(result.approval_id);
      result = await actor.ask();
      told.push(result);
    }
    isOver = isDone(result);
  }
  // What was taken at the end is still being done.
  for (const ms of [5000, 120_000]) {
    await pass(ms);
    await actor.setClock(nowMs());
    await actor.reconcile();
  }
  return told;
}

const isDone = ({ status }: CallResult): boolean => status === "done" || status === "accepted";
const isAboutUnknown = (result: CallResult): boolean => result.status === "approval_required" && result.because.includes("unknown");

async function judge(
  scene: Scene,
  databaseUrl: string,
  retryClass: Case["retryClass"],
  told: CallResult[],
): Promise<Omit<Verdict, "wasKilled" | "hits">> {
  const { control } = scene.sandbox;
  const { action, count } = CLASSES[retryClass];
  const wrong = new Set<Verdict["wrong"][number]>();
  const why: string[] = [];
  const blame = (what: Verdict["wrong"][number], text: string): void => {
    wrong.add(what);
    why.push(`${what}: ${text}`);
  };
  const happened = count(control);
  const last = told.at(-1);
  const isUnreadable = retryClass === "unreadable";
  const isOwnerAsked = told.some(isAboutUnknown) || (isUnreadable && last?.status === "unknown");
  const hasHeard = told.some(isDone);
  if (happened > 1) blame("duplicate", `it happened ${happened} times`);
  if (hasHeard && happened === 0) blame("false done", "told as done, and the shop shows nothing");
  if (!hasHeard && !isOwnerAsked) blame("stuck", `the agent was told ${told.map(({ status }) => status).join(", ")}`);
  if (isOwnerAsked && !isUnreadable) blame("asked without need", "the owner was asked although it can be found out");
  const changes = control.compare("base").filter(({ before }) => before === undefined);
  const effects = control.ledger().filter(({ operation, changed }) => operation === action && changed);
  if (retryClass === "readable" && changes.filter(({ collection }) => collection === "lists").length !== effects.length)
    blame("record", "the ledger and the state of the shop differ");
  for (const text of await recordFaults(databaseUrl, effects.length, happened, retryClass)) blame("record", text);
  return { wrong: [...wrong], why, isOwnerAsked };
}

/** What the record says that is not so, or does not say that is. */
async function recordFaults(url: string, effects: number, happened: number, retryClass: Case["retryClass"]): Promise<string[]> {
  const store = await openStore({ url, clock: createManualClock(START_MS) });
  try {
    const faults: string[] = [];
    const { bad } = await store.audit.verify();
    if (bad) faults.push(`row ${bad.seq} ${bad.why}`);
    const rows = (await store.audit.list({ limit: 10_000 })).filter(({ fields }) => fields["operation"] === CLASSES[retryClass].action);
    const intents = rows.filter(({ event }) => event === "intent").map(({ fields }) => String(fields["intent"]));
    if (intents.length === 0 && effects > 0) faults.push("it happened without an intent");
    const states: string[] = [];
    for (const id of intents) {
      const row = await store.intents.find(id);
      const told = rows.filter(({ event, fields }) => ["outcome", "reconciled", "followed"].includes(event) && fields["intent"] === id);
      const status = told.at(-1)?.fields["status"];
      if (!row) continue;
      states.push(row.status);
      if (status !== row.status) faults.push(`the record ends with ${String(status)}, the intent is ${row.status}`);
      if (row.status === "open") faults.push("an intent is still open");
      if (row.status === "unknown" && retryClass !== "unreadable") faults.push("an outcome is still unknown");
    }
    const isClaimed = states.some((status) => status === "done" || status === "accepted");
    if (isClaimed && happened === 0) faults.push("the record says done, and nothing happened");
    if (!isClaimed && happened > 0 && retryClass !== "unreadable") faults.push("it happened, and the record does not say so");
    return faults;
  } finally {
    await store.close();
  }
}
