import { templateFailure } from "./failure.ts";

/** A part of a template: text, `{{ … }}` as a tag without a name, or `{% name args %}`. */
export type Piece = { kind: "text"; text: string } | { kind: "tag"; name: string; args: string };

/** The name under which {@link Piece}s stand that print an expression. No author can write it. */
export const PRINT = "";

/** Tags whose content is not looked into: `comment` drops it, `verbatim` prints it. */
const RAW = new Set(["comment", "verbatim"]);

/** Cuts a template into pieces as Django does: a mark counts when it is closed on the same line. */
export function splitTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  const marks = /\{%(.*?)%\}|\{\{(.*?)\}\}|\{#.*?#\}/g;
  let at = 0;
  for (let mark = marks.exec(source); mark; mark = marks.exec(source)) {
    pushText(pieces, source.slice(at, mark.index));
    at = marks.lastIndex;
    const [, tag, print] = mark;
    if (print !== undefined) pieces.push({ kind: "tag", name: PRINT, args: print.trim() });
    if (tag === undefined) continue;
    const { name, args } = parseTag(tag.trim());
    if (RAW.has(name)) at = marks.lastIndex = pushRaw(pieces, source, { from: at, name, args });
    else pieces.push({ kind: "tag", name, args });
  }
  pushText(pieces, source.slice(at));
  return pieces;
}

function parseTag(tag: string): { name: string; args: string } {
  if (tag === "") templateFailure("Empty block tag.");
  const [, name = tag, args = ""] = /^(\S+)\s*([\s\S]*)$/.exec(tag) ?? [];
  return { name, args };
}

function pushText(pieces: Piece[], text: string): void {
  if (text !== "") pieces.push({ kind: "text", text });
}

/** Skips to the end tag; a verbatim block may carry a name that its end tag repeats. Returns where to go on. */
function pushRaw(pieces: Piece[], source: string, { from, name, args }: { from: number; name: string; args: string }): number {
  const label = name === "verbatim" && args !== "" ? String.raw`\s+${args.replaceAll(/[^\w\s]/g, String.raw`\$&`)}` : "";
  const end = new RegExp(String.raw`\{%\s*end${name}${label}\s*%\}`, "g");
  end.lastIndex = from;
  const found = end.exec(source) ?? templateFailure(`Unclosed tag '${name}'.`);
  if (name === "verbatim") pushText(pieces, source.slice(from, found.index));
  return end.lastIndex;
}
