import type { Catalog } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { WireRequest } from "../../catalog/request.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { attributesOf, resourcesOf, textIn, type CardReads } from "./card-reads.ts";
import { maskedPerson } from "./mask.ts";

/** What an id in the arguments stands for, as the account says. */
export interface Named {
  id: string;
  type: string;
  /** Null where nothing goes by this id, or it could not be read. */
  name: string | null;
}

/** Ids beyond this many of one kind are shown as they are. */
const MAX_OF_A_KIND = 20;
/** Where Klaviyo cannot be asked for several at once, each costs a request. */
const MAX_ONE_BY_ONE = 5;

/** The ids that a request holds beside the one that it acts on, by the type that the request itself says they have. */
export function idsIn({ body }: WireRequest): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (type: string, id: string): void => void found.set(type, (found.get(type) ?? new Set()).add(id));
  const walk = (value: Json, isPrimary: boolean): void => {
    if (Array.isArray(value)) return value.forEach((item) => walk(item, false));
    if (!isJsonObject(value)) return;
    const { type, id } = value;
    if (!isPrimary && typeof type === "string" && typeof id === "string" && !isJsonObject(value["attributes"])) add(type, id);
    for (const [name, inner] of Object.entries(value)) {
      const [, kind] = /^([a-z]+(?:[_-][a-z]+)*)_ids?$/.exec(name) ?? [];
      if (kind !== undefined) for (const one of [inner].flat()) if (typeof one === "string") add(kind.replaceAll("_", "-"), one);
      walk(inner, name === "data" && isResource(value, inner));
    }
  };
  walk(body, false);
  return found;
}

/** `{data: {type, id, …}}` at the top of a write is the thing itself; inside of a relationship it is another. */
function isResource(holder: JsonObject, inner: Json): boolean {
  return Object.keys(holder).length === 1 && isJsonObject(inner) && ("attributes" in inner || "relationships" in inner);
}

/** Looks the names of ids up: many in one request where Klaviyo can be asked so, else a few one by one. */
export async function namesOf(
  catalog: Catalog,
  reads: CardReads,
  channel: Operation["channel"],
  ids: Map<string, Set<string>>,
): Promise<Named[]> {
  const named = await Promise.all([...ids].map(([type, some]) => namesOfKind(catalog, reads, channel, type, [...some])));
  return named.flat();
}

async function namesOfKind(
  catalog: Catalog,
  reads: CardReads,
  channel: Operation["channel"],
  type: string,
  all: string[],
): Promise<Named[]> {
  const reader = readerOf(catalog, type, channel, "collection");
  const ids = all.slice(0, MAX_OF_A_KIND);
  if (reader?.filter?.fields["id"]?.list?.includes("any") && ids.length > 1) {
    const channels = reader.filter.required ? `equals(messages.channel,"email"),` : "";
    const filter = `${channels}any(id,[${ids.map((id) => JSON.stringify(id)).join(",")}])`;
    const found = new Map(resourcesOf(await reads.body(reader.id, { filter })).map((one) => [one["id"], nameOf(one)]));
    return ids.map((id) => ({ id, type, name: found.get(id) ?? null }));
  }
  const item = readerOf(catalog, type, channel, "item");
  if (!item?.args.some(({ name }) => name === "id")) return [];
  return Promise.all(
    ids.slice(0, MAX_ONE_BY_ONE).map(async (id): Promise<Named> => {
      const [resource] = resourcesOf(await reads.body(item.id, { id }));
      return { id, type, name: resource ? nameOf(resource) : null };
    }),
  );
}

/** The operation that reads one or many of a type; of the same channel where there is one. */
export function readerOf(
  catalog: Catalog,
  type: string,
  channel: Operation["channel"],
  shape: "item" | "collection",
): Operation | undefined {
  const fits = catalog.operations.filter((one) => one.shape === shape && one.resource === type && one.auth === "key");
  return fits.find((one) => one.channel === channel) ?? fits[0];
}

/** What people call a resource. */
export function nameOf(resource: JsonObject): string | null {
  const attributes = attributesOf(resource);
  const { definition } = attributes;
  const own =
    textIn(attributes, "name", "label", "title", "code") ?? (isJsonObject(definition) ? textIn(definition, "label", "name") : null);
  if (own !== null) return own;
  return typeof attributes["email"] === "string" || typeof attributes["phone_number"] === "string" ? maskedPerson(attributes) : null;
}
