import { defineMachine } from "../engine/machine.ts";

export type JobStatus = "queued" | "processing" | "complete";
/** Life of a bulk job: accepted, started and finished by the sandbox clock (behaviour.md §2.21: seconds). */
export const jobLife = defineMachine<JobStatus, "start" | "finish">("job", {
  queued: { start: "processing" },
  processing: { finish: "complete" },
  complete: {},
});
export const JOB_STARTS_AFTER_MS = 1000;
export const JOB_ENDS_AFTER_MS = 3000;
