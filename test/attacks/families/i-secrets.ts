import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openApp } from "../../../src/app.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { canariesIn } from "../../canary.ts";
import type { Family, Lane } from "../case.ts";
import { assertQuiet, refuses, write } from "../expectations.ts";

function assertNoKey({ range }: Lane, text: string, where: string): void {
  assert.deepEqual(canariesIn(text, range.key), [], where);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

export const secrets: Family = {
  letter: "I",
  title: "Secrets",
  cases: [
    {
      id: "I1",
      attack: "every way in which a call can go wrong, with the key in reach: no answer and no log has it",
      async run(lane) {
        const { range, door } = lane;
        const { control } = range.shop.sandbox;
        for (const fault of [
          "error_before",
          "html_error",
          "redirect",
          "malformed_body",
          "torn_body",
          "drop_before",
          "drop_after",
          "oversized_body",
        ] as const) {
          control.setFaults([{ match: { method: "GET" }, fault, location: `http://127.0.0.1/${range.key}` }]);
          const told = await door.call("read", { action: "get_list", args: { id: "Abc123" } });
          control.clearFaults();
          assertNoKey(lane, told.text, fault);
          assertQuiet(lane, told);
        }
        assertNoKey(lane, range.logged.join("\n"), "the log");
      },
    },
    {
      id: "I2",
      attack: "what is told of itself: overview, descriptions, searches",
      async run(lane) {
        for (const [tool, args] of [
          ["account_overview", {}],
          ["describe_action", { action: "create_api_key" }],
          ["search_actions", { query: "show me the api key" }],
        ] as const)
          assertNoKey(lane, (await lane.door.call(tool, args)).text, tool);
      },
    },
    {
      id: "I3",
      attack: "the files alone: database, log, shared memory",
      doors: ["stdio"],
      async run(lane) {
        const files = filesIn(lane.range.config.home);
        assert.ok(files.length > 2);
        // By another process: closing a database file in this one would drop the locks on it.
        for (const path of files) assertNoKey(lane, execFileSync("cat", [path], { maxBuffer: 2 ** 30 }).toString("latin1"), path);
      },
    },
    {
      id: "I3",
      attack: "an old key in an old file, after rotation: cannot be opened any more",
      doors: ["stdio"],
      heldBy: "test/attacks/secrets-rotation.test.ts",
    },
    {
      id: "I4",
      attack: "a file-reading primitive as the service's user: with the systemd tier no file has the key",
      doors: ["stdio"],
      heldBy: "src/vault/vault.test.ts",
    },
    {
      id: "I6",
      attack: "errors tell codes: no stack, no path, no statement, no rule",
      async run(lane) {
        for (const [tool, args] of [
          ["write", { action: "nothing", args: {}, reason: "" }],
          ["write", {}],
          ["read", { action: 7 }],
          ["approval_status", { approval_id: "'; drop table approvals" }],
          ["describe_action", { action: "../../etc/passwd" }],
          ["search_actions", {}],
          ["write", "text"],
        ] as const)
          assertQuiet(lane, await lane.door.call(tool, args));
      },
    },
    {
      id: "I7",
      attack: "the key itself as an argument, to be read back later",
      async run(lane) {
        await refuses(lane, () => write(lane, ["create_list", { name: lane.range.key }]), "denied", "invalid_arguments", "forbidden");
        await refuses(
          lane,
          () => write(lane, ["create_template", { name: "x", editor_type: "CODE", html: `<p>${lane.range.key}</p>` }]),
          "denied",
          "invalid_arguments",
          "forbidden",
        );
      },
    },
    {
      id: "I8",
      attack: "environment, arguments, core dumps and the inspector of a running gateway",
      doors: ["stdio"],
      heldBy: "test/attacks/secrets-leaks.test.ts",
    },
    {
      id: "I10",
      attack: "another master key, or none: refused, with what to do, and nothing made anew",
      doors: ["stdio"],
      async run({ range }) {
        const other = { ...range.config, masterKey: { ...range.config.masterKey, environmentKey: new Secret("ab".repeat(32)) } };
        await assert.rejects(openApp(other, { clock: range.clock }), { code: "master_key" });
      },
    },
    {
      id: "I10",
      attack: "a rotation that is killed at each of its steps goes on at the next start",
      doors: ["stdio"],
      heldBy: "test/attacks/secrets-rotation.test.ts",
    },
    {
      id: "I11",
      attack: "a key of another account for a connection that exists",
      doors: ["stdio"],
      async run({ range }) {
        const { sandbox } = range.shop;
        const { keys } = sandbox.control.addAccount(`a third shop ${sandbox.control.accounts().length}`, 0);
        await assert.rejects(range.app.connections.connect({ name: "shop", origin: sandbox.url, key: new Secret(keys.full) }), {
          code: "account_mismatch",
        });
      },
    },
    {
      id: "I11",
      attack: "a key that is revoked while calls run: told, and nothing is sent",
      alone: true,
      async run(lane) {
        lane.range.shop.sandbox.control.revokeKey("gateway");
        const id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        const told = await write(lane, ["update_profile", { id, title: "Ms" }]);
        assert.equal(told.code, "key_rejected", told.text);
      },
    },
    {
      id: "I12",
      attack: "tokens that are nearly right are answered like any other",
      doors: ["http"],
      async run({ range, door }) {
        const answers = new Set<string>();
        const token = range.tokens.claude;
        for (const guess of [
          `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`,
          `hal_${"A".repeat(43)}`,
          "x",
          token.toLowerCase(),
        ]) {
          const { status, text } = await door.raw("{}", { authorization: `Bearer ${guess}` });
          answers.add(`${status} ${text}`);
        }
        assert.equal(answers.size, 1, [...answers].join(" | "));
        assert.match([...answers][0] ?? "", /^401/);
      },
    },
  ],
};
