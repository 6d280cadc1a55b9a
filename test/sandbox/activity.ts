import type { JsonObject } from "../../src/lib/json.ts";
import { actions } from "../../src/sandbox/actions.ts";
import { resources } from "../../src/sandbox/resources.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { dataOf, open, type Opened } from "./open.ts";

/** Where the clock of {@link openAccount} starts. */
export const NOW = Date.UTC(2026, 6, 15, 10);
export const DAY_MS = 86_400_000;
/** How much a new account has before anything happens in it. */
export const FRESH = { metrics: 19, segments: 4 };

/** A sandbox with everything that is declared. */
export function openAccount(options: SandboxOptions = {}): Promise<Opened> {
  return open({ resources, actions, ...options });
}

export function event(email: string, metric: string, attributes: JsonObject = {}): { data: JsonObject } {
  return {
    data: {
      type: "event",
      attributes: {
        properties: {},
        metric: { data: { type: "metric", attributes: { name: metric } } },
        profile: { data: { type: "profile", attributes: { email } } },
        ...attributes,
      },
    },
  };
}

/** Days before {@link NOW} as ISO text. */
export function daysAgo(days: number): string {
  return new Date(NOW - days * DAY_MS).toISOString();
}

/** Sends events and lets them arrive. */
export async function track(sandbox: Opened, ...sent: { data: JsonObject }[]): Promise<void> {
  for (const each of sent) {
    const { status, text } = await sandbox.call("POST /api/events", each);
    if (status !== 202) throw new Error(text);
  }
  sandbox.control.advance(1000);
}

export async function metricId(sandbox: Opened, name: string): Promise<string> {
  const found = dataOf(await sandbox.call("GET /api/metrics")).find(({ attributes }) => attributes["name"] === name);
  if (!found) throw new Error(`There is no metric ${name}`);
  return found.id;
}

export function segment(name: string, ...groups: JsonObject[][]): JsonObject {
  return {
    data: { type: "segment", attributes: { name, definition: { condition_groups: groups.map((conditions) => ({ conditions })) } } },
  };
}

/** Makes a segment, lets it be processed, and gives its id. */
export async function processed(sandbox: Opened, ...groups: JsonObject[][]): Promise<string> {
  const answer = await sandbox.call("POST /api/segments", segment("Segment", ...groups));
  if (answer.status !== 201) throw new Error(answer.text);
  sandbox.control.advance(13_000);
  return dataOf(answer)[0]?.id ?? "";
}

/** Emails of a segment's members, sorted. */
export async function membersOf(sandbox: Opened, segmentId: string): Promise<string[]> {
  const answer = await sandbox.call(`GET /api/segments/${segmentId}/profiles?page[size]=100`);
  if (answer.status !== 200) throw new Error(answer.text);
  return dataOf(answer)
    .map(({ attributes }) => String(attributes["email"]))
    .toSorted();
}
