import { defineConfig } from "vitest/config";
import { createReport } from "./test/account/report.ts";
import { realAccount } from "./test/account/settings.ts";

const account = realAccount(process.env);

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    // Many files, two cores: one worker keeps what it has loaded. Tests share nothing but modules.
    pool: "threads",
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One worker knows all windows of a real account's rate limits, and waits for them.
    ...(account && { maxWorkers: 1, testTimeout: 900_000, hookTimeout: 900_000, reporters: ["default", createReport(account)] }),
  },
});
