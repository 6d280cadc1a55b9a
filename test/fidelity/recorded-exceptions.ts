/** Differences from the recorded exchanges that are meant: a pattern of the difference's line, and why. */
const EXCEPTIONS: { line: RegExp; because: string }[] = [];

export function explained(_exchange: string, line: string): boolean {
  return EXCEPTIONS.some((exception) => exception.line.test(line));
}
