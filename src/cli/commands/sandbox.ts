import type { Command } from "commander";
import type { RunningSandbox } from "../../sandbox-run.ts";
import { bold, fields, styled } from "../layout.ts";
import { wholeNumber, type Session } from "../session.ts";

interface SandboxFlags {
  port?: number;
  seed?: number;
  limits: "real" | "off";
  clock: "real" | "manual";
  transitions: "timed" | "immediate";
  persist?: string;
  profiles?: number;
}

export const example = "sandbox --seed 7 --limits off";

export function build(command: Command, session: Session): void {
  command
    .option("--port <n>", "port on this machine (default 4151)", wholeNumber("--port", 0, 65_535))
    .option("--seed <n>", "another shop; the same number gives the same shop", wholeNumber("--seed", 0, 2 ** 32 - 1))
    .addOption(command.createOption("--limits <mode>", "Klaviyo's rate limits or none").choices(["real", "off"]).default("real"))
    .addOption(command.createOption("--clock <mode>", "manual: time moves only when told").choices(["real", "manual"]).default("real"))
    .addOption(
      command
        .createOption("--transitions <mode>", "when jobs get on: after their usual seconds, or at once")
        .choices(["timed", "immediate"])
        .default("timed"),
    )
    .option("--persist <file>", "keep the shop's state in this file")
    .option("--profiles <n>", "how many people the shop knows", wholeNumber("--profiles", 0, 1_000_000))
    .action(async ({ port = session.config().sandboxPort, ...flags }: SandboxFlags) => {
      const sandbox = await session.parts.runSandbox({ port, ...flags });
      tell(session, sandbox);
      await session.io.untilStopped();
      await sandbox.close();
    });
}

function tell({ output, typed }: Session, { url, accountName, profiles, keys, publicKey }: RunningSandbox): void {
  output.result({ url, account: accountName, profiles, keys, public_key: publicKey }, () => [
    [styled("green", "Running. "), "An emulated Klaviyo account; nothing of it reaches Klaviyo."],
    ...fields([
      ["shop", [bold(accountName), `, ${profiles} profiles`]],
      ["address", url],
      ["key", [keys.full, "  every scope"]],
      ["read-only key", keys.readOnly],
      ["public key", publicKey],
      ["connect", typed(`connect --name try --sandbox ${url}`)],
    ]),
    "  Ctrl-C stops it.",
  ]);
}
