import { createSandbox as create, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** `halyard/sandbox`: an emulated Klaviyo account for tests, as a library. */
export const createSandbox: (options?: SandboxOptions) => Promise<Sandbox> = create;
export type { Sandbox, SandboxOptions };
export type { SandboxControl } from "./server/control.ts";
export type { Fault, FaultKind } from "./server/faults.ts";
export type { Effect, LedgerEntry } from "./server/ledger.ts";
export type { Transitions } from "./engine/tasks.ts";
