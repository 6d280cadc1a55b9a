import type { Operation } from "../../catalog/operation.ts";
import type { JsonObject } from "../../lib/json.ts";
import { terminalSafe, truncate } from "../../lib/text.ts";
import { leavesOf, secretsOf, type Leaf } from "../cards/card-leaf.ts";

const MAX_LEAVES = 40;
const MAX_SHOWN = 80;

/** Members whose values name things of Klaviyo, or are words of its own. */
const NAMING =
  /^(id|ids|.*_ids?|type|types|status|channel|method|operation|timeframe|interval|sort|include|included|excluded|fields_.*|additional_fields_.*|page_size|measurements|group_by|statistics|trigger_type|direction|currency|timezone|locale)(\[\d+\])*$/;
/** Members that name a list, a campaign, a template: worth reading in the record, unless what they belong to is a person. */
const TITLES = /^(name|label|title|key)$/;
/** Small numbers, switches and emptiness; a longer number could be a telephone's. */
const SAYS_NOTHING = /^(-?\d{1,7}(\.\d{1,7})?|true|false|\(cleared\)|\[\]|\{\}|\(secret, \d+ characters\))$/;
/** Resources that are about people, or whose texts are theirs. */
const PEOPLE = /profile|event|subscri|suppress|client|review|conversation|custom-object|object|data-privacy|push-token|form|bulk/;

/**
 * What was asked, leaf by leaf, as the record keeps it for good: which members, the ids, the words of Klaviyo's own. A text of anyone's is told by its
 * length only; the whole of it lies encrypted beside, until its day is erased. The digest stands for the whole.
 */
export function redacted(operation: Operation, args: JsonObject): string[] {
  const leaves = leavesOf(args, "", secretsOf(operation.resource));
  const shown = leaves.slice(0, MAX_LEAVES).map((leaf) => truncate(`${leaf.path} = ${shownValue(operation, leaf)}`, MAX_SHOWN * 2));
  return leaves.length > MAX_LEAVES ? [...shown, `… ${leaves.length - MAX_LEAVES} more`] : shown;
}

function shownValue(operation: Operation, { path, value, folded }: Leaf): string {
  const name = path.split(".").at(-1) ?? path;
  if (name === "filter") return truncate(withoutPeople(value.replaceAll(/"[^"]*"?|'[^']*'?/g, '"…"')), MAX_SHOWN);
  if (SAYS_NOTHING.test(value)) return value;
  const isPlain = NAMING.test(name) && /^[\w:.,\-+ ]{1,80}$/.test(value);
  const isTitle = TITLES.test(name) && !isAboutPeople(operation);
  if (isPlain || isTitle) return withoutPeople(truncate(value, MAX_SHOWN));
  return `(text, ${folded?.characters ?? value.length} characters)`;
}

/** Whether an operation works on people, so that names in it are theirs. */
export function isAboutPeople({ path, resource }: Pick<Operation, "path" | "resource">): boolean {
  return PEOPLE.test(`${path} ${resource ?? ""}`);
}

/** A text without the addresses and telephone numbers in it. */
export function withoutPeople(text: string): string {
  return text.replaceAll(/[^\s"@]+@([^\s"@]+)/g, "…@$1").replaceAll(/\+\d{6,}(\d{2})/g, "+…$1");
}

/** A name that an agent gave, where it could be one of ours. */
export function plainName(text: string): string {
  return /^[\w .:-]{1,64}$/.test(text) ? text : `(not a name, ${terminalSafe(text).length} characters)`;
}

/** A pointer into what an agent gave: its members' names are its own. */
export function plainPath(path: string): string {
  return /^[\w/.~[\]-]{0,120}$/.test(path) ? path : "(a path of its own)";
}
