import { spawn } from "node:child_process";
import { Secret } from "../lib/secret.ts";

/** The operating system's keyring, through its own command. A first word that is not `found` says why it gave nothing. */
export interface Keyring {
  read(keyId: string): Promise<{ found: Secret } | { reason: string }>;
  /** Undefined when it was kept. */
  keep(keyId: string, key: Secret): Promise<{ reason: string } | undefined>;
  remove(keyId: string): Promise<void>;
}

/** A locked keyring asks on a screen that may not be there. */
const TIME_LIMIT_MS = 5000;
const SERVICE = "halyard-master-key";

interface KeyringCommands {
  command: string;
  read(keyId: string): string[];
  remove(keyId: string): string[];
  /** Arguments and standard input: a key is never an argument. */
  keep(keyId: string, key: string): { args: string[]; input: string };
}

const COMMANDS: Partial<Record<NodeJS.Platform, KeyringCommands>> = {
  linux: {
    command: "secret-tool",
    read: (id) => ["lookup", "service", SERVICE, "key", id],
    remove: (id) => ["clear", "service", SERVICE, "key", id],
    keep: (id, key) => ({ args: ["store", "--label", "Halyard master key", "service", SERVICE, "key", id], input: key }),
  },
  darwin: {
    command: "security",
    read: (id) => ["find-generic-password", "-s", SERVICE, "-a", id, "-w"],
    remove: (id) => ["delete-generic-password", "-s", SERVICE, "-a", id],
    keep: (id, key) => ({ args: ["-i"], input: `add-generic-password -U -s ${SERVICE} -a ${id} -w ${key}\n` }),
  },
};

/** `environment` is all that the command gets to see: where to find itself and its session, and no secret of ours. */
export function createKeyring(
  environment: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = process.platform,
  timeLimitMs = TIME_LIMIT_MS,
): Keyring {
  const commands = COMMANDS[platform];
  const none = { reason: "there is none that Halyard knows on this system" };
  const run = (args: string[], input = ""): Promise<{ output: string } | { reason: string }> =>
    commands ? runCommand(commands.command, args, { input, environment, timeLimitMs }) : Promise.resolve(none);
  return {
    async read(keyId) {
      const answer = await run(commands?.read(keyId) ?? []);
      if ("reason" in answer) return answer;
      return answer.output.trim() === "" ? { reason: "it does not have this store's key" } : { found: new Secret(answer.output.trim()) };
    },
    async keep(keyId, key) {
      if (!commands) return none;
      const { args, input } = commands.keep(keyId, key.reveal());
      const answer = await run(args, input);
      if ("reason" in answer) return answer;
      // `security -i` ends well even where a line of it failed: only reading back proves it.
      const kept = await this.read(keyId);
      if ("reason" in kept) return kept;
      return kept.found.reveal() === key.reveal() ? undefined : { reason: "it gives another key back" };
    },
    async remove(keyId) {
      await run(commands?.remove(keyId) ?? []);
    },
  };
}

/** What the command printed, or why it gave nothing. Nothing that it says of errors is repeated. */
function runCommand(
  command: string,
  args: string[],
  { input, environment, timeLimitMs }: { input: string; environment: Readonly<Record<string, string>>; timeLimitMs: number },
): Promise<{ output: string } | { reason: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...environment },
      stdio: ["pipe", "pipe", "ignore"],
      timeout: timeLimitMs,
      killSignal: "SIGKILL",
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
    child.on("error", (error: NodeJS.ErrnoException) =>
      resolve({ reason: error.code === "ENOENT" ? `the command ${command} is not installed` : `the command ${command} cannot be run` }),
    );
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.on("close", (status, signal) => {
      if (signal !== null) resolve({ reason: `it did not answer within ${timeLimitMs / 1000} s; it may be locked` });
      else resolve(status === 0 ? { output } : { reason: "it is locked, or does not have this store's key" });
    });
  });
}
