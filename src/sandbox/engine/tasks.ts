import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import type { State } from "../state/state.ts";
import type { Context } from "./context.ts";
import type { Resource } from "./declare.ts";
import { textOf } from "./input.ts";

interface Scheduled extends Row {
  at: number;
  kind: string;
  payload: JsonObject;
  /** How many reads of `about` come first, where transitions go by reads. */
  reads?: number;
  about?: string;
}

/** What does not know an id of its own goes on with any read. */
const ANY = "*";
/** Waits for reads, not for the clock; a number that JSON can hold. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

export const scheduled = defineCollection<Scheduled>("scheduled", {
  indexes: { about: ({ reads, about }) => (reads === undefined ? undefined : (about ?? ANY)) },
});

/**
 * When the account gets on with what it does behind its answers (jobs, segments, ingestion): after its usual seconds by the sandbox clock,
 * at once, or step by step with every so many reads that show it.
 */
export type Transitions = "timed" | "immediate" | { after_reads: number };

export interface Tasks {
  schedule(fromMs: number, dueMs: number, kind: string, payload: JsonObject): void;
  settle(fromMs: number, afterMs: number, kind: string, payload: JsonObject): void;
  /** Counts a read that showed these ids, in a transaction of its own. */
  noteRead(ids: readonly string[]): void;
  /** Runs what is due, oldest first, each piece at its own time and in its own transaction. */
  runDue(): void;
}

interface TasksOptions {
  state: State;
  resources: readonly Resource[];
  now(): number;
  transitions(): Transitions;
  contextAt(atMs: number): Context;
  onFailure(kind: string, thrown: unknown): void;
}

export function createTasks({ state, resources, now, transitions, contextAt, onFailure }: TasksOptions): Tasks {
  const declared = indexTasks(resources);
  const rows = state.rows(scheduled);
  const put = (fromMs: number, task: Omit<Scheduled, "id">): void => {
    if (!declared.has(task.kind)) throw new Error(`No resource declares the task ${task.kind}`);
    rows.put({ id: state.ids.ulid(fromMs), ...task });
  };
  return {
    schedule: (fromMs, at, kind, payload) => put(fromMs, { at, kind, payload }),
    settle(fromMs, afterMs, kind, payload) {
      const mode = transitions();
      if (typeof mode === "string") return put(fromMs, { at: mode === "timed" ? fromMs + afterMs : fromMs, kind, payload });
      const about = textOf(payload["id"]);
      // Steps of one thing follow one another: the second begins to count where the first ends.
      const before = rows.where("about", about ?? ANY).length;
      put(fromMs, { at: NEVER_MS, kind, payload, reads: mode.after_reads * (before + 1), ...(about !== undefined && { about }) });
    },
    noteRead(ids) {
      const waiting = [...new Set([...ids, ANY])].flatMap((id) => rows.where("about", id));
      if (waiting.length === 0) return;
      state.transaction(() => {
        for (const { reads = 1, about, ...task } of waiting) {
          if (reads <= 1) rows.put({ ...task, at: now() });
          else rows.put({ ...task, reads: reads - 1, ...(about !== undefined && { about }) });
        }
      });
    },
    runDue() {
      for (;;) {
        const first = rows.order("at", (row) => row.at).positions()[0];
        const task = first && rows.get(first.id);
        if (!task || task.at > now()) return;
        try {
          state.transaction(() => {
            rows.remove(task.id);
            declared.get(task.kind)?.(task.payload, contextAt(task.at));
          });
        } catch (thrown) {
          onFailure(task.kind, thrown);
          state.transaction(() => rows.remove(task.id));
        }
      }
    },
  };
}

function indexTasks(resources: readonly Resource[]): Map<string, (payload: JsonObject, ctx: Context) => void> {
  const tasks = new Map<string, (payload: JsonObject, ctx: Context) => void>();
  for (const [kind, task] of resources.flatMap((resource) => Object.entries(resource.tasks ?? {}))) {
    if (tasks.has(kind)) throw new Error(`Two resources declare the task ${kind}`);
    tasks.set(kind, task);
  }
  return tasks;
}
