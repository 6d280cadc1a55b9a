/** Moments of a write inside the client, for the tests that kill processes (gate/crash-points.ts has the rest). */
export const CLIENT_POINTS = [
  "client.probed",
  "client.prepared",
  "client.in-turn",
  "client.exchanged",
  "client.counted",
  "client.attempted",
  "client.waited",
] as const;
export type ClientPoint = (typeof CLIENT_POINTS)[number];
