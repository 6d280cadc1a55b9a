/** Characters of a text that fit into one message, and into each of several, of plain and of other alphabets (GSM 03.38, UCS-2). */
const PLAIN = { alone: 160, among: 153 };
const OTHER = { alone: 70, among: 67 };

/** How many segments a text message takes; one at least. A character that ASCII does not have makes all of it UCS-2 (assumed). */
export function segmentsOf(body: string): number {
  const { alone, among } = [...body].every((character) => character <= "\u007F") ? PLAIN : OTHER;
  return body.length <= alone ? 1 : Math.ceil(body.length / among);
}
