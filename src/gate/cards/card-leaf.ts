import { createHash } from "node:crypto";
import { isJsonObject, type Json } from "../../lib/json.ts";
import { maskSecretShapes } from "../../lib/secret-shapes.ts";
import { terminalSafe, truncate } from "../../lib/text.ts";

export interface Leaf {
  path: string;
  value: string;
  /** It holds a piece of text that outsiders can write and the agent has read. */
  untrusted?: true;
  /** Set where `value` is only the beginning. */
  folded?: { characters: number; sha256: string };
}

const MAX_LEAF_CHARACTERS = 200;
const MAX_PATH_CHARACTERS = 120;
const MAX_LEAVES = 200;

/** Every leaf, in order; empty lists and objects are leaves of their own, null is told as what it does. */
export function leavesOf(
  value: Json,
  path: string,
  isHidden: (path: string) => boolean,
  holds: (text: string) => boolean = () => false,
): Leaf[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item, at) => leavesOf(item, `${path}[${at}]`, isHidden, holds));
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) =>
      leavesOf(inner, path === "" ? terminalSafe(key) : `${path}.${terminalSafe(key)}`, isHidden, holds),
    );
  }
  if (path === "") return [];
  const isUntrusted = (typeof value === "string" && holds(value)) || holds(path);
  return [{ ...leaf(path, value, isHidden), ...(isUntrusted && { untrusted: true as const }) }];
}

/** Members that hold secrets: the owner sees that one is set, and the record does not keep it. */
const SECRET_NAME = /(^|[._[\]])(secret_key|secret|password|api_key)$/;

/** Klaviyo's name of what is a secret as a whole: its value is one, whatever it is called. */
const SECRET_RESOURCE = "agent-secret";

/** Whether a path of something of this resource names what is never shown. */
export function secretsOf(resource: Json | undefined): (path: string) => boolean {
  return (path) => SECRET_NAME.test(path) || (resource === SECRET_RESOURCE && path === "value");
}

function leaf(name: string, value: Json, isHidden: (path: string) => boolean): Leaf {
  const path = maskSecretShapes(
    name.length <= MAX_PATH_CHARACTERS
      ? name
      : `${truncate(name, MAX_PATH_CHARACTERS)} (${name.length} characters, sha256 ${sha256(name)})`,
  );
  if (isHidden(name) && typeof value === "string") return { path, value: `(secret, ${value.length} characters)` };
  // Not even the owner needs to see it to decide, and the card is kept.
  const text = maskSecretShapes(typeof value === "string" ? value : JSON.stringify(value));
  const shown = value === null ? "(cleared)" : terminalSafe(text);
  if (shown.length <= MAX_LEAF_CHARACTERS) return { path, value: shown };
  return { path, value: truncate(shown, MAX_LEAF_CHARACTERS), folded: { characters: text.length, sha256: sha256(text) } };
}

/** More leaves than a person reads become one folded leaf with their number and digest. */
export function fold(leaves: Leaf[]): Leaf[] {
  if (leaves.length <= MAX_LEAVES) return leaves;
  const rest = leaves.slice(MAX_LEAVES);
  const text = rest.map(({ path, value, folded }) => `${path}=${folded?.sha256 ?? value}`).join("\n");
  const isUntrusted = rest.some(({ untrusted }) => untrusted);
  return [
    ...leaves.slice(0, MAX_LEAVES),
    {
      path: `… ${rest.length} more values`,
      value: "folded",
      ...(isUntrusted && { untrusted: true as const }),
      folded: { characters: text.length, sha256: sha256(text) },
    },
  ];
}

/** Text from outside as a card shows it: harmless, and short. */
export function shownText(text: string, max = MAX_LEAF_CHARACTERS): string {
  return truncate(terminalSafe(maskSecretShapes(text)), max);
}

/** Hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
