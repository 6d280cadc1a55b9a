import { EFFECT_KINDS, RETRY_CLASSES, type Effect, type EffectKind, type RetryClass, type Risk } from "../operation.ts";

/** What people write about operations: the wording (`wording/<area>.tsv`) and the effects (`effects.tsv`). */
export interface Authored {
  wording: Map<string, { summary: string; phrases: string[] }>;
  effects: Map<string, Effect>;
}

const READ: Effect = { kind: "read", risk: 0, reversible: "n/a", inverse: [], beforeImage: [], retry: "read", flags: [] };
const REVERSIBLE = ["n/a", "yes", "partial", "no"] as const;

/** Parses the authored tables. Errors name the line; every operation may stand once. */
export function parseAuthored(wordingFiles: Record<string, string>, effectsText: string): Authored {
  const wording = new Map<string, { summary: string; phrases: string[] }>();
  for (const [file, text] of Object.entries(wordingFiles)) {
    for (const [id, summary, phrases, ...rest] of rows(text)) {
      if (!id || !summary || !phrases || rest.length > 0) throw new Error(`${file}: a row needs operation, summary and phrases: ${id}`);
      if (wording.has(id)) throw new Error(`${file}: ${id} has its wording twice`);
      wording.set(id, { summary, phrases: phrases.split(" | ") });
    }
  }
  const effects = new Map<string, Effect>();
  for (const row of rows(effectsText)) {
    const [id = "", kind, risk, reversible, retry, inverse = "-", beforeImage = "-", flags = "-"] = row;
    if (effects.has(id)) throw new Error(`effects.tsv: ${id} stands twice`);
    effects.set(id, {
      kind: oneOf(EFFECT_KINDS, kind, id) satisfies EffectKind,
      risk: Number(oneOf(["0", "1", "2", "3", "4", "5"], risk, id)) as Risk,
      reversible: oneOf(REVERSIBLE, reversible, id),
      retry: oneOf(RETRY_CLASSES, retry, id) satisfies RetryClass,
      inverse: list(inverse),
      beforeImage: list(beforeImage),
      flags: list(flags),
    });
  }
  return { wording, effects };
}

/** The effect of an operation. A write without an authored effect stops the compiler: nothing is safe by default. */
export function effectOf(authored: Authored, id: string, method: string): Effect {
  const effect = authored.effects.get(id);
  if (effect) return effect;
  if (method === "GET") return READ;
  throw new Error(`${id} is a write and has no effect. Add a row to src/catalog/effects.tsv.`);
}

function rows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t"));
}

function list(text: string): string[] {
  return text === "-" ? [] : text.split(",");
}

function oneOf<T extends string>(allowed: readonly T[], value: string | undefined, id: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`effects.tsv: ${id} has "${value}", which is none of ${allowed.join(", ")}`);
  return found;
}
