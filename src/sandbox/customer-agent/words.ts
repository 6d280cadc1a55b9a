const STOP = new Set(
  "a about all am an and any are as at be been but by can could did do does for from get give got had has have hello hey hi how i if in is it its just like many me much my need no not of on or our out please so some tell than thank thanks that the their them then there they this to too us was we were what when where which who why will with would you your".split(
    " ",
  ),
);

/** Words that say something, each once and cut to a stem, so that "returns" meets "returned". */
export function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !STOP.has(word)).map(stem));
}

/** Stems of all languages alike: a plural's "s" off, then five letters. */
function stem(word: string): string {
  return (word.length > 3 ? word.replace(/s$/, "") : word).slice(0, 5);
}

/** How many words of the one are among the other. */
export function overlap(words: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let count = 0;
  for (const word of words) if (others.has(word)) count++;
  return count;
}

/** Sentences and lines, blanks trimmed. */
export function sentencesOf(text: string): string[] {
  return (text.match(/[^.!?\n]+[.!?]*/g) ?? []).map((sentence) => sentence.trim()).filter((sentence) => sentence !== "");
}
