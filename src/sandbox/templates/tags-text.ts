import { parseArguments, putOut } from "./arguments.ts";
import { templateFailure } from "./failure.ts";
import { inline, type Draw, type TagParser } from "./tag.ts";
import { isTruthy, numberOf } from "./values.ts";

function parseFirstof(args: string): Draw {
  const { positional, as } = parseArguments(args, [1, 100]);
  return (scope) => putOut(scope, as, positional.map((each) => each(scope)).find(isTruthy) ?? "");
}

function parseWidthratio(args: string): Draw {
  const { positional, as } = parseArguments(args, [3, 3]);
  return (scope) => {
    const [value = 0, largest = 0, width = 0] = positional.map((part) => numberOf(part(scope)) ?? 0);
    return putOut(scope, as, largest === 0 ? "0" : String(Math.round((value / largest) * width)));
  };
}

const MARKS: Record<string, string> = {
  openblock: "{%",
  closeblock: "%}",
  openvariable: "{{",
  closevariable: "}}",
  openbrace: "{",
  closebrace: "}",
  opencomment: "{#",
  closecomment: "#}",
};

function parseTemplatetag(args: string): Draw {
  const mark = MARKS[args] ?? templateFailure(`Invalid templatetag argument: '${args}'.`);
  return () => mark;
}

/** Tags of Django that make or shape text. */
export const TEXT_TAGS: Record<string, TagParser> = {
  firstof: inline(parseFirstof),
  widthratio: inline(parseWidthratio),
  templatetag: inline(parseTemplatetag),
  spaceless(_, block) {
    const { body } = block.until("endspaceless");
    return (scope) => body(scope).trim().replaceAll(/>\s+</g, "><");
  },
};
