import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { APPROVAL, CALL, CONNECTION, HOSTILE } from "../../test/fixtures/cli-rows.ts";
import { runCli } from "../../test/fixtures/fake-app.ts";
import { HalyardError } from "../lib/errors.ts";
import { COMMANDS } from "./index.ts";

/** A command line of every command that ends well, and an option of it with a letter missing. */
const LINES: Record<string, { argv: string[]; misspelt: string; meant: string; input?: string }> = {
  connect: { argv: ["connect"], misspelt: "--nme", meant: "--name", input: "pk_1\n" },
  connections: { argv: ["connections"], misspelt: "--jsn", meant: "--json" },
  revoke: { argv: ["revoke", "shop", "--yes"], misspelt: "--yess", meant: "--yes" },
  agents: { argv: ["agents", "add", "codex"], misspelt: "--conection", meant: "--connection" },
  doctor: { argv: ["doctor"], misspelt: "--jsn", meant: "--json" },
  approvals: { argv: ["approvals"], misspelt: "--al", meant: "--all" },
  approve: { argv: ["approve", "appr_1", "--yes"], misspelt: "--latr", meant: "--later" },
  deny: { argv: ["deny", "appr_1"], misspelt: "--reson", meant: "--reason" },
  policy: { argv: ["policy", "show"], misspelt: "--conection", meant: "--connection" },
  actions: { argv: ["actions", "make", "a", "list"], misspelt: "--limt", meant: "--limit" },
  call: { argv: ["call", "get_lists"], misspelt: "--argz", meant: "--args" },
  activity: { argv: ["activity"], misspelt: "--limt", meant: "--limit" },
  audit: { argv: ["audit", "verify"], misspelt: "--jsn", meant: "--json" },
  start: { argv: ["start"], misspelt: "--prt", meant: "--port" },
  mcp: { argv: ["mcp"], misspelt: "--jsn", meant: "--json" },
  sandbox: { argv: ["sandbox"], misspelt: "--sed", meant: "--seed" },
};

const names = COMMANDS.map(({ name }) => name);
const lines = names.map((name) => [name, LINES[name] ?? { argv: [], misspelt: "", meant: "" }] as const);

describe("every command", () => {
  it("is a file, a test and a line", () => {
    const files = readdirSync(new URL("./commands/", import.meta.url));
    expect(files.toSorted()).toEqual(names.flatMap((name) => [`${name}.test.ts`, `${name}.ts`]).toSorted());
    expect(Object.keys(LINES).toSorted()).toEqual(names.toSorted());
  });

  it.each(names)("%s explains itself, by option and by the help command", async (name) => {
    const [option, command] = [await runCli([name, "--help"]), await runCli(["help", name])];
    expect(option.status).toBe(0);
    expect(option.stdout).toContain(`Usage: halyard ${name}`);
    expect(option.stdout).toContain("--json");
    expect(option.stderr).toBe("");
    expect(command).toEqual(option);
  });

  it.each(lines)("%s ends with status 0 and writes one JSON document with --json", async (name, { argv, input }) => {
    const { status, stdout, stderr } = await runCli([...argv, "--json"], input === undefined ? {} : { input });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    if (name !== "mcp") expect(JSON.parse(stdout)).toBeTypeOf("object");
    expect(stdout.split("\n")).toHaveLength(name === "mcp" ? 1 : 2);
  });

  it.each(lines)("%s refuses a misspelt option and says which was meant", async (_, { argv, misspelt, meant }) => {
    const text = await runCli([...argv, misspelt]);
    expect(text.status).toBe(2);
    expect(text.stderr).toContain(`Did you mean ${meant}?`);
    expect(text.asked).toEqual([]);
    const json = await runCli([...argv, misspelt, "--json"]);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "usage", hint: `Did you mean ${meant}?` } });
  });

  it.each(lines)("%s tells a failure of the app by its code", async (name, { argv, input }) => {
    if (["actions", "start", "mcp", "sandbox", "doctor"].includes(name)) return;
    const openApp = () => Promise.reject(new HalyardError("master_key", "The key does not fit.", { hint: "Give the right one." }));
    const text = await runCli(argv, { parts: { openApp }, ...(input !== undefined && { input }) });
    expect({ status: text.status, stderr: text.stderr }).toEqual({ status: 78, stderr: "error: The key does not fit.\n  Give the right one.\n" });
    const json = await runCli([...argv, "--json"], { parts: { openApp }, ...(input !== undefined && { input }) });
    expect(JSON.parse(json.stderr)).toEqual({ error: { code: "master_key", message: "The key does not fit.", hint: "Give the right one." } });
  });
});

describe("text from outside", () => {
  const state = {
    connections: [{ ...CONNECTION, account_name: HOSTILE }],
    approvals: [{ ...APPROVAL, card: { ...APPROVAL.card, leaves: [{ path: HOSTILE, value: HOSTILE }], agent_says: HOSTILE, target: { id: "1", type: "list", name: HOSTILE } } }],
    calls: [{ ...CALL, target: HOSTILE, reason: HOSTILE }],
    answer: { status: "done", call_id: "call_1", operation: "get_list", http_status: 200, body: { data: { type: HOSTILE, id: HOSTILE } } },
  } as const;

  it.each([["connections"], ["approvals"], ["approvals", "show", "appr_1"], ["activity"], ["call", "get_lists"], ["revoke", "shop", "--yes"], ["agents", "add", "codex"]])(
    "cannot steer the terminal from %s",
    async (...argv) => {
      for (const json of [[], ["--json"]]) {
        const { stdout, stderr } = await runCli([...argv, ...json], { state: { ...state, approvals: [...state.approvals], calls: [...state.calls] } });
        expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
      }
    },
  );

  it("stays exactly the same data in JSON", async () => {
    const { stdout } = await runCli(["connections", "--json"], { state: { connections: state.connections } });
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
    [["aprove", "appr_1"], "approve"],
    [["polcy"], "policy"],
    [["agents", "ad"], "add"],
  ])("refuses %j and says what was meant", async (argv, meant) => {
    const { status, stderr } = await runCli(argv);
    expect(status).toBe(2);
    if (argv[0] !== "agents") expect(stderr).toContain(`Did you mean ${meant}?`);
  });

  it("refuses too many words, a missing word and a group without its command", async () => {
    for (const argv of [["connections", "x"], ["approve"], ["policy"], ["audit"], ["--json"], ["mcp", "x"]]) expect([argv, (await runCli(argv)).status]).toEqual([argv, 2]);
  });

  it.each([["connect", "pk_0a1b2c3d4e"], ["connect", "--key=pk_0a1b2c3d4e"], ["call", "get_lists", "id=pk_0a1b2c3d4e5f60718293a4b5c6"], ["pk_0a1b2c3d4e"]])(
    "refuses a key in the arguments without repeating it: %s",
    async (...argv) => {
      const { status, stdout, stderr, asked } = await runCli(argv);
      expect(status).toBe(2);
      expect(stdout + stderr).not.toContain("0a1b2c3d4e");
      expect(stderr).toContain("halyard connect");
      expect(asked).toEqual([]);
    },
  );

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
