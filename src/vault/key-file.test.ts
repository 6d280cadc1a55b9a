import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { randomBytes } from "../lib/ids.ts";
import { createKeyFile, readKeyFile } from "./key-file.ts";

const home = mkdtempSync(join(tmpdir(), "halyard-key-"));
afterEach(() => rmSync(home, { recursive: true, force: true }));

it("keeps the key file that was there first and leaves nothing beside it", () => {
  const file = join(home, "master.key");
  expect(readKeyFile(file)).toBeUndefined();
  createKeyFile(file, "first", randomBytes);
  createKeyFile(file, "second", randomBytes);
  expect(readKeyFile(file)).toBe("first\n");
  expect(readdirSync(home)).toEqual(["master.key"]);
});
