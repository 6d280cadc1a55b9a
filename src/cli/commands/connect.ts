import type { Command } from "commander";
import type { ConnectReport } from "../../gate/connections.ts";
import { HalyardError } from "../../lib/errors.ts";
import { askSecret } from "../ask.ts";
import { bold, dim, fields, styled, type Line } from "../layout.ts";
import type { Session } from "../session.ts";

const KLAVIYO_ORIGIN = "https://a.klaviyo.com";

const HELP = `
The key is asked for without showing it, or read from standard input; never from the arguments.
The life cycle: 1. connect   2. agents add   3. approvals
The same name again gives the connection a new key of the same account.`;

export const example = "connect --name shop-eu";

export function build(command: Command, session: Session): void {
  command
    .option("--name <name>", "name of the connection", "shop")
    .option("--sandbox <url>", "address of a sandbox, in place of Klaviyo")
    .addHelpText("after", HELP)
    .action(async ({ name, sandbox }: { name: string; sandbox?: string }) => {
      const origin = sandbox === undefined ? KLAVIYO_ORIGIN : originOf(sandbox);
      const key = await askSecret(session.io, "Klaviyo private API key (Settings → API keys)");
      const app = await session.app();
      const report = await session.output.during(
        "Checking the key and finding what it may do",
        app.connections.connect({ name, origin, key }),
      );
      session.output.result(report, () => reportLines(report, session));
    });
}

function originOf(url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : "null";
  if (origin === "null")
    throw new HalyardError("usage", "--sandbox takes the address of a sandbox.", { hint: "For example --sandbox http://127.0.0.1:4151" });
  return origin;
}

function reportLines({ connection, account, scopes, needs, beyondPolicy }: ConnectReport, { typed }: Session): Line[] {
  const { granted, missing, unknown } = scopes;
  return [
    [styled("green", "Connected. "), "The key was verified with Klaviyo and sealed; it is not shown again."],
    ...fields([
      [
        "connection",
        [bold(connection.name), connection.kind === "sandbox" ? ` (a sandbox at ${connection.origin})` : ` (${connection.origin})`],
      ],
      [
        "account",
        `${account.name} (${account.accountId})${account.isTest ? ", a test account" : ""}; ${account.timezone}, ${account.currency}`,
      ],
      ["the key can", granted.length === 0 ? "nothing that was probed" : granted.join(" ")],
      ["it cannot", missing.length === 0 ? undefined : missing.join(" ")],
      ["not known", unknown.length === 0 ? undefined : unknown.join(" ")],
    ]),
    ...(beyondPolicy.length === 0
      ? [dim("  It can do nothing beyond what the policy needs.")]
      : [[styled("yellow", "  ! "), `Beyond what the policy needs it can: ${beyondPolicy.join(" ")}`]]),
    dim("  Without asking you, agents use only these; a narrower key with them alone would do if they never write:"),
    `    ${needs.allowed.join(" ")}`,
    ...(granted.some((scope) => needs.asked.includes(scope))
      ? [dim("  Only after your yes:"), `    ${needs.asked.filter((scope) => granted.includes(scope)).join(" ")}`]
      : [dim("  It cannot write at all.")]),
    "",
    bold("Next"),
    `  ${typed(`agents add claude --connection ${connection.name}`)}   make a token for an agent`,
    `  ${typed(`policy show --connection ${connection.name}`)}   what it may do: at first it reads, and every write is asked`,
    `  ${typed("approvals")}   what it asks of you`,
  ];
}
