import { styleText } from "node:util";
import { terminalSafe } from "../lib/text.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
/** Text of a line. It is made safe for the terminal when it is rendered, so that no command can forget to. */
export type Piece = string | { text: string; style: Style };
export type Line = Piece | Piece[];

export const styled = (style: Style, text: string): Piece => ({ text, style });
export const bold = (text: string): Piece => styled("bold", text);
export const dim = (text: string): Piece => styled("dim", text);

/** The one way from lines to text: control characters are shown as code points, styles become escape sequences where colours are wanted. */
export function renderLine(line: Line, isColoured: boolean): string {
  return (Array.isArray(line) ? line : [line])
    .map((piece) => {
      if (typeof piece === "string") return terminalSafe(piece);
      const safe = terminalSafe(piece.text);
      return isColoured ? styleText(piece.style, safe, { validateStream: false }) : safe;
    })
    .join("")
    .trimEnd();
}

/** Columns as wide as their widest cell, two spaces apart; the first row is the heading. */
export function table(heading: string[], rows: Piece[][]): Line[] {
  const all: Piece[][] = [heading.map(dim), ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ""))));
  return all.map((row) => row.flatMap((cell, column) => [cell, " ".repeat((widths[column] ?? 0) - widthOf(cell) + 2)]));
}

/** Labelled values below each other; a value that is undefined leaves its line out. */
export function fields(pairs: [label: string, value: Piece | Piece[] | undefined][]): Line[] {
  const shown = pairs.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
  const width = Math.max(0, ...shown.map(({ label }) => label.length));
  return shown.map(({ label, value }) => [dim(`  ${label.padEnd(width)}  `), ...(Array.isArray(value) ? value : [value])]);
}

const BOX_WIDTH = 76;

/** A framed text with its title in the frame, wrapped at words: for words that are not ours. */
export function box(title: string, text: string): Line[] {
  const inner = BOX_WIDTH - 4;
  const lines = wrap(terminalSafe(text), inner);
  return [
    dim(`  ┌─ ${title} ${"─".repeat(Math.max(0, inner - title.length - 1))}┐`),
    ...lines.map((line): Line => [dim("  │ "), line.padEnd(inner), dim(" │")]),
    dim(`  └${"─".repeat(inner + 2)}┘`),
  ];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  // A word that is longer than the box is cut, so that nothing can run out of its frame.
  for (const word of text.split(" ").flatMap((part) => part.match(new RegExp(`.{1,${width}}`, "gu")) ?? [""])) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function widthOf(piece: Piece): number {
  return Array.from(terminalSafe(typeof piece === "string" ? piece : piece.text)).length;
}
