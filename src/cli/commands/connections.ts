import type { Command } from "commander";
import { styled, table } from "../layout.ts";
import type { Session } from "../session.ts";
import { minuteOf } from "../times.ts";

export const example = "connections";

export function build(command: Command, session: Session): void {
  command.action(async () => {
    const connections = await (await session.app()).connections.list();
    session.output.result({ connections }, () => {
      if (connections.length === 0) return [`There is no connection yet. Make one: ${session.typed("connect")}`];
      const rows = connections.map(({ name, account_name, account_id, kind, origin, status, scopes, checked_at }) => [
        name,
        `${account_name} (${account_id})`,
        kind === "sandbox" ? `sandbox ${origin}` : kind,
        styled(status === "active" ? "green" : "red", status),
        String(scopes.length),
        minuteOf(checked_at),
      ]);
      return table(["name", "account", "kind", "status", "scopes", "key checked"], rows);
    });
  });
}
