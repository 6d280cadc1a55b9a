import type { App } from "./app.ts";
import type { Config } from "./config.ts";
import type { Caller } from "./gate/call.ts";
import type { DoorRefusal } from "./gate/record/refusals.ts";
import { systemClock } from "./lib/clock.ts";
import { HalyardError } from "./lib/errors.ts";
import { createLog } from "./lib/log.ts";
import { serveStdio } from "./mcp/stdio.ts";
import { VERSION } from "./version.ts";

/**
 * Speaks MCP on standard input and output for the agent whose token is in the environment, until the client hangs up. The app is opened
 * after the handshake has been answered, so nothing of it is imported here.
 */
export async function serveStdioDoor(config: Config): Promise<void> {
  const log = createLog(process.stderr, systemClock, config.logLevel === "info" ? "warn" : config.logLevel);
  let opened: Promise<App> | undefined;
  const stopping = new AbortController();
  let attending: Promise<void> | undefined;
  const app = (): Promise<App> => {
    opened ??= import("./app.ts")
      .then(({ openApp }) => openApp(config))
      .catch((thrown: unknown) => {
        opened = undefined;
        throw thrown;
      });
    return opened;
  };
  let noted: Promise<void> = Promise.resolve();
  /** The agent of this door is known by its token; a refusal leaves its row also where that is not valid. */
  const note = async (refusal: DoorRefusal): Promise<void> => {
    const caller = await callerOf(config, app).catch(() => undefined);
    await (await app()).refused({ ...refusal, agentId: caller?.agentId, connectionId: caller?.connectionId });
  };
  const door = serveStdio({
    version: VERSION,
    load: async () => {
      const { catalog, gate, overview } = await app();
      attending ??= gate.attend(stopping.signal);
      return { catalog, gate, overview };
    },
    authenticate: () => callerOf(config, app),
    log,
    refused(refusal) {
      noted = noted.then(() => note(refusal)).catch((thrown: unknown) => log("error", "a refusal is not on the record", failureOf(thrown)));
    },
  });
  await door.closed;
  await noted;
  stopping.abort();
  await attending;
  if (opened) await (await opened).close();
}

function failureOf(thrown: unknown): Record<string, unknown> {
  return { code: thrown instanceof HalyardError ? thrown.code : "internal" };
}

async function callerOf({ agentToken }: Config, app: () => Promise<App>): Promise<Caller> {
  if (!agentToken) {
    throw new HalyardError("unauthenticated", "No agent token was given.", {
      hint: "Put HALYARD_AGENT_TOKEN into the environment of halyard mcp; halyard agents add makes one.",
    });
  }
  return (await app()).agents.byToken(agentToken.reveal(), "stdio");
}
