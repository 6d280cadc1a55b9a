import { isoMillis, type Clock } from "./clock.ts";
import { maskSecretShapes } from "./secret-shapes.ts";

const LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** One JSON line an event. Fields are plain values; a {@link Secret} among them prints as `•••`. */
export type Log = (level: LogLevel, event: string, fields?: Record<string, unknown>) => void;

/** Writes to `stream`, which is stderr everywhere: over stdio, stdout belongs to JSON-RPC. */
export function createLog(stream: { write(text: string): unknown }, clock: Clock, level: LogLevel): Log {
  const most = LEVELS.indexOf(level);
  return (at, event, fields = {}) => {
    if (LEVELS.indexOf(at) > most) return;
    // The last choke point: whatever found its way into a field, nothing of a secret's form gets out.
    stream.write(`${maskSecretShapes(JSON.stringify({ at: isoMillis(clock.now()), level: at, event, ...fields }))}\n`);
  };
}
