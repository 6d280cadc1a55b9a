import { stat } from "node:fs/promises";
import type { Config } from "../config.ts";
import { HalyardError } from "../lib/errors.ts";
import { outcomeChecks } from "./outcome-checks.ts";
import type { CliApp } from "./parts.ts";
import { probePort } from "./port-probe.ts";
import { masterKeyChecks } from "./secrets-checks.ts";
import type { Session } from "./session.ts";

export interface Check {
  name: string;
  status: "ok" | "warn" | "fail";
  detail: string;
  /** What to do about it. */
  todo?: string;
}

/** Every check, in the order in which one failure explains the next. None throws. */
export async function runChecks(session: Session): Promise<Check[]> {
  const config = session.config();
  const { nodeVersion } = session.parts.self;
  const checks: Check[] = [{ name: "Node", status: "ok", detail: nodeVersion }];
  const home = await modeOf(config.home);
  if (home === undefined) {
    checks.push({
      name: "home folder",
      status: "warn",
      detail: `${config.home} does not exist yet`,
      todo: `Nothing is set up. Begin with: ${session.typed("start")}`,
    });
  } else {
    checks.push(privacyCheck("home folder", config.home, home), await keyFileCheck(config), ...(await storeChecks(session)));
  }
  checks.push(await portCheck(config, session.parts.version));
  return checks;
}

/** Permission bits, undefined where nothing is. */
async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
}

function privacyCheck(name: string, path: string, mode: number): Check {
  const wanted = name === "home folder" ? "700" : "600";
  if (process.platform === "win32") return { name, status: "ok", detail: `${path} (permissions are not checked on Windows)` };
  if ((mode & 0o077) === 0) return { name, status: "ok", detail: `${path}, only yours` };
  return {
    name,
    status: "fail",
    detail: `${path} is open to other users of this machine (0${mode.toString(8)})`,
    todo: `chmod ${wanted} ${path}`,
  };
}

async function keyFileCheck({ masterKey }: Config): Promise<Check> {
  const name = "master key file";
  const { credentialFile, environmentKey, passphrase, fileDescriptor } = masterKey;
  if (environmentKey ?? passphrase ?? fileDescriptor ?? (credentialFile !== undefined && (await modeOf(credentialFile)))) {
    return { name, status: "ok", detail: "not used: the master key is given from outside" };
  }
  const mode = await modeOf(masterKey.keyFile);
  if (mode === undefined)
    return {
      name,
      status: "warn",
      detail: `${masterKey.keyFile} does not exist yet`,
      todo: "It is made with the first connection. Keep a copy of it apart from the database.",
    };
  return privacyCheck(name, masterKey.keyFile, mode);
}

/** Every source of the master key by name. Looked at without the rest of the app, which does not open without it. */
async function secretsChecks(session: Session): Promise<Check[]> {
  const desk = await session.parts.openSecrets(session.config());
  try {
    return masterKeyChecks(await desk.survey(), session);
  } finally {
    await desk.close();
  }
}

async function storeChecks(session: Session): Promise<Check[]> {
  let app: CliApp;
  try {
    app = await session.app();
  } catch (thrown) {
    const name = thrown instanceof HalyardError && thrown.code === "master_key" ? "master key" : "database";
    return [failed(name, thrown)];
  }
  const attempts: [string, () => Promise<Check[]>][] = [
    ["master key", () => secretsChecks(session)],
    ["connections", () => connectionChecks(app, session)],
    ["audit", () => auditCheck(app)],
    ["outcomes", () => outcomeChecks(app, session)],
    ["restore", () => restoreCheck(app, session)],
    ["separation", () => separationCheck(app, session)],
  ];
  const checks: Check[] = [{ name: "database", status: "ok", detail: "it opens" }];
  for (const [name, attempt] of attempts) checks.push(...(await attempt().catch((thrown: unknown) => [failed(name, thrown)])));
  return checks;
}

async function connectionChecks(app: CliApp, session: Session): Promise<Check[]> {
  const active = (await app.connections.list()).filter(({ status }) => status === "active");
  if (active.length === 0)
    return [{ name: "connections", status: "warn", detail: "there is none", todo: `Make one: ${session.typed("connect")}` }];
  const checks = active.map(async (connection): Promise<Check[]> => {
    const [{ ok, code, detail }, current] = await Promise.all([app.connections.check(connection.id), app.policies.current(connection)]);
    return [
      ok
        ? { name: `connection ${connection.name}`, status: "ok", detail }
        : {
            name: `connection ${connection.name}`,
            status: "fail",
            detail: `${code}: ${detail}`,
            todo: `Give it a new key: ${session.typed(`connect --name ${connection.name}`)}`,
          },
      policyCheck(connection.name, current, session),
    ];
  });
  return (await Promise.all(checks)).flat();
}

type CurrentPolicy = Awaited<ReturnType<CliApp["policies"]["current"]>>;

function policyCheck(connection: string, { problem, note, path, policy, unseen }: CurrentPolicy, session: Session): Check {
  const name = `policy ${connection}`;
  if (problem) return { ...failed(name, problem), todo: `Mend ${path}. ${note ?? "Until then every write is denied."}` };
  const detail = `${policy.preset}, ${policy.rules.length} rules`;
  if (unseen.size === 0 || policy.preset === "locked") return { name, status: "ok", detail };
  const todo = `Look at them and take them in: ${session.typed("policy show")}, ${session.typed("policy accept")}`;
  return { name, status: "warn", detail: `${detail}; ${unseen.size} new operations are denied`, todo };
}

async function auditCheck(app: CliApp): Promise<Check[]> {
  const { rows, bad } = await app.verifyAudit();
  if (!bad) return [{ name: "audit", status: "ok", detail: `${rows} rows, as they were written` }];
  return [
    {
      name: "audit",
      status: "fail",
      detail: `row ${bad.seq}: ${bad.why}`,
      todo: "Keep the files as they are and restore the store from a backup.",
    },
  ];
}

/** Speaks up only where writes wait for the owner. */
async function restoreCheck(app: CliApp, session: Session): Promise<Check[]> {
  const gap = await app.audit.gap();
  if (!gap) return [];
  return [
    {
      name: "restore",
      status: "fail",
      detail: `the record once went to row ${gap.marked.seq}, this store goes to row ${gap.head.seq}: it was restored from a backup, and writes are frozen`,
      todo: `Look at the account in Klaviyo, then: ${session.typed("audit accept-restore")}`,
    },
  ];
}

/** Whoever can run commands as this user can say yes in the owner's place; nothing inside the program can tell them apart. */
async function separationCheck(app: CliApp, { io }: Session): Promise<Check[]> {
  const active = (await app.agents.list()).filter(({ revoked_at }) => revoked_at === null);
  if (active.length === 0) return [{ name: "separation", status: "ok", detail: "there are no agents yet" }];
  return [
    {
      name: "separation",
      status: "warn",
      detail: `an agent that can run commands as ${io.user} could run halyard approve itself`,
      todo: "If your agents have a shell: run Halyard as a user of its own (or in a container), and connect them over HTTP.",
    },
  ];
}

async function portCheck({ port }: Config, version: string): Promise<Check> {
  const name = "port";
  if (port === 0) return { name, status: "ok", detail: "any free one" };
  const owner = await probePort(port, version);
  if (owner === "free") return { name, status: "ok", detail: `${port} is free` };
  if (owner === "halyard") return { name, status: "ok", detail: `${port} is a running Halyard's` };
  return {
    name,
    status: "fail",
    detail: `${port} is taken by another program, or by a Halyard of another version`,
    todo: "Choose another: halyard start --port, or HALYARD_PORT.",
  };
}

function failed(name: string, thrown: unknown): Check {
  if (!(thrown instanceof HalyardError)) return { name, status: "fail", detail: "something unexpected went wrong while checking" };
  return { name, status: "fail", detail: thrown.message, ...(thrown.hint !== undefined && { todo: thrown.hint }) };
}
