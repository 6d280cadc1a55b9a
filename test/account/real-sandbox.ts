import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { guardAccount, PLACEHOLDER_KEY } from "./guard.ts";
import type { RealAccount } from "./settings.ts";
import { skipTest } from "./skip.ts";

/** A real account in the place of a sandbox. It has no control door: a test that knocks there is skipped. */
export async function openRealAccount(account: RealAccount): Promise<Sandbox> {
  const { accountId, cleanUp } = await guardAccount(account);
  const { port, protocol } = new URL(account.url);
  const control = new Proxy({} as Sandbox["control"], {
    get: (_, name) => () => skipTest(`there is no control door (${String(name)}): clock, ledger, faults and seed are the sandbox's`),
  });
  return {
    url: account.url,
    port: Number(port || (protocol === "https:" ? 443 : 80)),
    accountId,
    accountName: "",
    publicKey: accountId,
    keys: {
      full: PLACEHOLDER_KEY,
      get readOnly(): string {
        return skipTest("there is no second key, which only reads");
      },
    },
    control,
    close: cleanUp,
  };
}
