import type { Change } from "../gate/cards/card-changes.ts";
import type { Content } from "../gate/cards/card-content.ts";
import type { Leaf } from "../gate/cards/card-leaf.ts";
import type { Named } from "../gate/cards/card-names.ts";
import type { Card } from "../gate/cards/card.ts";
import { dim, styled, type Line, type Piece } from "./layout.ts";

/** What a call sends, value by value, with the names of the ids among them. */
export function leafLines({ leaves, names = [], steps }: Card): Line[] {
  if (leaves.length === 0) return steps ? [] : [dim("  It sends no values.")];
  return [dim("  What it sends:"), ...leaves.map((leaf) => leafLine(leaf, names))];
}

function leafLine({ path, value, untrusted, folded }: Leaf, names: Named[]): Line {
  const line: Piece[] = [`    ${path} = `, styled("cyan", value)];
  const named = names.find(({ id }) => id === value);
  if (named) line.push(named.name === null ? dim(`  (${named.type}, name not known)`) : `  (${named.type} "${named.name}")`);
  if (untrusted) line.push(styled("yellow", "  (holds text of outsiders)"));
  if (folded) line.push(foldLine(folded));
  return line;
}

const foldLine = ({ characters, sha256 }: { characters: number; sha256: string }): Piece =>
  dim(`  (the beginning of ${characters} characters, sha256 ${sha256.slice(0, 16)}…)`);

export function changeLines(title: string, changes: Change[]): Line[] {
  if (changes.length === 0) return [];
  return [
    dim(`  ${title}`),
    ...changes.map(({ path, before, after }): Line => [`    ${path}: `, styled("red", before), " → ", styled("green", after)]),
  ];
}

const BASES: Record<Content["basis"], string> = {
  rendered: "as Klaviyo renders it without anyone's data",
  stored: "as Klaviyo keeps it",
  given: "as this call brings it",
};

/** What people will read, line by line behind a bar, so that nothing in it passes for the card's own words. */
export function contentLines(contents: Content[]): Line[] {
  return contents.flatMap(({ what, subject, preview, from, text, folded, basis }): Line[] => [
    dim(`  What people will read: ${what}, ${BASES[basis]}`),
    ...bar("subject", subject),
    ...bar("preview", preview),
    ...bar("from", from),
    ...text.split("\n").map((line): Line => [dim("    │ "), line]),
    ...(folded ? [[dim("    │ "), foldLine(folded)]] : []),
  ]);
}

function bar(label: string, text: string | undefined): Line[] {
  return text === undefined ? [] : [[dim(`    │ ${label}: `), text]];
}

export function sampleLine({ sample }: Card): string | undefined {
  if (!sample) return undefined;
  const random = sample.random.length === 0 ? "" : `; at random of the first ${sample.of}: ${sample.random.join(", ")}`;
  return `first ${sample.first.join(", ")}${random}`;
}

/** What is different from the card before, and which denied call it nearly repeats. */
export function historyLines({ since, variant }: Card): Line[] {
  return [
    ...(since
      ? [
          [styled("yellow", `  ! It takes the place of ${since.approval}: ${since.why}.`)],
          ...changeLines("Different from the card before:", since.changes),
        ]
      : []),
    ...(variant
      ? [
          [
            styled(
              "yellow",
              `  ! It nearly repeats ${variant.denied}, which was denied at ${variant.at}${variant.reason === null ? "." : `: "${variant.reason}"`}`,
            ),
          ],
          ...changeLines("Different from the denied call:", variant.changes),
        ]
      : []),
  ];
}
