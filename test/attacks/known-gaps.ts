/**
 * Parts that cases wait for, and why they are not there. A case that awaits one is tried all the same where it can be: its failure is a gap, and its success fails the
 * tests, so that the mark goes. When a part is there, take its line away: the type checker names every case that awaits it.
 */
export const KNOWN_GAPS = {
  "code mode": "there is no room `script` yet: an agent calls actions, and no program of its own runs",
  "fences between versions": "two versions of Halyard on one store are not told apart yet",
  "the console": "the owner decides at the command line; there are no pages to attack",
  notifications: "nothing is sent to the owner yet",
  "shares of the rate limits": "the windows of an account are shared by whoever comes first; each agent is only told to wait",
  "a breaker": "there is no breaker: retries have a budget, and writes are never probes",
  "a stop for everything": "the owner stops single sends, agents and connections, not yet everything at once",
  undo: "calls cannot be taken back yet",
  "the crash matrix": "kills at every point of a write's way are not played yet",
  "the following of jobs": "what Klaviyo takes as a job is told as accepted, and not followed yet",
  reconciliation: "what is unknown stays unknown until the owner has looked",
} as const;

export type Gap = keyof typeof KNOWN_GAPS;
