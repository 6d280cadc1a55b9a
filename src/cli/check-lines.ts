import type { Check } from "./doctor-checks.ts";
import { dim, styled, type Line } from "./layout.ts";

const STYLES = { ok: "green", warn: "yellow", fail: "red" } as const;

/** A check as a line, and what to do about it as another. */
export function checkLines({ status, name, detail, todo }: Check): Line[] {
  return [[styled(STYLES[status], status.padEnd(5)), `${name}: ${detail}`], ...(todo === undefined ? [] : [dim(`      ${todo}`)])];
}
