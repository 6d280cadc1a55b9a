import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/main.ts"],
  format: "esm",
  platform: "node",
  target: "node22.19",
  dts: false,
  clean: true,
  // Few files to read at start instead of hundreds: an agent waits for `halyard mcp`. Native modules stay outside.
  deps: { alwaysBundle: [/.*/], neverBundle: ["better-sqlite3", "pg"], onlyBundle: false },
  copy: [{ from: "src/catalog/generated", to: "dist" }],
  fixedExtension: false,
  logLevel: "warn",
});
