import type { Command } from "commander";
import { HalyardError } from "../../lib/errors.ts";
import { askSecret } from "../ask.ts";
import { reportLines } from "../connect-lines.ts";
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
    .option("--replace <name>", "give this connection another key of the same account")
    .option("--sandbox <url>", "address of a sandbox, in place of Klaviyo")
    .addHelpText("after", HELP)
    .action(async ({ name, sandbox, replace }: { name: string; sandbox?: string; replace?: string }) => {
      const origin = sandbox === undefined ? KLAVIYO_ORIGIN : originOf(sandbox);
      const key = await askSecret(session.io, "Klaviyo private API key (Settings → API keys)");
      const app = await session.app();
      const work = replace === undefined ? app.connections.connect({ name, origin, key }) : app.connections.replace(replace, key);
      const report = await session.output.during("Checking the key and finding what it may do", work);
      session.output.result(report, () => reportLines(report, session));
    });
}

function originOf(url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : "null";
  if (origin === "null")
    throw new HalyardError("usage", "--sandbox takes the address of a sandbox.", { hint: "For example --sandbox http://127.0.0.1:4151" });
  return origin;
}
