/**
 * Runs the tests of Klaviyo's behaviour against a real account: `KLAVIYO_API_KEY=… npm run test:account [-- file …]`.
 * Reads only, unless KLAVIYO_TEST_WRITES is 1. CONTRIBUTING.md says more.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { realAccount } from "../test/account/settings.ts";
import { OWN_FILES } from "../test/sandbox/own-files.ts";

const ROOT = join(import.meta.dirname, "..");

const account = realAccount(process.env);
if (account) {
  const { url, mayWrite, folder } = account;
  process.stdout.write(
    `${url}, ${mayWrite ? "with writes" : "reads only"}; operations of risk 4 and more are never called; answers go to ${folder}\n`,
  );
  const all = ["test/fidelity", "test/sandbox"].flatMap((room) => readdirSync(join(ROOT, room)).map((name) => `${room}/${name}`));
  const files = all.filter((path) => path.endsWith(".test.ts") && !OWN_FILES.some((own) => path === `test/sandbox/${own}.test.ts`));
  const asked = process.argv.slice(2);
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(process.execPath, [vitest, "run", ...(asked.length > 0 ? asked : files)], { cwd: ROOT, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else {
  process.stderr.write("KLAVIYO_API_KEY holds the private key of the account to test; it is not set.\n");
  process.exitCode = 2;
}
