import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/main.ts"],
  format: "esm",
  platform: "node",
  target: "node22.19",
  dts: false,
  clean: true,
  // One file to read at start instead of hundreds: an agent waits for `halyard mcp`. Native modules stay outside.
  noExternal: [/.*/],
  external: ["better-sqlite3", "pg"],
  copy: [{ from: "src/catalog/generated", to: "dist" }],
  fixedExtension: false,
});
