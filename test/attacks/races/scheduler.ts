import { AsyncLocalStorage } from "node:async_hooks";
import type { Dice } from "../dice.ts";

/** One thing that runs beside others, in one process. */
export interface Task {
  name: string;
  process: number;
  /** Steps of the schedule at which it began and ended; undefined for what did not. */
  began?: number;
  ended?: number;
  value?: unknown;
  failure?: unknown;
}

interface Running extends Task {
  resume?: () => void;
}

/**
 * Lets one task run at a time, up to its next {@link Scheduler.pause}, and chooses the next by dice: with the same dice it is the same schedule.
 * Whatever tasks share must be reached through pauses, and nothing may be awaited that only another task can end.
 */
export interface Scheduler {
  /** The step of the schedule, counting up. */
  now(): number;
  /** The task that runs at this moment. */
  current(): Task | undefined;
  /** Where another task may go on. Outside of a task it waits for nothing. */
  pause(): Promise<void>;
  spawn(name: string, process: number, work: () => Promise<unknown>): Task;
  /** What runs in a process stops where it is, for ever. */
  kill(process: number): void;
  /** Runs until no task can go on. */
  run(): Promise<Task[]>;
}

export function createScheduler(dice: Dice): Scheduler {
  const inside = new AsyncLocalStorage<Running>();
  const tasks: Running[] = [];
  const ready: Running[] = [];
  let step = 0;
  let yielded = (): void => undefined;

  const park = (task: Running): Promise<void> =>
    new Promise((resume) => {
      task.resume = resume;
      ready.push(task);
      yielded();
    });

  return {
    now: () => step,
    current: () => inside.getStore(),
    pause() {
      const task = inside.getStore();
      return task ? park(task) : Promise.resolve();
    },
    spawn(name, process, work) {
      const task: Running = { name, process };
      tasks.push(task);
      void inside.run(task, async () => {
        await park(task);
        task.began = step;
        try {
          task.value = await work();
        } catch (thrown) {
          task.failure = thrown;
        }
        task.ended = step;
        yielded();
      });
      return task;
    },
    kill(process) {
      for (let at = ready.length - 1; at >= 0; at--) if (ready[at]?.process === process) ready.splice(at, 1);
    },
    async run() {
      while (ready.length > 0) {
        const [next] = ready.splice(dice.roll(ready.length), 1);
        step++;
        const turn = new Promise<void>((resolve) => (yielded = resolve));
        next?.resume?.();
        await turn;
      }
      return tasks;
    },
  };
}
