import type { Operation } from "../../catalog/operation.ts";
import type { JsonObject } from "../../lib/json.ts";

/**
 * Whom one call touches. `counted`: named in the call. `groups`: the members of lists and segments, beside those counted. `campaign`, `message`: whoever these go to.
 * `later`: nobody yet, and nobody can say how many from now on.
 */
export type Reach =
  | { kind: "counted"; people: number }
  | { kind: "groups"; people: number; ids: string[] }
  | { kind: "campaign" | "message"; id: string }
  | { kind: "later" }
  | { kind: "everyone" };

type Rule = [operations: string[], reach: (args: JsonObject) => Reach];

const one: Reach = { kind: "counted", people: 1 };
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const sizeOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** Operations that reach people in a way of their own. */
const RULES: Rule[] = [
  [["send_campaign"], ({ id }) => ({ kind: "campaign", id: text(id) })],
  [["schedule_campaign_message_beta"], ({ campaign_message: id }) => ({ kind: "message", id: text(id) })],
  [["delete_list", "delete_segment"], ({ id }) => ({ kind: "groups", people: 0, ids: [text(id)] })],
  [["bulk_suppress_profiles", "bulk_unsuppress_profiles", "create_profile_bulk_export_job_beta"], ofGroups],
  [["create_event_bulk_export_job_beta"], () => ({ kind: "everyone" })],
  // The one that stays and those that go into it.
  [["merge_profiles"], ({ profiles }) => ({ kind: "counted", people: 1 + sizeOf(profiles) })],
  [["bulk_create_events"], ({ events_bulk_create: events }) => ({ kind: "counted", people: sizeOf(events) })],
  [["create_template_preview_send_job_beta"], ({ recipients }) => ({ kind: "counted", people: sizeOf(recipients) })],
  [
    [
      "update_profile",
      "create_profile",
      "create_or_update_profile",
      "create_client_profile",
      "create_conversation_message",
      "create_customer_agent_response_beta",
      "delete_push_token",
      "create_client_review",
    ],
    () => one,
  ],
];

const BY_OPERATION = new Map(RULES.flatMap(([operations, reach]) => operations.map((id) => [id, reach] as const)));

/** Whom a write touches, by its effect as raised and its canonical arguments. People are counted as often as they are named. */
export function reachOf(operation: Operation, args: JsonObject): Reach {
  const own = BY_OPERATION.get(operation.id);
  if (own) return own(args);
  const { profiles, profile } = args;
  if (Array.isArray(profiles)) return { kind: "counted", people: profiles.length };
  if (profile !== undefined && profile !== null) return one;
  // What is made live sends to whoever comes by.
  if (operation.effect.kind === "send-message") return { kind: "later" };
  return { kind: "counted", people: 0 };
}

function ofGroups({ profiles, list, segment }: JsonObject): Reach {
  const ids = [list, segment].filter((id) => typeof id === "string");
  const people = sizeOf(profiles);
  if (ids.length > 0) return { kind: "groups", people, ids };
  // Without a list or segment an export is of all people.
  return profiles === undefined ? { kind: "everyone" } : { kind: "counted", people };
}

/** How many things a call deletes. */
export function deletionsOf(operation: Operation, args: JsonObject): number {
  const { kind } = operation.effect;
  if (kind === "merge") return sizeOf(args["profiles"]);
  if (kind !== "delete" && kind !== "privacy-erasure") return 0;
  const lists = operation.args.filter((arg) => arg.in === "body").map(({ name }) => args[name]);
  return Math.max(1, ...lists.map(sizeOf));
}
