import { formatFilter } from "../../../catalog/filter.ts";
import { isJsonObject, type JsonObject } from "../../../lib/json.ts";
import { likenessOf, memberOf, sharedLeaves, agree } from "./agree.ts";
import { textAt, timeOf, type Finder, type Found, type Search } from "./sighting.ts";

/** Arguments of a read from those of the write; undefined where it cannot be asked. */
export type ReadArgs = (args: JsonObject, search: Search) => JsonObject | undefined;

const NO_ARGS: ReadArgs = () => ({});

interface MadeOptions {
  /** Attributes that tell one thing from another; `name` unless given. */
  identity?: readonly string[];
  args?: ReadArgs;
}

/** Something new in a collection: by name, time and content. */
export function made(read: string, { identity = ["name"], args = NO_ARGS }: MadeOptions = {}): Finder {
  return async (search) => {
    const asked = args(search.args, search);
    if (!asked) return { kind: "state", holds: undefined, read };
    const { rows, isWhole } = await search.reader.rows(read, asked, (row) => (timeOf(row) ?? Number.POSITIVE_INFINITY) < search.sinceMs);
    return { kind: "rows", ...pick(search, rows, identity, isWhole), read };
  };
}

/** The rows that can be the work of the write. One that only has its name leaves the finding in doubt. */
export function pick(
  search: Search,
  rows: JsonObject[],
  identity: readonly string[],
  isWhole: boolean,
): { rows: Found[]; isSure: boolean } {
  let isSure = isWhole;
  const found: (Found & { atMs: number })[] = [];
  for (const row of rows) {
    const id = textAt(row, "id");
    const atMs = timeOf(row);
    if (id === undefined || (atMs !== undefined && atMs < search.sinceMs)) continue;
    if (atMs === undefined && search.knownBefore?.includes(id)) continue;
    const likeness = likenessOf(search.wanted, row, identity);
    if (likeness === "other") continue;
    const isTold = likeness === "same" && (atMs !== undefined || search.knownBefore !== null) && hasIdentity(search, identity);
    if (isTold) found.push({ id, row, atMs: atMs ?? 0 });
    else isSure = false;
  }
  return { rows: found.toSorted((a, b) => a.atMs - b.atMs).map(({ id, row }) => ({ id, row })), isSure };
}

/** A request that names nothing (a picture without a name) cannot be told from any other of the time. */
function hasIdentity({ wanted }: Search, identity: readonly string[]): boolean {
  const attributes = memberOf(wanted, "attributes");
  return identity.length === 0 || identity.some((path) => attributes[path.split(".")[0] ?? ""] !== undefined);
}

/** One thing that is found under its key. */
export function keyed(read: string, args: ReadArgs): Finder {
  return async (search) => {
    const asked = args(search.args, search);
    if (!asked) return { kind: "state", holds: undefined, read };
    const row = await search.reader.item(read, asked);
    return { kind: "rows", ...pick(search, row ? [row] : [], [], true), read };
  };
}

/** A thing that shall have the values that the write sets. */
export function changed(read: string): Finder {
  return async ({ reader, request, wanted, args }) => {
    const row = await reader.item(read, pathArgs(args));
    if (!row) return { kind: "state", holds: undefined, read };
    const given = { attributes: memberOf(wanted, "attributes"), relationships: memberOf(wanted, "relationships") };
    // Appending and the like work on what was there, so the state after it does not tell.
    const isPlain = Object.keys(memberOf(wanted, "meta")).length === 0 && isJsonObject(request.body);
    const shared = sharedLeaves(given.attributes, memberOf(row, "attributes"));
    if (!isPlain || shared < leafCount(given.attributes)) return { kind: "state", holds: undefined, read };
    return {
      kind: "state",
      holds: agree(given, { attributes: memberOf(row, "attributes"), relationships: memberOf(row, "relationships") }),
      read,
    };
  };
}

/** A thing that shall be gone. */
export function gone(read: string, args: ReadArgs = pathArgs): Finder {
  return async (search) => {
    const asked = args(search.args, search);
    return { kind: "state", holds: asked && (await search.reader.item(read, asked)) === undefined, read };
  };
}

/** Ids that shall be in a relationship (`in`), not in it (`out`), or be all of it (`all`). */
export function linked(read: string, how: "in" | "out" | "all"): Finder {
  return async ({ reader, request, args }) => {
    const ids = idsOf(request.body);
    const { rows, isWhole } = await reader.rows(read, pathArgs(args));
    const present = new Set(rows.map((row) => textAt(row, "id")));
    const isIn = ids.every((id) => present.has(id));
    if (how === "in") return { kind: "state", holds: isIn ? true : isWhole ? false : undefined, read };
    if (how === "out") return { kind: "state", holds: ids.some((id) => present.has(id)) ? false : isWhole ? true : undefined, read };
    return { kind: "state", holds: isWhole ? isIn && present.size === new Set(ids).size : undefined, read };
  };
}

/** A job: by its time and its number of rows. */
export function job(read: string, countOf: (args: JsonObject) => number | undefined): Finder {
  return async (search) => {
    const { rows, isWhole } = await search.reader.rows(read, {}, (row) => (timeOf(row) ?? Number.POSITIVE_INFINITY) < search.sinceMs);
    const count = countOf(search.args);
    const alike = rows.filter((row) => count === undefined || memberOf(row, "attributes")["total_count"] === count);
    return { kind: "rows", ...pick({ ...search, wanted: {} }, alike, [], isWhole), read };
  };
}

/** Filter text of one equality. */
export function equals(field: string, value: string): string {
  return formatFilter([{ operator: "equals", field, value }]);
}

/** The ids in the path, which the read of the same thing takes as well. */
export function pathArgs({ id }: JsonObject): JsonObject {
  return typeof id === "string" ? { id } : {};
}

function idsOf(body: Search["request"]["body"]): string[] {
  const data = isJsonObject(body) ? body["data"] : undefined;
  const list = Array.isArray(data) ? data : [data ?? null];
  return list.flatMap((one) => (isJsonObject(one) && typeof one["id"] === "string" ? [one["id"]] : []));
}

function leafCount(value: JsonObject[string]): number {
  return isJsonObject(value) ? Object.values(value).reduce<number>((sum, inner) => sum + leafCount(inner), 0) : 1;
}
