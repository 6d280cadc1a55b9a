import type { Command } from "commander";
import { HalyardError } from "../../lib/errors.ts";
import { dim, styled, table, type Piece } from "../layout.ts";
import type { CliApp } from "../parts.ts";
import { mustBeId, OWNER, wholeNumber, type Session } from "../session.ts";
import { storyLines } from "../story-lines.ts";
import { minuteOf } from "../times.ts";
import { standingPiece } from "../undo-lines.ts";

type CallRow = Awaited<ReturnType<CliApp["activity"]>>[number];

interface ActivityOptions {
  limit: number;
  agent?: string;
  connection?: string;
}

export const example = "activity call_01M8";

export function build(command: Command, session: Session): void {
  command
    .argument("[call]", "call_…: tell its whole story")
    .option("--limit <n>", "at most so many", wholeNumber("--limit", 1, 1000), 20)
    .option("--agent <name>", "only this agent's; owner for your own")
    .option("--connection <name>", "only on this connection")
    .action((id: string | undefined, options: ActivityOptions) => (id === undefined ? list(session, options) : story(session, id)));
}

async function list(session: Session, { limit, agent, connection }: ActivityOptions): Promise<void> {
  const app = await session.app();
  const names = await agentNames(app);
  if (agent !== undefined && ![...names.values()].includes(agent))
    throw new HalyardError("not_found", "There is no agent of that name.", { hint: "halyard agents lists them." });
  const calls = await app.activity({ limit, ...(agent !== undefined && { agent }), ...(connection !== undefined && { connection }) });
  session.output.result({ calls }, () => {
    if (calls.length === 0) return ["Nothing has happened yet."];
    const rows = calls.map((call) => [
      minuteOf(call.received_at),
      names.get(call.agent_id ?? "") ?? call.agent_id ?? "",
      call.operation === "" ? call.action : call.operation,
      call.target ?? "",
      statusPiece(call),
      standingPiece(call.undo),
      dim(call.id),
    ]);
    return [
      ...table(["when", "who", "action", "on", "status", "undo", "call"], rows),
      "",
      `The story of one: ${session.typed(`activity ${calls[0]?.id}`)}`,
    ];
  });
}

async function story(session: Session, id: string): Promise<void> {
  const app = await session.app();
  const told = await app.callStory(mustBeId(id, "call"));
  const names = await agentNames(app);
  session.output.result(told, () => storyLines(told, names.get(told.call.agent_id ?? "") ?? told.call.agent_id ?? "nobody"));
}

async function agentNames(app: CliApp): Promise<Map<string, string>> {
  return new Map([[OWNER, OWNER], ...(await app.agents.list()).map(({ id, name }): [string, string] => [id, name])]);
}

function statusPiece({ status, error_code }: CallRow): Piece {
  const style =
    status === "done" || status === "accepted"
      ? "green"
      : status === "approval_required" || status === "unknown" || status === "sent"
        ? "yellow"
        : "red";
  return styled(style, error_code === null ? status : `${status} (${error_code})`);
}
