import { maskSecretShapes } from "./secret-shapes.ts";

/** Where something unexpected came from: its kind, its code and the places, never its message, which could hold anything, a key too. */
export function traceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "something was thrown that is no error";
  const code = "code" in thrown && typeof thrown.code === "string" && /^[A-Z_]{1,60}$/.test(thrown.code) ? ` ${thrown.code}` : "";
  const name = /^[A-Za-z]{1,60}$/.test(thrown.name) ? thrown.name : "Error";
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at .{1,300}$/.test(line));
  return maskSecretShapes([`${name}${code}`, ...frames.slice(0, 10)].join("\n"));
}
