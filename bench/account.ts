import { once } from "node:events";
import { fork } from "node:child_process";
import { createSandbox } from "../src/sandbox/sandbox.ts";

/** An account in a process of its own, as Klaviyo is: what it allocates is not the gateway's to collect. */
export interface Account {
  url: string;
  key: string;
  accountId: string;
  close(): void;
}

export async function openAccount(): Promise<Account> {
  const child = fork(import.meta.filename, { stdio: "inherit" });
  const [told] = (await once(child, "message")) as [Omit<Account, "close">];
  return { ...told, close: () => child.kill() };
}

if (process.send) {
  const sandbox = await createSandbox({ limits: "off" });
  process.send({ url: sandbox.url, key: sandbox.keys.full, accountId: sandbox.accountId });
}
