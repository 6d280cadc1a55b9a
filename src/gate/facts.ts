import type { Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import type { JsonObject } from "../lib/json.ts";
import { wantedFacts } from "../policy/decide.ts";
import { campaignPartOf, type CampaignPart } from "../policy/campaign-parts.ts";
import type { FactName, Facts, Scalar } from "../policy/facts.ts";
import type { Policy } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { clockFacts, timeZoneOf } from "./cards/account-time.ts";
import type { Caller, GateParts } from "./call.ts";
import { groupsOf } from "./cards/groups.ts";
import { hostsOf } from "./hosts.ts";
import { createFactReads, type FactReads } from "./fact-reads.ts";
import { reachOf } from "./cards/reach.ts";
import { isOutward, isTainted } from "./privacy/taint.ts";

/** What is decided on: the operation with its effect as raised, the canonical arguments, who calls, and the digest of it all. */
export interface Question {
  operation: Operation;
  args: JsonObject;
  caller: Pick<Caller, "agentName" | "door" | "agentId">;
  digest: string;
}

/** Facts of a call at the moment of asking. The time of day is told apart: it goes on while the call waits. */
export interface Gathered {
  facts: Facts;
  /** The account's time zone, where the policy asks for the time; or why it is not known. */
  timeZone?: string | { unknown: string };
}

/** What the call itself and its caller tell, without looking anything up. */
export function plainFacts({ operation, args, caller, digest }: Question): Facts {
  const groups = groupsOf(operation, args);
  const reach = reachOf(operation, args);
  const goesToAudience = reach.kind === "campaign" || reach.kind === "message";
  return {
    host: hostsOf(args),
    risk: operation.effect.risk,
    agent: caller.agentName,
    door: caller.door,
    call: digest,
    ...(!goesToAudience && groups),
    ...(!goesToAudience && groups.list.length === 0 && { list_size: [] }),
    ...(reach.kind === "counted" && { people: reach.people, recipients: reach.people }),
    ...(reach.kind === "later" && { people: LATER, recipients: LATER }),
    ...(reach.kind === "everyone" && { people: EVERYONE }),
  };
}

const LATER = { unknown: "it reaches people from now on, and nobody can say how many" };
const EVERYONE = { unknown: "it reaches everyone in the account" };

/**
 * The facts that the policy needs to decide a call, and only those: they are read from the account, never taken from the agent. What cannot be found out is
 * kept as unknown. Reads over the network, so not inside a transaction.
 */
export async function gather(parts: GateParts, connection: ConnectionRow, policy: Policy, question: Question): Promise<Gathered> {
  const facts = plainFacts(question);
  const plain = { ...question.operation, effect: parts.catalog.find(question.operation.id)?.effect ?? question.operation.effect };
  const wanted = new Set<FactName>();
  const situation = { args: question.args, facts };
  for (const operation of [question.operation, plain]) for (const name of wantedFacts(policy, operation, situation)) wanted.add(name);
  if (policy.caps.people_touched && facts.people === undefined) wanted.add("people");
  // What moves data out, or reaches people, is asked of an agent that has read what outsiders wrote.
  if (isOutward(question.operation)) wanted.add("tainted");
  const lookups = createFactReads(parts, connection);
  let timeZone: Gathered["timeZone"];
  for (const name of wanted) {
    if (name === "tainted") facts.tainted = await isTainted(parts, question.caller.agentId, policy.taint).catch(unknownBecause);
    else if (name === "local_time" || name === "weekday") timeZone ??= await timeZoneOf(parts, connection).catch(unknownBecause);
    else facts[name] = await lookUp(parts, lookups, name, question).catch(unknownBecause);
  }
  return { facts, ...(timeZone !== undefined && { timeZone }) };
}

/** The facts as they are at this moment. */
export function factsAt({ facts, timeZone }: Gathered, nowMs: number): Facts {
  return timeZone === undefined ? facts : { ...facts, ...clockFacts(timeZone, nowMs) };
}

type Found = Scalar | Scalar[];

async function lookUp(parts: GateParts, lookups: FactReads, name: FactName, question: Question): Promise<Found> {
  const found = await FINDERS[name]?.(lookups, question, parts);
  if (found === undefined) throw new HalyardError("not_found", "Nothing tells it.");
  return found;
}

type Finder = (lookups: FactReads, question: Question, parts: GateParts) => Promise<Found | undefined>;

const FINDERS: Partial<Record<FactName, Finder>> = {
  people,
  recipients: people,
  list: (lookups, question) => groupIds(lookups, question, "list"),
  segment: (lookups, question) => groupIds(lookups, question, "segment"),
  async list_size(lookups, question) {
    const ids = await namedGroups(lookups, question, "list");
    const groups = await Promise.all(ids.map((id) => lookups.group(id)));
    return groups.filter(({ type }) => type === "list").map(({ size }) => size);
  },
  async campaign_status(lookups, { operation, args }) {
    const part = campaignPartOf(operation);
    const id = part && args[part.arg];
    if (!part || typeof id !== "string") return undefined;
    if (operation.channel === "beta") return messageStatuses(lookups, part.of, id);
    return statusOf(
      lookups,
      "get_campaign",
      part.of === "message" ? await lookups.related("get_campaign_id_for_campaign_message", id) : id,
    );
  },
  async flow_status(lookups, { operation, args: { id } }) {
    if (typeof id !== "string") return undefined;
    if (operation.path.startsWith("/api/flows/")) return statusOf(lookups, "get_flow", id);
    const isMessage = operation.path.startsWith("/api/flow-messages/");
    const action = isMessage ? await lookups.related("get_action_id_for_flow_message", id) : id;
    return statusOf(lookups, "get_flow", await lookups.related("get_flow_id_for_flow_action", action));
  },
};

const MESSAGES_OF = {
  campaign: "get_message_ids_for_campaign_beta",
  audience: "get_message_ids_for_campaign_audience_beta",
  variation: "get_message_id_for_campaign_variation_beta",
} as const;

/** In the beta each message of a campaign has a status of its own: all that are concerned. */
async function messageStatuses(lookups: FactReads, of: CampaignPart["of"], id: string): Promise<string[] | undefined> {
  const ids = of === "message" ? [id] : await lookups.allRelated(MESSAGES_OF[of], id);
  const statuses = await Promise.all(ids.map((message) => statusOf(lookups, "get_campaign_message_beta", message)));
  return statuses.every((status) => status !== undefined) ? statuses : undefined;
}

async function statusOf(lookups: FactReads, reader: string, id: string): Promise<string | undefined> {
  const attributes = await lookups.attributes(reader, id);
  const { definition } = attributes;
  const status =
    attributes["status"] ??
    (typeof definition === "object" && definition !== null && !Array.isArray(definition) ? definition["status"] : undefined);
  return typeof status === "string" ? status : undefined;
}

/** People in several groups are counted in each: the number is never too small. */
async function people(lookups: FactReads, { operation, args }: Question): Promise<number | undefined> {
  const reach = reachOf(operation, args);
  if (reach.kind === "later" || reach.kind === "everyone") return undefined;
  if (reach.kind === "counted") return reach.people;
  const ids = reach.kind === "groups" ? reach.ids : await lookups.audience(reach.kind, reach.id);
  const groups = await Promise.all(ids.map((id) => lookups.group(id)));
  return groups.reduce((sum, { size }) => sum + size, reach.kind === "groups" ? reach.people : 0);
}

async function namedGroups(lookups: FactReads, { operation, args }: Question, group: "list" | "segment"): Promise<string[]> {
  const reach = reachOf(operation, args);
  const audience = reach.kind === "campaign" || reach.kind === "message" ? await lookups.audience(reach.kind, reach.id) : [];
  return [...new Set([...groupsOf(operation, args)[group], ...audience])];
}

/** The lists, or the segments, among the groups of an audience, where ids alone do not say what they are. */
async function groupIds(lookups: FactReads, question: Question, group: "list" | "segment"): Promise<string[]> {
  const ids = await namedGroups(lookups, question, group);
  const groups = await Promise.all(ids.map(async (id) => ({ id, ...(await lookups.group(id)) })));
  return groups.filter(({ type }) => type === group).map(({ id }) => id);
}

function unknownBecause(thrown: unknown): { unknown: string } {
  return { unknown: `it could not be looked up (${thrown instanceof HalyardError ? thrown.code : "internal"})` };
}
