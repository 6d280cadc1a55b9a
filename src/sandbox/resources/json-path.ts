import { isJsonObject, type Json } from "../../lib/json.ts";

/** Reads a value: what a definite path leads to (or undefined), for one with `[*]` all that it leads to. */
export type JsonPath = { readonly isMany: boolean; read(value: Json): Json | undefined };

const STEP = /\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d{1,6})\]|(\[\*\]|\.\*)|\.([\p{L}\p{N}_$-]+)/uy;

/** Parses the part of JSONPath that mappings need: `$['a'].b[0][*]`. Undefined when it is anything else. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: (string | number | undefined)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (!found) {
      STEP.lastIndex = 0;
      return undefined;
    }
    const [, single, double, index, any, name] = found;
    steps.push(any === undefined ? (name ?? (index === undefined ? unescaped(single ?? double ?? "") : Number(index))) : undefined);
  }
  const isMany = steps.includes(undefined);
  return {
    isMany,
    read(value) {
      let here: Json[] = [value];
      for (const step of steps) here = here.flatMap((each) => follow(each, step));
      return isMany ? here : here[0];
    },
  };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

function follow(value: Json, step: string | number | undefined): Json[] {
  if (step === undefined) return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  if (typeof step === "number") return Array.isArray(value) ? value.slice(step, step + 1) : [];
  const member = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return member === undefined ? [] : [member];
}
