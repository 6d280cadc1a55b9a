import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Parts } from "./cli/parts.ts";
import { guardAgainstCrashes } from "./crash.ts";
import { readConfig } from "./config.ts";
import { systemClock } from "./lib/clock.ts";
import { ERROR_CODES, HalyardError } from "./lib/errors.ts";
import { VERSION } from "./version.ts";

const inPackage = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const parts: Parts = {
  version: VERSION,
  self: {
    node: process.execPath,
    nodeVersion: process.versions.node,
    bin: inPackage("bin/halyard.mjs"),
    // The sources are in no package.
    isClone: existsSync(inPackage("src/main.ts")),
  },
  readConfig,
  openApp: async (config) => (await import("./app.ts")).openApp(config),
  openSecrets: async (config) => (await import("./secrets.ts")).openSecrets(config),
  async startGateway(config, options) {
    const [{ startGateway }, { createLog }] = await Promise.all([import("./start.ts"), import("./lib/log.ts")]);
    // The terminal is for what to paste: only warnings and errors join it.
    const log = createLog(process.stderr, systemClock, config.logLevel === "info" ? "warn" : config.logLevel);
    return startGateway(config, { ...options, log });
  },
  runSandbox: async (options) => (await import("./sandbox-run.ts")).runSandbox(options),
  serveStdioDoor: async (config) => (await import("./stdio.ts")).serveStdioDoor(config),
  reference: async () => (await import("./reference.ts")).loadReference(),
};

/** An agent waits for `mcp` to answer, so nothing of the command line is loaded for it. */
async function serve(): Promise<number> {
  try {
    await parts.serveStdioDoor(readConfig());
    return 0;
  } catch (thrown) {
    const { createOutput, systemIo } = await import("./cli/output.ts");
    createOutput(systemIo(), false).failure(thrown);
    return thrown instanceof HalyardError ? thrown.exitStatus : ERROR_CODES.internal.exit;
  }
}

async function runCommand(argv: string[]): Promise<number> {
  const [{ run }, { systemIo }] = await Promise.all([import("./cli/index.ts"), import("./cli/output.ts")]);
  return run(argv, systemIo(), parts);
}

guardAgainstCrashes();
const argv = process.argv.slice(2);
process.exitCode = argv.length === 1 && argv[0] === "mcp" ? await serve() : await runCommand(argv);
