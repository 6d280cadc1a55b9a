import { CommanderError } from "commander";
import { ERROR_CODES, HalyardError } from "../lib/errors.ts";
import { createOutput, type Io } from "./output.ts";
import type { CliApp, Parts } from "./parts.ts";
import { buildProgram, settleCommander } from "./program.ts";
import type { CommandEntry, Session } from "./session.ts";

/** Every command: a file in `commands/` and a line here. Only the one that is asked for is loaded. */
const GROUPS: Record<string, Omit<CommandEntry, "group">[]> = {
  "Set up:": [
    { name: "connect", summary: "connect a Klaviyo account by its private key", load: () => import("./commands/connect.ts") },
    { name: "connections", summary: "list the connected accounts", load: () => import("./commands/connections.ts") },
    { name: "revoke", summary: "cut a connection off and erase its key", load: () => import("./commands/revoke.ts") },
    { name: "agents", summary: "list, add and revoke agents", load: () => import("./commands/agents.ts") },
    { name: "secrets", summary: "rotate, replace and recover the keys that seal everything", load: () => import("./commands/secrets.ts") },
    { name: "doctor", summary: "check this installation and say what to do", load: () => import("./commands/doctor.ts") },
  ],
  "Decide:": [
    { name: "approvals", summary: "show what agents ask of you", load: () => import("./commands/approvals.ts") },
    { name: "approve", summary: "say yes to one exact call", load: () => import("./commands/approve.ts") },
    { name: "deny", summary: "say no to one exact call", load: () => import("./commands/deny.ts") },
    { name: "stop", summary: "keep what you approved from going out, or stop all writes", load: () => import("./commands/stop.ts") },
    { name: "resume", summary: "let writes through again", load: () => import("./commands/resume.ts") },
    { name: "policy", summary: "show what agents may do, and why", load: () => import("./commands/policy.ts") },
  ],
  "Use and look:": [
    { name: "actions", summary: "find what can be done, in plain words", load: () => import("./commands/actions.ts") },
    { name: "call", summary: "do one action yourself, through the same gate", load: () => import("./commands/call.ts") },
    { name: "undo", summary: "take back a call, decided like any other", load: () => import("./commands/undo.ts") },
    { name: "activity", summary: "list what happened, or tell the story of one call", load: () => import("./commands/activity.ts") },
    { name: "audit", summary: "prove that the record was not changed", load: () => import("./commands/audit.ts") },
  ],
  "Run:": [
    { name: "start", summary: "run the gateway, with a sandbox shop to try it on", load: () => import("./commands/start.ts") },
    { name: "mcp", summary: "speak MCP over stdio, for agents that start their own tools", load: () => import("./commands/mcp.ts") },
    { name: "sandbox", summary: "run an emulated Klaviyo account", load: () => import("./commands/sandbox.ts") },
  ],
};

export const COMMANDS: readonly CommandEntry[] = Object.entries(GROUPS).flatMap(([group, entries]) =>
  entries.map((entry) => ({ ...entry, group })),
);

/** Runs one command line to its exit status. Never throws and never ends the process. */
export async function run(argv: readonly string[], io: Io, parts: Parts): Promise<number> {
  const words = beforeDashes(argv);
  const output = createOutput(io, words.includes("--json"));
  let opened: Promise<CliApp> | undefined;
  let status = 0;
  const session: Session = {
    io,
    output,
    parts,
    by: `cli:${io.user}`,
    config: () => parts.readConfig(io.env),
    app: () => (opened ??= parts.openApp(session.config())),
    reference: () => parts.reference(),
    typed: (command) => `${parts.self.isClone ? "npm run -s halyard --" : "halyard"} ${command}`,
    endWith: (wanted) => (status = wanted),
  };
  const named = words.filter((word) => !word.startsWith("-"));
  try {
    refuseKeys(argv);
    const program = await buildProgram(COMMANDS, named[0] === "help" ? named[1] : named[0], session);
    await program.parseAsync(argv.length === 0 ? ["--help"] : withConfirm(argv), { from: "user" }).catch((thrown: unknown) => {
      if (!(thrown instanceof CommanderError)) throw thrown;
      status = settleCommander(thrown, program, named);
    });
  } catch (thrown) {
    status = report(thrown);
  }
  // A store that did not open has been told above.
  const app = await opened?.catch(() => undefined);
  await app?.close().catch((thrown: unknown) => (status = report(thrown)));
  return status;

  function report(thrown: unknown): number {
    output.failure(thrown);
    return thrown instanceof HalyardError ? thrown.exitStatus : ERROR_CODES.internal.exit;
  }
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? argv : argv.slice(0, end);
}

/** `--yes=<operation>` names what is agreed to; commander's optional values would also swallow the word after a bare `--yes`. */
function withConfirm(argv: readonly string[]): string[] {
  return argv.flatMap((word) => (word.startsWith("--yes=") ? ["--confirm", word.slice("--yes=".length)] : [word]));
}

/** A key in argv is in the shell's history and in every process list already. It is not repeated here. */
function refuseKeys(argv: readonly string[]): void {
  if (!argv.some((word) => /^(--?[\w-]+=)?pk_/.test(word) || /pk_[a-z0-9_]{20,}/i.test(word))) return;
  throw new HalyardError("usage", "One of the arguments looks like a Klaviyo private key. Keys are never taken from the command line.", {
    hint: "Make a new key in Klaviyo, delete this one, and give the new one to `halyard connect` when it asks, or on its standard input.",
  });
}
