/**
 * Makes text from outside safe for a terminal: C0 and C1 control characters, escape sequences and the Unicode
 * bidirectional and invisible characters become visible code points such as `<U+202E>` (but for the selector behind an emoji, which people type). Line breaks and tabs become spaces.
 */
export function terminalSafe(text: string): string {
  return text
    .replaceAll(/[\t\n\r]+/g, " ")
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\u2800]|(?<!\p{Extended_Pictographic})\uFE0F|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu,
      (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`,
    );
}

/** The same for every string inside plain data: keys and values. */
export function terminalSafeDeep(value: unknown): unknown {
  if (typeof value === "string") return terminalSafe(value);
  if (Array.isArray(value)) return value.map(terminalSafeDeep);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [terminalSafe(key), terminalSafeDeep(inner)]));
  }
  return value;
}

/** Cuts to `max` characters with an ellipsis that says so. */
export function truncate(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** Edit distance by insertion, deletion, substitution and swap of neighbours. */
function distance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? j;
  for (let i = 0; i <= a.length; i++) {
    const row = rows[i] as number[];
    for (let j = i === 0 ? 0 : 1; j <= b.length; j++) {
      if (i === 0) row[j] = j;
      else {
        const same = a[i - 1] === b[j - 1] ? 0 : 1;
        let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
        row[j] = best;
      }
    }
  }
  return at(a.length, b.length);
}

/** The nearest of `known` to `word`, best first, at most `most`, none that differ in more than a third of the word. */
export function nearest(word: string, known: Iterable<string>, most = 3): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  return [...known]
    .filter((candidate) => Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, score: distance(word, candidate) }))
    .filter(({ score }) => score <= limit)
    .toSorted((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}
