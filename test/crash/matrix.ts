import { BEHAVIOURS, CLASSES, WAYS, type Behaviour, type Case, type RetryClassName } from "./cases.ts";
import { recoveryHits, runCase, type Children, type Verdict } from "./run-case.ts";
import type { Scene } from "./scene.ts";

/** Behaviours under which the second process is killed as well: with the effect there, and without it. */
const RECOVERED: Behaviour[] = ["dropped before", "dropped after effect"];

/** Every case of the matrix on one store, found by playing each call once and noting the points that it comes by. Those runs are cases themselves. */
export async function enumerate(scene: Scene, children: Children, note: (one: Case, verdict: Verdict) => void): Promise<Case[]> {
  const cases: Case[] = [];
  for (const retryClass of Object.keys(CLASSES) as RetryClassName[]) {
    for (const behaviour of Object.keys(BEHAVIOURS) as Behaviour[]) {
      for (const way of WAYS) {
        const of = { retryClass, behaviour, way };
        const verdict = await runCase(scene, children, of);
        note(of, verdict);
        cases.push(...killsOf("call", verdict.hits.call).map((kill) => ({ ...of, kill })));
        if (way === "allowed" && RECOVERED.includes(behaviour))
          cases.push(...killsOf("recovery", await recoveryHits(scene, children, of)).map((kill) => ({ ...of, kill })));
      }
    }
  }
  return cases;
}

/**
 * The part of the cases in which each class meets each behaviour at each point once: in one of the ways, and with the first passage, that the seed draws. In the
 * order of the seed, and then the others.
 */
export function onceEach(cases: readonly Case[], seed: number): { once: Case[]; others: Case[] } {
  const once = new Map<string, Case>();
  const others: Case[] = [];
  for (const one of shuffled(cases, seed)) {
    const key = `${one.retryClass} ${one.behaviour} ${one.kill?.phase} ${one.kill?.point}`;
    if (one.kill?.nth === 1 && !once.has(key)) once.set(key, one);
    else others.push(one);
  }
  return { once: [...once.values()], others };
}

/** At each point the first and, where it is passed more than once, the last time. */
function killsOf(phase: "call" | "recovery", hits: Record<string, number>) {
  return Object.entries(hits).flatMap(([point, count]) => [...new Set([1, count])].map((nth) => ({ phase, point, nth })));
}

/** A shuffled copy, the same for the same seed (mulberry32). */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const copy = [...all];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const [a, b] = [copy[i], copy[j]];
    if (a !== undefined && b !== undefined) [copy[i], copy[j]] = [b, a];
  }
  return copy;
}
