import { afterAll, beforeAll, beforeEach, TestRunner } from "vitest";
import { realAccount } from "./settings.ts";

/** The real account of this run, if any. */
export const ACCOUNT = realAccount(process.env);

/** Why a test cannot be told anything by a real account. */
class NotOnAccount extends Error {}

/** Which test is running; all that comes before them is one. */
export function runningTest(): string {
  return TestRunner.getCurrentTest()?.id ?? "";
}

/** Skips the test that is running, in whatever hook or call it is, and says why. */
export function skipTest(reason: string): never {
  TestRunner.getCurrentTest()?.context.skip(`account: ${reason}`);
  throw new NotOnAccount(reason);
}

/** Skips the test where it runs against a real account. */
export function onlyInSandbox(reason: string): void {
  if (ACCOUNT) skipTest(reason);
}

/**
 * What `beforeAll`, and `afterAll` with `end`, are elsewhere: where a real account does not allow it, the tests that count on it are skipped,
 * each with the reason.
 */
export function prepare(run: () => Promise<void>, end: () => Promise<void> = async () => undefined): void {
  let reason = "";
  beforeAll(async () => {
    try {
      await run();
    } catch (thrown) {
      if (!(thrown instanceof NotOnAccount)) throw thrown;
      reason = thrown.message;
    }
  });
  beforeEach(() => {
    if (reason !== "") skipTest(reason);
  });
  afterAll(async () => {
    if (reason === "") await end();
  });
}
