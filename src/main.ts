import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Parts } from "./cli/parts.ts";
import { createOutput, systemIo } from "./cli/output.ts";
import { readConfig } from "./config.ts";
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
  startGateway: async (config, options) => (await import("./app.ts")).startGateway(config, options),
  runSandbox: async (options) => (await import("./app.ts")).runSandbox(options),
  serveStdioDoor: async (config) => (await import("./app.ts")).serveStdioDoor(config),
  async reference() {
    const [{ loadCatalog }, { actionIndex, resolveAction, CHOOSER }, { searchActions }, { inputSchema, definition }, { decide }, { RISK_NAMES }, { classOf }] =
      await Promise.all([
        import("./catalog/catalog.ts"),
        import("./catalog/actions.ts"),
        import("./catalog/search.ts"),
        import("./catalog/validation.ts"),
        import("./policy/decide.ts"),
        import("./policy/presets.ts"),
        import("./gate/class.ts"),
      ]);
    return { catalog: loadCatalog(), actionIndex, resolveAction, CHOOSER, searchActions, inputSchema, definition, decide, RISK_NAMES, classOf };
  },
};

/** An agent waits for `mcp` to answer, so it does not load the command line. */
async function serve(): Promise<number> {
  const io = systemIo();
  try {
    await parts.serveStdioDoor(readConfig());
    return 0;
  } catch (thrown) {
    createOutput(io, false).failure(thrown);
    return thrown instanceof HalyardError ? thrown.exitStatus : ERROR_CODES.internal.exit;
  }
}

const argv = process.argv.slice(2);
process.exitCode = argv.length === 1 && argv[0] === "mcp" ? await serve() : await (await import("./cli/index.ts")).run(argv, systemIo(), parts);
