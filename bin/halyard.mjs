#!/usr/bin/env node
// Plain old JavaScript with no import ahead of the check: on Node 20 the database binding crashes the process instead of failing (better-sqlite3 13 needs N-API 10).
const wanted = "22.19";
const parts = process.versions.node.split(".").map(Number);
const isTooOld = parts[0] < 22 || (parts[0] === 22 && parts[1] < 19) || !(Number(process.versions.napi) >= 10);

if (isTooOld) {
  process.stderr.write(
    "Halyard needs Node " +
      wanted +
      " or newer, best Node 24. This is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      ").\n" +
      "In a clone of the repository, `npm run halyard -- <command>` uses the Node 24 that `npm ci` brought along.\n" +
      "Elsewhere install Node 24 from https://nodejs.org and run this again.\n",
  );
  process.exitCode = 1;
} else {
  Promise.all([import("node:module"), import("node:fs")])
    .then(function ([module, fs]) {
      if (module.enableCompileCache) module.enableCompileCache();
      const built = new URL("../dist/main.js", import.meta.url);
      return import(fs.existsSync(built) ? built.href : new URL("../src/main.ts", import.meta.url).href);
    })
    .catch(function (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
      process.stderr.write("A part of Halyard is missing. In a clone of the repository run `npm ci` first.\n" + error.message + "\n");
      process.exitCode = 1;
    });
}
