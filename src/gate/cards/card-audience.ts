import type { Operation } from "../../catalog/operation.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { attributesOf, textIn, type CardReads } from "./card-reads.ts";
import type { Audience } from "./card.ts";
import { reachOf } from "./reach.ts";

/** More lists and segments than this are named without their numbers: each costs a request that Klaviyo allows 15 times a minute. */
const MAX_COUNTED = 6;

/** The lists and segments that a call is about as a whole: whom a campaign goes to, or whose members it touches. */
export async function audienceOf(reads: CardReads, operation: Operation, args: JsonObject, item: JsonObject | null): Promise<Audience[]> {
  const reach = reachOf(operation, args);
  if (reach.kind === "groups") return countedGroups(reads, reach.ids, []);
  if (reach.kind === "campaign") return ofAudiences(reads, item?.["audiences"]);
  if (reach.kind === "message") {
    const body = await reads.body("get_audience_for_campaign_message_beta", { id: reach.id });
    return ofAudiences(reads, attributesOf(body)["definition"]);
  }
  return ofAudiences(reads, args["audiences"]);
}

/** Klaviyo's own last count of whom a campaign reaches; null where it has not counted. */
export async function estimateOf(reads: CardReads, operation: Operation, args: JsonObject): Promise<number | null> {
  const reach = reachOf(operation, args);
  if (reach.kind !== "campaign") return null;
  const { estimated_recipient_count: count } = attributesOf(await reads.body("get_campaign_recipient_estimation", { id: reach.id }));
  return typeof count === "number" ? count : null;
}

function ofAudiences(reads: CardReads, audiences: unknown): Promise<Audience[]> {
  if (!isJsonObject(audiences)) return Promise.resolve([]);
  const idsOf = (name: string): string[] => {
    const groups = audiences[name];
    const ids = Array.isArray(groups) ? groups.map((group) => (isJsonObject(group) ? group["id"] : group)) : [];
    return ids.filter((id) => typeof id === "string");
  };
  return countedGroups(reads, idsOf("included"), idsOf("excluded"));
}

async function countedGroups(reads: CardReads, included: string[], excluded: string[]): Promise<Audience[]> {
  const all = [...included.map((id) => ({ id })), ...excluded.map((id) => ({ id, excluded: true as const }))];
  const counted = await Promise.all(
    all.slice(0, MAX_COUNTED).map(async (group) => ({ ...(await countedGroup(reads, group.id)), ...group })),
  );
  return [
    ...counted,
    ...all.slice(MAX_COUNTED).map((group): Audience => ({ ...group, type: "list or segment", name: null, people: null })),
  ];
}

async function countedGroup(reads: CardReads, id: string): Promise<Audience> {
  for (const type of ["list", "segment"] as const) {
    const body = await reads.body(`get_${type}`, { id, [`additional_fields_${type}`]: ["profile_count"] });
    if (!body) continue;
    const attributes = attributesOf(body);
    const { profile_count: people } = attributes;
    return { id, type, name: textIn(attributes, "name"), people: typeof people === "number" ? people : null };
  }
  return { id, type: "list or segment", name: null, people: null };
}
