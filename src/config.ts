import { homedir } from "node:os";
import { join } from "node:path";
import { HalyardError } from "./lib/errors.ts";
import { Secret } from "./lib/secret.ts";
import { nearest } from "./lib/text.ts";

/** Settings of one process: defaults ← environment ← flags. This file is the only one that reads the environment. */
export interface Config {
  /** Folder of everything that Halyard keeps: database, key file, policies. */
  home: string;
  /** `file:…` or `postgres://…`. */
  databaseUrl: string;
  /** Where the master key may come from (vault/master-key.ts asks them in its order). */
  masterKey: {
    credentialFile?: string;
    fileDescriptor?: number;
    environmentKey?: Secret;
    keyringEnvironment?: Record<string, string>;
    passphrase?: Secret;
    keyFile: string;
  };
  /** Token of the agent that a stdio client speaks for. */
  agentToken?: Secret;
  /** Port of the gateway's HTTP door on loopback. */
  port: number;
  /** Port of the sandbox that `start` runs. */
  sandboxPort: number;
  logLevel: "error" | "warn" | "info" | "debug";
  /** Reads are answered also while the store cannot take their rows. Writes never are. */
  allowUnrecordedReads?: boolean;
  /** How long after a write whose answer was lost its absence proves nothing yet; 120 s unless set. */
  reconcileWindowMs?: number;
  /** How long a write can be undone, and what was there before it is kept. */
  undoDays: number;
}

const VARIABLES = {
  HALYARD_HOME: "folder of Halyard's state (default ~/.halyard)",
  HALYARD_DATABASE_URL: "postgres://… in place of the SQLite file",
  HALYARD_MASTER_KEY: "master key, 32 bytes as base64 or hex",
  HALYARD_MASTER_KEY_FD: "file descriptor from which to read the master key",
  HALYARD_PASSPHRASE: "passphrase from which the master key is derived",
  HALYARD_AGENT_TOKEN: "token of the agent, for halyard mcp",
  HALYARD_PORT: "port of the gateway (default 4150)",
  HALYARD_SANDBOX_PORT: "port of the sandbox that start runs (default 4151)",
  HALYARD_UNRECORDED_READS: "refuse or allow: what a read gets while it cannot be put on the record (default refuse)",
  HALYARD_RECONCILE_SECONDS: "how long a write whose answer was lost may take to show in the account (default 120)",
  HALYARD_UNDO_DAYS: "days in which a write can be undone, 1 to 365 (default 30)",
  HALYARD_LOG: "error, warn, info or debug (default info)",
} as const;

/** Name of the credential that a systemd unit gives: `LoadCredentialEncrypted=halyard-master-key`. */
const CREDENTIAL = "halyard-master-key";

/** All that the command of the system's keyring gets to see: where it is, and whose session it is. */
const KEYRING_VARIABLES = ["PATH", "HOME", "USER", "LANG", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY"];

const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/** Reads the settings. An unknown variable that begins with `HALYARD_` stops the start: a misspelt guardrail is no guardrail. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const known = Object.keys(VARIABLES);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("HALYARD_") || known.includes(name)) continue;
    const [near] = nearest(name, known, 1);
    throw new HalyardError("config", `The environment variable ${name} is not one of Halyard's.`, {
      hint: near === undefined ? `Known are: ${known.join(", ")}.` : `Did you mean ${near}? Unset ${name} otherwise.`,
    });
  }
  const value = (name: keyof typeof VARIABLES): string | undefined => environment[name] || undefined;
  const home = value("HALYARD_HOME") ?? join(homedir(), ".halyard");
  const environmentKey = value("HALYARD_MASTER_KEY");
  const passphrase = value("HALYARD_PASSPHRASE");
  const descriptor = value("HALYARD_MASTER_KEY_FD");
  const token = value("HALYARD_AGENT_TOKEN");
  const credentials = environment["CREDENTIALS_DIRECTORY"];
  const keyringEnvironment = Object.fromEntries(
    KEYRING_VARIABLES.flatMap((name) => {
      const text = environment[name];
      return text ? [[name, text]] : [];
    }),
  );
  const window = value("HALYARD_RECONCILE_SECONDS");
  const level = value("HALYARD_LOG") ?? "info";
  const logLevel = LOG_LEVELS.find((candidate) => candidate === level);
  if (!logLevel) throw new HalyardError("config", `HALYARD_LOG must be one of ${LOG_LEVELS.join(", ")}.`);
  const unrecorded = value("HALYARD_UNRECORDED_READS") ?? "refuse";
  if (!["refuse", "allow"].includes(unrecorded)) throw new HalyardError("config", "HALYARD_UNRECORDED_READS must be refuse or allow.");
  return {
    home,
    allowUnrecordedReads: unrecorded === "allow",
    databaseUrl: value("HALYARD_DATABASE_URL") ?? `file:${join(home, "halyard.db")}`,
    masterKey: {
      ...(credentials && { credentialFile: join(credentials, CREDENTIAL) }),
      keyringEnvironment,
      ...(environmentKey !== undefined && { environmentKey: new Secret(environmentKey) }),
      ...(passphrase !== undefined && { passphrase: new Secret(passphrase) }),
      ...(descriptor !== undefined && { fileDescriptor: wholeNumber("HALYARD_MASTER_KEY_FD", descriptor, 3, 1024) }),
      keyFile: join(home, "master.key"),
    },
    ...(token !== undefined && { agentToken: new Secret(token) }),
    port: wholeNumber("HALYARD_PORT", value("HALYARD_PORT") ?? "4150", 0, 65_535),
    sandboxPort: wholeNumber("HALYARD_SANDBOX_PORT", value("HALYARD_SANDBOX_PORT") ?? "4151", 0, 65_535),
    logLevel,
    ...(window !== undefined && { reconcileWindowMs: wholeNumber("HALYARD_RECONCILE_SECONDS", window, 30, 43_200) * 1000 }),
    undoDays: wholeNumber("HALYARD_UNDO_DAYS", value("HALYARD_UNDO_DAYS") ?? "30", 1, 365),
  };
}

function wholeNumber(name: keyof typeof VARIABLES, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new HalyardError("config", `${name} must be a whole number from ${min} to ${max}.`);
  return number;
}
