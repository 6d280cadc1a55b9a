import type { Catalog } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Audience, Card } from "./card.ts";
import { shownText, type Leaf } from "./card-leaf.ts";
import { nameOf, readerOf } from "./card-names.ts";
import { resourcesOf, type CardReads } from "./card-reads.ts";
import { looksLike, mixedLetters } from "./look-alikes.ts";
import { SECRET_SHAPE } from "../secret-shape.ts";

/** What the owner should know of this class of call, and of how its texts are written. */
export function warningsOf({ effect }: Operation, leaves: Leaf[]): string[] {
  const warnings: string[] = [];
  if (effect.reversible === "no") warnings.push("This cannot be undone.");
  if (effect.reversible === "partial") warnings.push("This can be undone only in part.");
  if (effect.flags.some((flag) => flag.startsWith("send-message"))) warnings.push("Messages may go out to people.");
  if (effect.flags.includes("skips-double-opt-in")) warnings.push("People are subscribed without being asked to confirm.");
  if (effect.flags.includes("external-data-flow")) warnings.push("Data goes to, or comes from, an address outside of Klaviyo.");
  if (effect.flags.includes("may-trigger-automation")) warnings.push("Flows may start because of this.");
  if (effect.flags.includes(SECRET_SHAPE))
    warnings.push("Something in it looks like a secret (a key or a token); it is masked here, and would be sent as it is.");
  if (leaves.some(({ value, path }) => `${path}${value}`.includes("<U+")))
    warnings.push("Some texts hold invisible or control characters; they are shown as <U+…>.");
  return [...warnings, ...leaves.flatMap(({ path, value }) => mixed(path, value))];
}

/** Where pieces of what the agent has read of outsiders are. */
export function warningsOfRead(leaves: Leaf[], targetHoldsRead: boolean): string[] {
  const warnings: string[] = [];
  if (leaves.some(({ untrusted }) => untrusted))
    warnings.push("Some values hold text that outsiders can write, which the agent has read; they are marked.");
  if (targetHoldsRead) warnings.push("What it acts on holds text that outsiders can write, which the agent has read.");
  return warnings;
}

function mixed(path: string, value: string): string[] {
  const letters = [...mixedLetters(path), ...mixedLetters(value)];
  return letters.length === 0 ? [] : [`${path} mixes letters that look alike: ${letters.slice(0, 5).join(", ")}.`];
}

/** Kinds of things that people tell apart by their names. */
const NAMED = ["list", "segment", "campaign", "flow", "template", "tag"] as const;

/** Names in the call, or of what it acts on, that can hardly be told from another name in the account. Compared with the first page of each kind. */
export async function confusedNames(
  catalog: Catalog,
  reads: CardReads,
  operation: Operation,
  args: JsonObject,
  target: Card["target"],
  audience: Audience[],
): Promise<string[]> {
  const given =
    typeof args["name"] === "string" && operation.resource !== null
      ? [{ type: operation.resource, id: target?.id ?? "", name: args["name"] }]
      : [];
  const met = [...given, ...(target ? [target] : []), ...audience].filter(
    (one): one is { type: string; id: string; name: string } => one.name !== null,
  );
  const kinds = new Set(met.flatMap(({ type }) => (type === "list" || type === "segment" ? ["list", "segment"] : [type])));
  const known = await Promise.all(NAMED.filter((type) => kinds.has(type)).map((type) => namesOf(catalog, reads, operation, type)));
  return met.flatMap(({ id, name }) =>
    known
      .flat()
      .filter((other) => other.id !== id && looksLike(name, other.name))
      .map(
        (other) =>
          `"${shownText(name, 80)}" looks like another name in this account: ${other.type} "${shownText(other.name, 80)}" (${other.id}).`,
      ),
  );
}

async function namesOf(
  catalog: Catalog,
  reads: CardReads,
  { channel }: Operation,
  type: string,
): Promise<{ type: string; id: string; name: string }[]> {
  const reader = readerOf(catalog, type, channel, "collection");
  if (!reader) return [];
  const body = await reads.body(reader.id, reader.filter?.required ? { filter: 'equals(messages.channel,"email")' } : {});
  return resourcesOf(body).flatMap((one) => {
    const name = nameOf(one);
    return name === null || typeof one["id"] !== "string" ? [] : [{ type, id: one["id"], name }];
  });
}
