import type { Scope } from "./scope.ts";

/** Renders what it was parsed from. */
export type Draw = (scope: Scope) => string;

/** A block up to the tag that ended it, and what that tag says. */
export interface Ended {
  body: Draw;
  end: string;
  args: string;
}

/** What follows a tag that has an end. */
export interface Block {
  /** Parses up to the first of these tags, which is consumed. Fails when the template ends before. */
  until(...ends: string[]): Ended;
}

/** A tag: parses its arguments, and its block if it has one. */
export type TagParser = (args: string, block: Block) => Draw;

/** For tags without a block. */
export function inline(parse: (args: string) => Draw): TagParser {
  return (args) => parse(args);
}
