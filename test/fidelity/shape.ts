import { isJsonObject, type Json } from "../../src/lib/json.ts";

/** What is known of one place in a body: the kinds of value seen there, and whether every object of its kind has it. */
export interface Place {
  kinds: Set<string>;
  /** `always` where no object that could have the member was without it. */
  present: "always" | "sometimes";
}

/** Places by path; list items share one path, and resources of one type too: `included<metric>.attributes.name`. */
export type Shape = Map<string, Place>;

/** Members whose own members are anybody's choice. */
const FREE = /\.(properties|event_properties|custom_metadata|conditions\[\])$/;

export function shapeOf(body: Json): Shape {
  const objects = new Map<string, number>();
  const seen = new Map<string, { kinds: Set<string>; count: number; owner: string }>();
  const visit = (value: Json, path: string, owner: string): void => {
    const place = seen.get(path) ?? { kinds: new Set<string>(), count: 0, owner };
    seen.set(path, place);
    place.count++;
    place.kinds.add(kindOf(value, path));
    if (FREE.test(path)) return;
    if (Array.isArray(value)) for (const one of value) visit(one, `${path}[]${typeOf(one)}`, "");
    if (!isJsonObject(value)) return;
    objects.set(path, (objects.get(path) ?? 0) + 1);
    for (const [name, one] of Object.entries(value)) visit(one, `${path}.${name}`, path);
  };
  visit(body, "$", "");
  return new Map(
    [...seen].map(([path, { kinds, count, owner }]) => {
      const possible = owner === "" ? count : (objects.get(owner) ?? 0);
      return [path, { kinds, present: count < possible ? "sometimes" : "always" } as const];
    }),
  );
}

function typeOf(value: Json): string {
  return isJsonObject(value) && typeof value["type"] === "string" && "id" in value ? `<${value["type"]}>` : "";
}

/** JSON type; for texts the form that ids, times and links have. */
export function kindOf(value: Json, path: string): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value !== "string") return typeof value;
  if (path.endsWith(".id")) return `id ${idForm(value)}`;
  if (/\.links\.\w+$/.test(path)) return `link ${linkForm(value)}`;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return `time ${value.replaceAll(/\d+/g, (digits) => (digits.length > 4 ? "us" : "0"))}`;
  return "string";
}

function idForm(id: string): string {
  if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return "ulid";
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return "uuid";
  if (/^[A-Za-z0-9]{6}$/.test(id)) return "six";
  if (/^-?\d+$/.test(id)) return "digits";
  if (/^[0-9a-f]{32}$/.test(id)) return "hex";
  if (id.startsWith("$custom:::$default:::")) return "catalog";
  return "text";
}

/** A link without origin, ids and values, its parameters in order: recordings name what they asked in an order of their own. */
function linkForm(link: string): string {
  const [path = "", query = ""] = link.replace(/^https?:\/\/[^/]+/, "").split("?");
  const names = query
    .replaceAll(/=[^&]*/g, "")
    .split("&")
    .toSorted();
  return `${path.replace(/(\/api\/[^/]+\/)[^/]+/, "$1{id}")}?${names.join("&")}`;
}

/** How a body of ours differs in kind from a recorded one; one line per place. */
export function differences(recorded: Shape, ours: Shape): string[] {
  const lines: string[] = [];
  for (const [path, { kinds, present }] of recorded) {
    const found = ours.get(path);
    if (!found) {
      // Nothing can be said of what stands in a list or an object that ours happens to have empty.
      if (hasParent(ours, path)) lines.push(`${path} is missing`);
      continue;
    }
    if (present === "always" && found.present === "sometimes") lines.push(`${path} is not always there`);
    const known = [...kinds].filter((kind) => kind !== "null");
    const strange = [...found.kinds].filter((kind) => kind !== "null" && known.length > 0 && !kinds.has(kind));
    if (strange.length > 0) lines.push(`${path} is ${strange.join(", ")}, recorded as ${known.join(", ")}`);
  }
  for (const path of ours.keys()) if (!recorded.has(path) && hasParent(recorded, path)) lines.push(`${path} was not recorded`);
  return lines;
}

function hasParent(shape: Shape, path: string): boolean {
  const parent = shape.get(path.replace(/(\.[^.[]+|\[\](<[^>]*>)?)$/, ""));
  return parent !== undefined && parent.kinds.has("object") && !path.endsWith("]") && !path.endsWith(">");
}
