/** Splits the arguments of a tag at blanks; quoted parts stay whole, as Django's `smart_split`. */
export function splitWords(args: string): string[] {
  return args.match(/(?:[^\s'"]*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^\s'"]*)+|\S+/gs) ?? [];
}
