import { defineConfig } from "tsdown";

export default defineConfig(({ dts }) => ({
  entry: { main: "src/main.ts", sandbox: "src/sandbox/index.ts" },
  format: "esm",
  platform: "node",
  target: "node22.19",
  // Types of the library, `halyard/sandbox`, only where a package is made (`npm run package`): they take longer than all the rest.
  dts: dts ? { entry: "src/sandbox/index.ts" } : false,
  clean: true,
  // Few files to read at start instead of hundreds: an agent waits for `halyard mcp`. Native modules stay outside.
  deps: { alwaysBundle: [/.*/], neverBundle: ["better-sqlite3", "pg"], onlyBundle: false },
  copy: [{ from: "src/catalog/generated", to: "dist" }],
  fixedExtension: false,
  logLevel: "warn",
}));
