/** Requests that were answered and are carried out only later. They are lost with the process, as what is on its way would be. */
export interface LateWork {
  /** `run` is told how far the clock is past the due moment, as a negative number of ms, so that its rows get the right times. */
  add(dueMs: number, run: (skewMs: number) => Promise<unknown>): void;
  /** Carries out what is due at this moment of the sandbox clock, oldest first. */
  runDue(nowMs: number): Promise<void>;
  clear(): void;
}

export function createLateWork(): LateWork {
  let waiting: { dueMs: number; run: (skewMs: number) => Promise<unknown> }[] = [];
  return {
    add(dueMs, run) {
      waiting.push({ dueMs, run });
    },
    async runDue(nowMs) {
      const due = waiting.filter(({ dueMs }) => dueMs <= nowMs).toSorted((a, b) => a.dueMs - b.dueMs);
      if (due.length === 0) return;
      waiting = waiting.filter((each) => !due.includes(each));
      for (const { dueMs, run } of due) await run(dueMs - nowMs);
    },
    clear() {
      waiting = [];
    },
  };
}
