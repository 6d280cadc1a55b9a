import { z } from "zod";

/** What agents see of a person: the thing itself, a stable token in its place, or nothing. */
export type Shown = "token" | "show" | "hide";

/** The parts of a policy that are not rules: for the rooms that enforce them. */
export interface Sections {
  privacy: { email: Shown; phone_number: Shown; names: Shown; free_text: "mark" | "show" };
  /** Hosts that addresses in a write may point at without being asked: `cdn.example.com`, or `*.example.com` for all below it. */
  egress: { hosts: string[] };
  /** How long an approved send waits before it goes. */
  hold: { sends_seconds: number };
  /** Up to which risk an approval may be asked inside the agent's client; null for never. */
  elicitation: { risk_at_most: 1 | 2 | 3 | null };
  /** How long the last good document holds after the file was damaged. */
  good_for: { hours: number };
}

const HOST = /^(\*\.(?=[^.]+\.))?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const shown = (normally: Shown) => z.enum(["token", "show", "hide"]).default(normally);
const host = z.string().toLowerCase().regex(HOST, "must be a host such as cdn.example.com or *.example.com, without scheme, port or path");

/** The sections with what holds where the document says nothing. */
export const SECTIONS = {
  privacy: z
    .strictObject({
      email: shown("token"),
      phone_number: shown("token"),
      names: shown("show"),
      free_text: z.enum(["mark", "show"]).default("mark"),
    })
    .prefault({}),
  egress: z.strictObject({ hosts: z.array(host).max(200).default([]) }).prefault({}),
  hold: z.strictObject({ sends_seconds: z.int().min(0).max(86_400).default(60) }).prefault({}),
  elicitation: z.strictObject({ risk_at_most: z.literal([1, 2, 3]).nullable().default(null) }).prefault({}),
  good_for: z.strictObject({ hours: z.int().min(0).max(168).default(24) }).prefault({}),
};

/** Whether a host is on the list. `*.example.com` is every host below example.com, not example.com itself. */
export function isListedHost(hosts: readonly string[], host: string): boolean {
  return hosts.some((listed) => (listed.startsWith("*.") ? host.endsWith(listed.slice(1)) : host === listed));
}
