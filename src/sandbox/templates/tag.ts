import type { Scope } from "./scope.ts";

/** Renders what it was parsed from. */
export type Draw = (scope: Scope) => string;

/** What follows a tag that has an end. */
export interface Block {
  /** Parses up to the first of these tags, which is consumed. Fails when the template ends before. */
  until(...ends: string[]): { body: Draw; end: string; args: string };
}

/** A tag: parses its arguments, and its block if it has one. */
export type TagParser = (args: string, block: Block) => Draw;

/** For tags without a block. */
export function inline(parse: (args: string) => Draw): TagParser {
  return (args) => parse(args);
}
