import type { Command } from "commander";
import type { RunningSandbox } from "../parts.ts";
import { bold, fields, styled } from "../layout.ts";
import { wholeNumber, type Session } from "../session.ts";

interface SandboxFlags {
  port?: number;
  seed?: string;
  limits: "real" | "off";
  clock: "real" | "manual";
  persist?: string;
  profiles?: number;
}

export function build(command: Command, session: Session): void {
  command
    .option("--port <n>", "port on this machine (default 4151)", wholeNumber("--port", 0, 65_535))
    .option("--seed <text>", "another shop; the same text gives the same shop")
    .addOption(command.createOption("--limits <mode>", "Klaviyo's rate limits or none").choices(["real", "off"]).default("real"))
    .addOption(command.createOption("--clock <mode>", "manual: time moves only when told").choices(["real", "manual"]).default("real"))
    .option("--persist <file>", "keep the shop's state in this file")
    .option("--profiles <n>", "how many people the shop knows", wholeNumber("--profiles", 0, 1_000_000))
    .action(async ({ port = session.config().sandboxPort, ...flags }: SandboxFlags) => {
      const sandbox = await session.parts.runSandbox({ port, ...flags });
      tell(session, sandbox);
      await session.io.untilStopped();
      await sandbox.close();
    });
}

function tell({ output, typed }: Session, { url, accountName, profiles, key }: RunningSandbox): void {
  output.result({ url, account: accountName, profiles, key }, () => [
    [styled("green", "Running. "), "An emulated Klaviyo account; nothing of it reaches Klaviyo."],
    ...fields([
      ["shop", [bold(accountName), `, ${profiles} profiles`]],
      ["address", url],
      ["key", key],
      ["connect", typed(`connect --name try --sandbox ${url}`)],
    ]),
    "  Ctrl-C stops it.",
  ]);
}
