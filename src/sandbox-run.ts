import { createSandbox } from "./sandbox/sandbox.ts";

export interface SandboxOptions {
  port: number;
  seed?: number;
  /** `real`: Klaviyo's rate limits; `off`: none. */
  limits: "real" | "off";
  /** `manual`: time moves only when told. */
  clock: "real" | "manual";
  /** When jobs get on: after their usual seconds, or at once. */
  transitions?: "timed" | "immediate";
  /** File in which the account's state is kept between runs. */
  persist?: string;
  profiles?: number;
}

export interface RunningSandbox {
  url: string;
  accountName: string;
  profiles: number;
  /** Private keys of the emulated account: one with every scope, one that only reads. They open nothing else. */
  keys: { full: string; readOnly: string };
  publicKey: string;
  close(): Promise<void>;
}

/** The sandbox on its own, for `halyard sandbox`. */
export async function runSandbox({ seed, ...options }: SandboxOptions): Promise<RunningSandbox> {
  const sandbox = await createSandbox({ ...options, ...(seed !== undefined && { seed: String(seed) }) });
  const { url, keys, publicKey, close, control } = sandbox;
  return { url, keys, publicKey, close, accountName: sandbox.accountName, profiles: control.counts()["profiles"] ?? 0 };
}
