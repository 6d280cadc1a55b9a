import { isWrite, type Operation } from "../catalog/operation.ts";
import { inputSchema } from "../catalog/validation.ts";
import { campaignPartOf } from "./campaign-parts.ts";

/** What kind of value a fact or an argument has, and so which predicates may speak of it. */
export type ValueType = "integer" | "text" | "flag" | "time" | "weekday" | "any";

export type Scalar = string | number | boolean | null;

/** A fact that could not be found out, and why. A condition on it cannot be evaluated. */
export interface Unknown {
  unknown: string;
}

/** What the gate found out by itself about one call. Facts of which a call may have several are lists; an empty list is "it has none". */
export type Facts = Partial<Record<FactName, Scalar | Scalar[] | Unknown>>;

interface FactKind {
  type: ValueType;
  means: string;
  /** The only values there are. */
  values?: readonly string[];
  /** Compared without regard to case. */
  lower?: true;
  /** Operations of which it can be said; all, where absent. */
  of?(operation: Operation): boolean;
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const FLOW_PATH = /^\/api\/(flows|flow-actions|flow-messages)\/\{id\}/;
/** Operations that reach whoever a campaign, or a message of one, goes to. */
const TO_AUDIENCES = ["send_campaign", "schedule_campaign_message_beta"];

export const FACTS = {
  people: { type: "integer", means: "people that the call touches", of: isWrite },
  recipients: { type: "integer", means: "people that a send reaches", of: ({ effect }) => effect.kind === "send-message" },
  list: { type: "text", means: "ids of the lists that the call touches", of: (operation) => mentionsGroup(operation, "list") },
  segment: { type: "text", means: "ids of the segments that the call touches", of: (operation) => mentionsGroup(operation, "segment") },
  list_size: { type: "integer", means: "members of each list that the call touches", of: (operation) => mentionsGroup(operation, "list") },
  campaign_status: {
    type: "text",
    means: "status of the campaign that the call acts on",
    lower: true,
    of: (operation) => campaignPartOf(operation) !== undefined,
  },
  flow_status: {
    type: "text",
    means: "status of the flow that the call acts on",
    values: ["draft", "manual", "live"],
    lower: true,
    of: (operation) => FLOW_PATH.test(operation.path),
  },
  local_time: { type: "time", means: "time of day in the account's time zone" },
  weekday: { type: "weekday", means: "day of the week in the account's time zone" },
  host: { type: "text", means: "host of every address in the arguments", lower: true, of: isWrite },
  risk: { type: "integer", means: "risk of the call, raised by its arguments" },
  agent: { type: "text", means: "name of the agent" },
  door: { type: "text", means: "how the call came in", values: ["stdio", "http", "cli"] },
  tainted: { type: "flag", means: "whether the agent has read text that outsiders can write" },
  call: { type: "text", means: "digest of the exact call, as its approval shows it" },
} as const satisfies Record<string, FactKind>;

export type FactName = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as FactName[];

export function isFactName(name: string): name is FactName {
  return Object.hasOwn(FACTS, name);
}

/** What is known of a kind of fact. */
export function factKind(name: FactName): FactKind {
  return FACTS[name];
}

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && "unknown" in value;
}

const mentioned = new Map<string, boolean>();

/** Whether an operation can name lists (or segments): in its path, in its arguments, or in the audience of a campaign that it is about. */
function mentionsGroup(operation: Operation, group: "list" | "segment"): boolean {
  const key = `${operation.id} ${group}`;
  const known = mentioned.get(key);
  if (known !== undefined) return known;
  const found =
    operation.path.startsWith(`/api/${group}s/{id}`) ||
    TO_AUDIENCES.includes(operation.id) ||
    operation.args.some(({ name }) => name === "definition" || name === "audiences") ||
    new RegExp(`"${group}s?(_ids?)?":`).test(JSON.stringify(inputSchema(operation).properties ?? {}));
  mentioned.set(key, found);
  return found;
}
