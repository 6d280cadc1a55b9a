import type { Operation } from "../../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../../catalog/request.ts";
import { canonicalJson, type Json, type JsonObject } from "../../lib/json.ts";
import { RISK_NAMES } from "../../policy/presets.ts";
import { maskSecretShapes } from "../../lib/secret-shapes.ts";
import { terminalSafe, truncate } from "../../lib/text.ts";
import type { Change } from "./card-changes.ts";
import type { Content } from "./card-content.ts";
import { fold, leavesOf, secretsOf, sha256, shownText, type Leaf } from "./card-leaf.ts";
import type { Named } from "./card-names.ts";
import type { Sample } from "./card-people.ts";
import { warningsOf, warningsOfRead } from "./card-warnings.ts";
import { reachOf } from "./reach.ts";
import { NOTHING_SEEN, type Sight } from "./sight.ts";
import { isOutward } from "../privacy/taint.ts";
import { undoingShown, undoOutlook, type UndoingShown, type UndoOutlook } from "../undo/undo-card.ts";
import type { Undoing } from "../undo/undoing.ts";

/** What the owner sees and decides on. Rendered from the canonical request only; plain data, so that every channel shows the same. */
export interface Card {
  title: string;
  operation: string;
  connection: string;
  account: string;
  agent: string;
  effect: { kind: string; risk: number; risk_means: string; reversible: string; inverse: string[] };
  /** What it acts on, with the name that we looked up ourselves. */
  target: { id: string; type: string; name: string | null } | null;
  /** The lists and segments that it is about as a whole, looked up by us. */
  audience: Audience[];
  /** Every leaf of the arguments: `path` in flat form, `value` as text; long ones folded with their count and digest. */
  leaves: Leaf[];
  people: { count: number | null; basis: "counted" | "estimated" | "none" };
  warnings: string[];
  /** What the agent has lately read that outsiders can write, where the call reaches out or holds pieces of it; `more` counts what is not named. */
  untrusted?: { objects: string[]; more: number };
  /** The agent's own words: shown apart, never as a fact. */
  agent_says: string | null;
  /** Names of the ids among the leaves. */
  names?: Named[];
  /** What is there now and what will be instead. */
  changes?: Change[];
  /** Messages and pages as people will read them. */
  content?: Content[];
  /** Some of those it reaches, masked. */
  sample?: Sample;
  /** How long after a yes it waits, and can be stopped. */
  hold_seconds?: number;
  /** What is not as it was on the card before this one. */
  since?: { approval: string; why: string; changes: Change[] };
  /** The denied call that it nearly repeats. */
  variant?: { denied: string; at: string; reason: string | null; changes: Change[] };
  /** The agent has read text that outsiders can write. */
  tainted?: boolean;
  /** Of a plan: the cards of its steps, in order. */
  steps?: Card[];
  /** How it can be taken back, by what is there now; absent on cards from before they said so. */
  undo?: UndoOutlook;
  /** Set where it takes back another call. */
  undoes?: UndoingShown;
}

export interface Audience {
  id: string;
  type: string;
  name: string | null;
  /** Members at this moment; not all of them need receive it. */
  people: number | null;
  /** These are left out. */
  excluded?: true;
}

const MAX_REASON_CHARACTERS = 500;

export interface CardInput {
  operation: Operation;
  request: WireRequest;
  connection: string;
  account: string;
  agent: string;
  reason: string | null;
  sight?: Sight;
  holdSeconds?: number;
  since?: Card["since"];
  variant?: Card["variant"];
  undoes?: Undoing | undefined;
}

/** Renders the card of one canonical request. Text of others in it is harmless, every value of the request is in it. */
export function renderCard(input: CardInput): Card {
  const { operation, request, sight = NOTHING_SEEN, holdSeconds = 0, since, variant, undoes } = input;
  const { read, holdsRead } = sight;
  const args = parseRequest(operation, request);
  const all = leavesOf(args, "", secretsOf(operation.resource), read.holds);
  const isUntrusted = holdsRead || all.some(({ untrusted }) => untrusted);
  const { kind, risk, reversible, inverse } = operation.effect;
  const { target, audience, names, changes, content, sample } = sight;
  const undo = undoOutlook(sight.before);
  return {
    title: operation.summary,
    operation: operation.id,
    connection: input.connection,
    account: input.account,
    agent: input.agent,
    effect: { kind, risk, risk_means: RISK_NAMES[risk], reversible, inverse },
    target: target && { ...target, name: shownName(target.name) },
    audience: audience.map((group) => ({ ...group, name: shownName(group.name) })),
    leaves: fold(all),
    people: peopleOf(operation, args, sight),
    warnings: [...warningsOf(operation, all), ...warningsOfRead(all, holdsRead), ...sight.warnings],
    ...(read.objects.length > 0 &&
      (isUntrusted || isOutward(operation)) && { untrusted: { objects: read.objects.map((name) => shownText(name)), more: read.more } }),
    agent_says: shownReason(input.reason),
    ...(names.length > 0 && { names: names.map((one) => ({ ...one, name: shownName(one.name) })) }),
    ...(changes.length > 0 && { changes }),
    ...(content.length > 0 && { content }),
    ...(sample && {
      sample: { ...sample, first: sample.first.map((one) => shownText(one)), random: sample.random.map((one) => shownText(one)) },
    }),
    ...(holdSeconds > 0 && { hold_seconds: holdSeconds }),
    ...(since && { since }),
    ...(variant && { variant }),
    ...(read.objects.length > 0 && { tainted: true }),
    ...(undo && { undo }),
    ...(undoes && { undoes: undoingShown(undoes) }),
  };
}

/** The agent's own words, harmless and short. */
export function shownReason(reason: string | null): string | null {
  return reason === null ? null : terminalSafe(truncate(maskSecretShapes(reason), MAX_REASON_CHARACTERS));
}

function shownName(name: string | null): string | null {
  return name === null ? null : shownText(name, 120);
}

/** SHA-256 of the card, hex: the approval keeps it, so that what was shown cannot be changed afterwards. */
export function cardDigest(card: Card): string {
  // The round trip drops what JSON does not have (absent optional members).
  return sha256(canonicalJson(JSON.parse(JSON.stringify(card)) as Json));
}

/** Whom it reaches: named in the call, or by Klaviyo's own estimate, or at most the members of its groups, who may be counted twice. */
function peopleOf(operation: Operation, args: JsonObject, { audience, estimate }: Sight): Card["people"] {
  const reach = reachOf(operation, args);
  if (reach.kind === "counted") {
    const isOfOne = reach.people === 0 && operation.path.startsWith("/api/profiles/{id}");
    const count = isOfOne ? 1 : reach.people;
    return count > 0 ? { count, basis: "counted" } : { count: null, basis: "none" };
  }
  if (estimate !== null) return { count: estimate, basis: "estimated" };
  const groups = audience.filter(({ excluded }) => !excluded);
  if (groups.length === 0 || groups.some(({ people }) => people === null)) return { count: null, basis: "estimated" };
  const named = reach.kind === "groups" ? reach.people : 0;
  return { count: groups.reduce((sum, { people }) => sum + (people ?? 0), named), basis: "estimated" };
}
