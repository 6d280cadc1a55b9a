import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../lib/secret.ts";
import { createKeyring } from "./keyring.ts";

const KEY = "ab".repeat(32);
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "halyard-keyring-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A command of that name in the path that the keyring sees, and nothing else of the environment. */
function stand(name: string, script: string): Record<string, string> {
  writeFileSync(join(home, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(home, name), 0o700);
  return { PATH: `${home}:/usr/bin:/bin`, KEYRING: home };
}

describe("the system's keyring", () => {
  it.each([
    ["linux", "secret-tool", 'case "$1" in store) cat > "$KEYRING/$7" ;; lookup) cat "$KEYRING/$5" ;; clear) rm "$KEYRING/$5" ;; esac'],
    [
      "darwin",
      "security",
      'case "$1" in -i) read _ _ _ _ _ id _ key; echo "$key" > "$KEYRING/$id" ;; find-generic-password) cat "$KEYRING/$5" ;; delete-generic-password) rm "$KEYRING/$5" ;; esac',
    ],
  ] as const)("on %s keeps, gives and removes a key through %s, and no argument has it", async (platform, command, script) => {
    const environment = stand(command, `echo "$@" >> "$KEYRING/arguments"; env >> "$KEYRING/arguments"\n${script}`);
    const keyring = createKeyring(environment, platform);
    expect(await keyring.keep("0123456789abcdef", new Secret(KEY))).toBeUndefined();
    const read = await keyring.read("0123456789abcdef");
    expect("found" in read && read.found.reveal()).toBe(KEY);
    await keyring.remove("0123456789abcdef");
    expect(await keyring.read("0123456789abcdef")).toHaveProperty("reason");
    const seen = readFileSync(join(home, "arguments"), "utf8");
    expect(seen).toContain("0123456789abcdef");
    expect(seen).not.toContain(KEY);
  });

  it("is passed over with a reason where it is missing, locked, silent or unknown", async () => {
    const reasonOf = async (environment: Record<string, string>, platform: NodeJS.Platform = "linux", limitMs?: number) => {
      const answer = await createKeyring(environment, platform, limitMs).read("0123456789abcdef");
      return "reason" in answer ? answer.reason : "found";
    };
    expect(await reasonOf({ PATH: home })).toBe("the command secret-tool is not installed");
    expect(await reasonOf(stand("secret-tool", "exit 1"))).toContain("locked");
    expect(await reasonOf(stand("secret-tool", "exec sleep 30"), "linux", 100)).toContain("did not answer within 0.1 s");
    expect(await reasonOf({}, "win32")).toContain("none that Halyard knows");
  });

  it("is not believed when it gives another key back", async () => {
    const environment = stand("secret-tool", 'case "$1" in lookup) echo other ;; esac');
    expect(await createKeyring(environment, "linux").keep("0123456789abcdef", new Secret(KEY))).toEqual({
      reason: "it gives another key back",
    });
  });
});
