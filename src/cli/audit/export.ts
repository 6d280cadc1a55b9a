import { once } from "node:events";
import type { Command } from "commander";
import { parseIso } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import { EXPORT_FORMATS, type ExportedRow } from "./formats.ts";
import { dim, type Line } from "../layout.ts";
import { safeJson } from "../output.ts";
import type { CliApp } from "../parts.ts";
import { chosenConnection, OWNER, wholeNumber, type Session } from "../session.ts";
import { sentenceOf } from "../story-lines.ts";
import { instantOf } from "../times.ts";

interface Which {
  from?: string;
  to?: string;
  connection?: string;
  agent?: string;
}

const FOLLOW_EVERY_MS = 1000;

export function buildExport(command: Command, session: Session): void {
  withFilter(command.command("export"))
    .description("Write the record to standard output: for an archive, an auditor or a log collector.")
    .option("--format <format>", "jsonl, csv or otel", "jsonl")
    .addHelpText(
      "after",
      "\nHolds no secrets and no content of calls; each row says whether its content is kept or erased. docs/audit.md says how to verify it without Halyard.",
    )
    .action(async ({ format, ...which }: Which & { format: string }) => {
      if (!isFormat(format)) throw new HalyardError("usage", `--format takes ${Object.keys(EXPORT_FORMATS).join(", ")}.`);
      const { head, page } = EXPORT_FORMATS[format];
      const app = await session.app();
      const query = await queryOf(app, which);
      await write(session, head({ publicKey: app.audit.publicKey, version: session.parts.version, filter: { ...which } }));
      for await (const rows of app.audit.rows(query)) await write(session, page(rows));
    });
}

export function buildTail(command: Command, session: Session): void {
  withFilter(command.command("tail"))
    .description("Show the last rows of the record.")
    .option("--limit <n>", "so many", wholeNumber("--limit", 1, 10_000), 20)
    .option("--follow", "go on with those that come, until interrupted")
    .action(async ({ limit, follow, ...which }: Which & { limit: number; follow?: true }) => {
      const app = await session.app();
      const query = await queryOf(app, which);
      const show = (rows: ExportedRow[]): void => {
        for (const row of rows) session.output.result(row, () => [rowLine(row)]);
      };
      const shown = await app.audit.last({ ...query, limit });
      show(shown);
      if (!follow) return;
      const stop = new AbortController();
      void session.io.untilStopped().then(() => stop.abort());
      for (let after = shown.at(-1)?.seq ?? 0; !stop.signal.aborted;) {
        await session.io.clock.wait(FOLLOW_EVERY_MS, stop.signal).catch(() => undefined);
        for await (const rows of app.audit.rows({ ...query, after })) {
          show(rows);
          after = rows.at(-1)?.seq ?? after;
        }
      }
    });
}

function rowLine({ seq, at, event, call_id, fields }: ExportedRow): Line {
  return [dim(`#${seq}  ${instantOf(at)}  `), sentenceOf(event, fields), dim(call_id === null ? "" : `  ${call_id}`)];
}

function withFilter(command: Command): Command {
  return command
    .option("--from <time>", "from this time on: 2026-07-15 or 2026-07-15T10:00Z")
    .option("--to <time>", "before this time")
    .option("--connection <name>", "only on this connection")
    .option("--agent <name>", "only this agent's; owner for your own");
}

async function queryOf(app: CliApp, { from, to, connection, agent }: Which) {
  const agentId = agent === undefined || agent === OWNER ? agent : (await app.agents.list()).find(({ name }) => name === agent)?.id;
  if (agent !== undefined && agentId === undefined)
    throw new HalyardError("not_found", "There is no agent of that name.", { hint: "halyard agents lists them." });
  return {
    from: timeOf("--from", from),
    to: timeOf("--to", to),
    connection_id: connection === undefined ? undefined : (await chosenConnection(app, connection)).id,
    agent_id: agentId,
  };
}

/** Epoch milliseconds of an option, undefined where it was left out. */
export function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = parseIso(text);
  if (at === undefined)
    throw new HalyardError("usage", `${option} takes a date or a time, in UTC unless it says otherwise.`, {
      hint: "For example 2026-07-15 or 2026-07-15T10:00Z.",
    });
  return at;
}

function isFormat(text: string): text is keyof typeof EXPORT_FORMATS {
  return Object.hasOwn(EXPORT_FORMATS, text);
}

/** Waits for a reader that is slower than the store. */
async function write({ io }: Session, text: string): Promise<void> {
  if (text !== "" && !io.stdout.write(text)) await once(io.stdout, "drain");
}

export function buildShow(command: Command, session: Session): void {
  command
    .command("show")
    .description("Open the content of one call: what was asked, whole.")
    .argument("<call>", "call_…")
    .addHelpText(
      "after",
      "\nWhat is shown may be personal data. Once its day was erased nobody can show it any more.\nExit status: 0 shown, 66 erased or never kept, 74 changed.",
    )
    .action(async (id: string) => {
      const { audit } = await session.app();
      const { call, state, body } = await audit.show(id);
      if (!body) throw noBody(state);
      session.output.result({ call, body }, () => [
        `${call.operation}  ${call.status}`,
        ...safeJson(body.args, 2).split("\n"),
        ...(body.reason === null ? [] : [dim("the caller's own words, checked by nobody:"), `  ${body.reason}`]),
      ]);
    });
}

function noBody(state: string): HalyardError {
  if (state === "erased")
    return new HalyardError("not_found", "The day of this call was erased from the record: nobody can open its content any more.");
  if (state === "none")
    return new HalyardError("not_found", "No content was kept of this call: it was refused before anything was decided.");
  return new HalyardError("audit_broken", `The content of this call is ${state}: the store was changed by something other than Halyard.`, {
    hint: "Run halyard audit verify, and look at who could write to the store.",
  });
}
