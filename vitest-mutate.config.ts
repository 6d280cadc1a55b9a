import { defineConfig } from "vitest/config";

/** The tests that a mutant of the policy must fail: quick ones, without an account. */
export default defineConfig({
  test: {
    include: ["src/policy/*.test.ts", "src/gate/class.test.ts", "src/gate/decision.test.ts"],
    testTimeout: 30_000,
    // Without it Stryker's set-up runs for the first file only, and the others are tried on code that is whole.
    isolate: true,
  },
});
