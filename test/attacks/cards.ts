import { createHash } from "node:crypto";
import type { Card } from "../../src/gate/cards/card.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { leavesIn, pathText } from "./leaves.ts";

/** Leaves of the arguments that the card does not show: neither whole, nor folded with their size and digest, nor as a secret that is set. */
export function missingFrom(card: Card, args: JsonObject): string[] {
  const shown = new Map(card.leaves.map((leaf) => [leaf.path, leaf]));
  return leavesIn(args).flatMap(({ path, value }) => {
    const name = pathText(path);
    const leaf = shown.get(name);
    if (!leaf) return [name];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (value === null) return leaf.value === "(cleared)" ? [] : [`${name} (not said to be cleared)`];
    if (leaf.folded)
      return leaf.folded.characters === text.length && leaf.folded.sha256 === sha256(text) ? [] : [`${name} (folded with another digest)`];
    if (leaf.value === `(secret, ${text.length} characters)`) return [];
    return leaf.value === text ? [] : [`${name} (shown as something else)`];
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
