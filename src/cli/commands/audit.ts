import type { Command } from "commander";
import type { Session } from "../session.ts";
import { buildAcceptRestore, buildErase, buildPrune } from "../audit/erase.ts";
import { buildExport, buildShow, buildTail } from "../audit/export.ts";
import { buildCheckpoint, buildVerify } from "../audit/verify.ts";

export const example = "audit verify";

export function build(command: Command, session: Session): void {
  for (const one of [buildVerify, buildCheckpoint, buildTail, buildShow, buildExport, buildErase, buildPrune, buildAcceptRestore])
    one(command, session);
}
