import type { Command } from "commander";
import type { Config } from "../config.ts";
import type { OWNER as gateOwner } from "../gate/call.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Io, Output } from "./output.ts";
import type { CliApp, Parts, Reference } from "./parts.ts";

/** One run of the command line, as its command sees it. */
export interface Session {
  io: Io;
  output: Output;
  parts: Parts;
  config(): Config;
  /** Opened at the first use, closed when the command has ended. */
  app(): Promise<CliApp>;
  reference(): Promise<Reference>;
  /** Who decides, for the record. */
  by: string;
  /** How to type a command of ours here: `halyard …`, or through npm in a clone. */
  typed(command: string): string;
  /** Ends with this status although nothing was thrown: the answer itself says what went wrong. */
  endWith(status: number): void;
}

/** What a command's file exports. */
export interface CommandFile {
  /** Words to type after `halyard`; the help ends with them, and the tests run them. */
  example: string;
  /** Gives the command its arguments, options and action. */
  build(command: Command, session: Session): void;
}

/** A line of the registry. */
export interface CommandEntry {
  name: string;
  summary: string;
  /** Heading in the help. */
  group: string;
  load(): Promise<CommandFile>;
}

/** The connection that is meant: the named one, or the only one. */
export async function chosenConnection(app: CliApp, name: string | undefined) {
  const { connectionId } = await app.agents.owner(name);
  return app.connections.find(connectionId);
}

/** The owner's id among agents; its type ties it to the gate's own. */
export const OWNER: typeof gateOwner = "owner";

const ID_KINDS = { appr: "approval", call: "call" } as const;

/** Refuses an id of another kind: pasted in the wrong place it would only be "not found". */
export function mustBeId(id: string, prefix: keyof typeof ID_KINDS): string {
  if (id.startsWith(`${prefix}_`)) return id;
  throw new HalyardError(
    "usage",
    `This is not the id of ${prefix === "appr" ? "an" : "a"} ${ID_KINDS[prefix]}; those begin with ${prefix}_.`,
    {
      hint: prefix === "appr" ? "halyard approvals lists them." : "halyard activity lists them.",
    },
  );
}

/** Reads a whole number of an option. */
export function wholeNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) throw new HalyardError("usage", `${option} takes a whole number from ${min} to ${max}.`);
    return number;
  };
}
