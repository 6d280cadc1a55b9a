import type { ConnectReport } from "../gate/connections.ts";
import { bold, dim, fields, styled, type Line } from "./layout.ts";
import type { Session } from "./session.ts";

/** What connecting found out, for its owner: what the key can do, what of it the policy has no use for, and the narrowest key that would do. */
export function reportLines({ connection, account, scopes, needs, beyondPolicy }: ConnectReport, { typed }: Session): Line[] {
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
