import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { APPROVAL, CALL, CONNECTION, HOSTILE } from "../../test/fixtures/cli-rows.ts";
import { runCli, type FakeState } from "../../test/fixtures/fake-app.ts";
import { HalyardError } from "../lib/errors.ts";
import { terminalSafe } from "../lib/text.ts";
import { COMMANDS } from "./index.ts";

/** Every command's own example, agreed to where it would ask. */
const examples = await Promise.all(
  COMMANDS.map(async ({ name, load }) => {
    const { example } = await load();
    return [name, ["approve", "revoke"].includes(name) ? `${example} --yes` : example] as const;
  }),
);
const input = "pk_1\n";
const names = COMMANDS.map(({ name }) => name);

describe("every command", () => {
  it("is a file, a test and a line", () => {
    const files = readdirSync(new URL("./commands/", import.meta.url));
    expect(files.toSorted()).toEqual(names.flatMap((name) => [`${name}.test.ts`, `${name}.ts`]).toSorted());
  });

  it.each(COMMANDS)("$name explains itself, by option and by the help command", async ({ name, load }) => {
    const { example } = await load();
    const [option, command] = [await runCli([name, "--help"]), await runCli(["help", name])];
    expect(option).toMatchObject({ status: 0, stderr: "" });
    expect(option.stdout).toContain(`Usage: halyard ${name}`);
    expect(option.stdout).toContain("--json");
    expect(option.stdout.trimEnd().endsWith(`For example: halyard ${example}`)).toBe(true);
    expect(command).toEqual(option);
  });

  it.each(examples)("%s: its example ends well, for people and as one JSON document", async (name, example) => {
    expect(await runCli(wordsOf(example), { input })).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = await runCli([...wordsOf(example), "--json"], { input });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    // The stdio door's output is the protocol's.
    expect(stdout).toMatch(name === "mcp" ? /^$/ : /^\{.*\}\n$/);
    expect(JSON.parse(stdout || "{}")).toBeTypeOf("object");
  });

  it.each(examples)("%s refuses a misspelt option and says which was meant", async (_, example) => {
    const text = await runCli([...wordsOf(example), "--jsn"], { input });
    expect(text).toMatchObject({ status: 2, stdout: "", asked: [] });
    expect(text.stderr).toContain("Did you mean --json?");
    const json = await runCli([...wordsOf(example), "--helpp", "--json"], { input });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "usage", hint: "Did you mean --help?" } });
  });

  it.each(examples.filter(([name]) => !["actions", "start", "mcp", "sandbox", "doctor"].includes(name)))(
    "%s tells a failure of the app by its code",
    async (_, example) => {
      const openApp = () => Promise.reject(new HalyardError("master_key", "The key does not fit.", { hint: "Give the right one." }));
      const text = await runCli(wordsOf(example), { parts: { openApp, openSecrets: openApp }, input });
      expect(text).toMatchObject({ status: 78, stderr: "error: The key does not fit.\n  Give the right one.\n" });
      const json = await runCli([...wordsOf(example), "--json"], { parts: { openApp, openSecrets: openApp }, input });
      expect(JSON.parse(json.stderr)).toEqual({
        error: { code: "master_key", message: "The key does not fit.", hint: "Give the right one." },
      });
    },
  );

  it.each([
    ["connect --nme x", "--name"],
    ["approve appr_01M8 --latr", "--later"],
    ["agents add x --conection y", "--connection"],
    ["start --no-sandbx", "--no-sandbox"],
  ])("suggests its own options too: %s", async (line, meant) => {
    expect((await runCli(wordsOf(line), { input })).stderr).toContain(`Did you mean ${meant}?`);
  });
});

/** Splits as a shell does: at spaces, but not inside double quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, inner]) => inner ?? word);
}

describe("text from outside", () => {
  const state: Partial<FakeState> = {
    connections: [{ ...CONNECTION, account_name: HOSTILE }],
    approvals: [
      {
        ...APPROVAL,
        card: {
          ...APPROVAL.card,
          leaves: [{ path: HOSTILE, value: HOSTILE }],
          agent_says: HOSTILE,
          target: { id: "1", type: "list", name: HOSTILE },
        },
      },
    ],
    calls: [{ ...CALL, target: HOSTILE, reason: HOSTILE }],
    answer: {
      status: "done",
      call_id: "call_01M8",
      operation: "get_list",
      http_status: 200,
      body: { data: { type: HOSTILE, id: HOSTILE } },
    },
  };

  it.each([
    ["connections"],
    ["approvals"],
    ["approvals", "show", "appr_01M8"],
    ["activity"],
    ["call", "get_lists"],
    ["revoke", "shop", "--yes"],
    ["agents", "add", "codex"],
  ])("cannot steer the terminal from %s", async (...argv) => {
    for (const json of [[], ["--json"]]) {
      const { stdout, stderr } = await runCli([...argv, ...json], { state });
      expect(terminalSafe((stdout + stderr).replaceAll("\n", ""))).toBe((stdout + stderr).replaceAll("\n", ""));
    }
  });

  it("stays exactly the same data in JSON", async () => {
    const { stdout } = await runCli(["connections", "--json"], { state });
    expect(JSON.parse(stdout)).toMatchObject({ connections: [{ account_name: HOSTILE }] });
  });
});

describe("the command line", () => {
  it("explains itself, with the life of a connection, without loading a command", async () => {
    const { status, stdout } = await runCli([]);
    expect(status).toBe(0);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    expect(stdout).toMatch(/1\. halyard connect .*\n.*2\. halyard agents add .*\n.*3\. halyard approvals/);
    expect((await runCli(["--help"])).stdout).toBe(stdout);
  });

  it("prints its version", async () => {
    expect((await runCli(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [["aprove", "appr_01M8"], "approve"],
    [["polcy"], "policy"],
    [["agents", "ad"], "add"],
  ])("refuses %j and says what was meant", async (argv, meant) => {
    const { status, stderr } = await runCli(argv);
    expect(status).toBe(2);
    expect(stderr).toContain(`Did you mean ${meant}?`);
  });

  it("refuses too many words, a missing word and a group without its command", async () => {
    for (const argv of [["connections", "x"], ["approve"], ["policy"], ["audit"], ["--json"], ["mcp", "x"]])
      expect([argv, (await runCli(argv)).status]).toEqual([argv, 2]);
  });

  it.each([
    ["connect", "pk_0a1b2c3d4e"],
    ["connect", "--key=pk_0a1b2c3d4e"],
    ["call", "get_lists", "id=pk_0a1b2c3d4e5f60718293a4b5c6"],
    ["pk_0a1b2c3d4e"],
  ])("refuses a key in the arguments without repeating it: %s", async (...argv) => {
    const { status, stdout, stderr, asked } = await runCli(argv);
    expect(status).toBe(2);
    expect(stdout + stderr).not.toContain("0a1b2c3d4e");
    expect(stderr).toContain("halyard connect");
    expect(asked).toEqual([]);
  });

  it("closes the store whatever happens, and tells when that fails", async () => {
    expect((await runCli(["approve", "appr_404", "--yes"])).asked).toEqual([["close"]]);
    const openApp = () => Promise.reject(new TypeError("secret text"));
    const failed = await runCli(["connections"], { parts: { openApp } });
    expect(failed.status).toBe(70);
    expect(failed.stderr).toMatch(/TypeError\n +at /);
    expect(failed.stderr).not.toContain("secret text");
  });

  it("stops at a misspelt setting", async () => {
    const { status, stderr } = await runCli(["connections"], { env: { HALYARD_HOEM: "x" } });
    expect(status).toBe(78);
    expect(stderr).toContain("HALYARD_HOME");
  });
});
