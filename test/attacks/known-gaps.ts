/**
 * Parts that cases wait for, and why they are not there. A case that awaits one is tried all the same where it can be: its failure is a gap, and its success fails the
 * tests, so that the mark goes. When a part is there, take its line away: the type checker names every case that awaits it.
 */
export const KNOWN_GAPS = {
  "code mode": "there is no room `script` yet: an agent calls actions, and no program of its own runs",
  "the console": "the owner decides at the command line; there are no pages to attack",
  notifications: "nothing is sent to the owner yet",
} as const;

export type Gap = keyof typeof KNOWN_GAPS;
