import { createHash } from "node:crypto";
import type { Operation } from "../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../catalog/request.ts";
import { canonicalJson, isJsonObject, type Json } from "../lib/json.ts";
import { terminalSafe, truncate } from "../lib/text.ts";
import { RISK_NAMES } from "../policy/presets.ts";
import type { UndoingShown, UndoOutlook } from "./undo-card.ts";

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
  /** The lists and segments that a campaign goes to, looked up by us. */
  audience: Audience[];
  /** Every leaf of the arguments: `path` in flat form, `value` as text; long ones folded with their count and digest. */
  leaves: Leaf[];
  people: { count: number | null; basis: "counted" | "estimated" | "none" };
  warnings: string[];
  /** The agent's own words: shown apart, never as a fact. */
  agent_says: string | null;
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
}

export interface Leaf {
  path: string;
  value: string;
  /** Set where `value` is only the beginning. */
  folded?: { characters: number; sha256: string };
}

const MAX_LEAF_CHARACTERS = 200;
const MAX_PATH_CHARACTERS = 120;
const MAX_REASON_CHARACTERS = 500;
const MAX_LEAVES = 200;

interface CardInput {
  operation: Operation;
  request: WireRequest;
  connection: string;
  account: string;
  agent: string;
  target: Card["target"];
  audience: Audience[];
  reason: string | null;
  undo?: UndoOutlook | undefined;
  undoes?: UndoingShown | undefined;
}

/** Renders the card of one canonical request. */
export function renderCard({ operation, request, connection, account, agent, target, audience, reason, undo, undoes }: CardInput): Card {
  const args = parseRequest(operation, request);
  const all = leavesOf(args, "");
  const { kind, risk, reversible, inverse } = operation.effect;
  return {
    title: operation.summary,
    operation: operation.id,
    connection,
    account,
    agent,
    effect: { kind, risk, risk_means: RISK_NAMES[risk], reversible, inverse },
    target,
    audience,
    leaves: fold(all),
    people: audience.length > 0 ? estimated(audience) : peopleOf(operation, args),
    warnings: warningsOf(operation, all),
    agent_says: reason === null ? null : terminalSafe(truncate(reason, MAX_REASON_CHARACTERS)),
    ...(undo && { undo }),
    ...(undoes && { undoes }),
  };
}

/** SHA-256 of the card, hex: the approval keeps it, so that what was shown cannot be changed afterwards. */
export function cardDigest(card: Card): string {
  // The round trip drops what JSON does not have (absent optional members).
  return sha256(canonicalJson(JSON.parse(JSON.stringify(card)) as Json));
}

/** Every leaf, in order; empty lists and objects are leaves of their own, null is told as what it does. */
export function leavesOf(value: Json, path: string): Leaf[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item, at) => leavesOf(item, `${path}[${at}]`));
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) =>
      leavesOf(inner, path === "" ? terminalSafe(key) : `${path}.${terminalSafe(key)}`),
    );
  }
  return path === "" ? [] : [leaf(path, value)];
}

/** Members that hold secrets: the owner sees that one is set, and the record does not keep it. */
const SECRET_NAME = /(^|[._[\]])(secret_key|secret|password|api_key)$/;

function leaf(name: string, value: Json): Leaf {
  const path =
    name.length <= MAX_PATH_CHARACTERS
      ? name
      : `${truncate(name, MAX_PATH_CHARACTERS)} (${name.length} characters, sha256 ${sha256(name)})`;
  if (SECRET_NAME.test(name) && typeof value === "string") return { path, value: `(secret, ${value.length} characters)` };
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const shown = value === null ? "(cleared)" : terminalSafe(text);
  if (shown.length <= MAX_LEAF_CHARACTERS) return { path, value: shown };
  return { path, value: truncate(shown, MAX_LEAF_CHARACTERS), folded: { characters: text.length, sha256: sha256(text) } };
}

/** More leaves than a person reads become one folded leaf with their number and digest. */
function fold(leaves: Leaf[]): Leaf[] {
  if (leaves.length <= MAX_LEAVES) return leaves;
  const rest = leaves.slice(MAX_LEAVES);
  const text = rest.map(({ path, value, folded }) => `${path}=${folded?.sha256 ?? value}`).join("\n");
  return [
    ...leaves.slice(0, MAX_LEAVES),
    { path: `… ${rest.length} more values`, value: "folded", folded: { characters: text.length, sha256: sha256(text) } },
  ];
}

/** People named in the call itself; a list or segment that stands for many is not counted here and says so by `none`. */
function peopleOf(operation: Operation, args: Json): Card["people"] {
  const { profiles, profile } = isJsonObject(args) ? args : {};
  if (Array.isArray(profiles)) return { count: profiles.length, basis: "counted" };
  if (profile !== undefined || operation.path.startsWith("/api/profiles/{id}")) return { count: 1, basis: "counted" };
  return { count: null, basis: "none" };
}

/** Members of several lists may be the same people, so this is an upper bound. */
function estimated(audience: Audience[]): Card["people"] {
  const counts = audience.map(({ people }) => people);
  if (counts.some((count) => count === null)) return { count: null, basis: "estimated" };
  return { count: counts.reduce<number>((sum, count) => sum + (count ?? 0), 0), basis: "estimated" };
}

function warningsOf(operation: Operation, leaves: Leaf[]): string[] {
  const warnings: string[] = [];
  if (operation.effect.reversible === "no") warnings.push("This cannot be undone.");
  if (operation.effect.reversible === "partial") warnings.push("This can be undone only in part.");
  if (operation.effect.flags.some((flag) => flag.startsWith("send-message"))) warnings.push("Messages may go out to people.");
  if (operation.effect.flags.includes("skips-double-opt-in")) warnings.push("People are subscribed without being asked to confirm.");
  if (operation.effect.flags.includes("external-data-flow")) warnings.push("Data goes to, or comes from, an address outside of Klaviyo.");
  if (operation.effect.flags.includes("may-trigger-automation")) warnings.push("Flows may start because of this.");
  if (leaves.some(({ value, path }) => `${path}${value}`.includes("<U+")))
    warnings.push("Some texts hold invisible or control characters; they are shown as <U+…>.");
  return warnings;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
