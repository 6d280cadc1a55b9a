import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import type { Vault } from "../../vault/vault.ts";
import { resourcesOf, type CardReads } from "./card-reads.ts";
import type { Audience } from "./card.ts";
import { maskedPerson } from "./mask.ts";

/** Some of the people that a call reaches, masked: who has an eye on them sees that it is the wrong list. */
export interface Sample {
  first: string[];
  random: string[];
  /** Of how many the random ones were drawn. */
  of: number;
}

const EACH = 5;
const PAGE = 100;

/** People of the audience: the first five of it, and five at random of the first hundred of each of its groups. */
export async function sampleOfGroups(vault: Vault, reads: CardReads, digest: string, groups: Audience[]): Promise<Sample | null> {
  const pages = await Promise.all(
    groups
      .filter(({ type }) => type === "list" || type === "segment")
      .slice(0, 3)
      .map(({ type, id }) => reads.body(`get_profiles_for_${type}`, { id, page_size: PAGE, fields_profile: ["email", "phone_number"] })),
  );
  return sampleOf(
    vault,
    digest,
    pages.flatMap((page) => resourcesOf(page)),
  );
}

/** People that the call itself names. */
export function sampleOfNamed(vault: Vault, digest: string, { profiles }: JsonObject): Sample | null {
  const named = Array.isArray(profiles) ? profiles.map((one) => (isJsonObject(one) ? one : { id: one })) : [];
  return named.length > 1 ? sampleOf(vault, digest, named) : null;
}

/** Drawn under a key that no agent has, so that a call cannot be made to show only whom it likes; the same each time it is looked at. */
function sampleOf(vault: Vault, digest: string, people: JsonObject[]): Sample | null {
  const shown = [...new Set(people.map((one) => maskedPerson(one) ?? "(nothing known)"))];
  if (shown.length === 0) return null;
  const drawn = shown
    .slice(EACH)
    .map((one) => [vault.mac(`${digest} ${one}`, "sample"), one] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { first: shown.slice(0, EACH), random: drawn.slice(0, EACH).map(([, one]) => one), of: people.length };
}
