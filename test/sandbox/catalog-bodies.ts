import type { JsonObject } from "../../src/lib/json.ts";

/** Id of what has this external id. */
export const catalogId = (externalId: string): string => `$custom:::$default:::${externalId}`;
/** The same for a path. */
export const inPath = (externalId: string): string => encodeURIComponent(catalogId(externalId));

export function itemBody(externalId: string, more: JsonObject = {}, categories?: string[]): JsonObject {
  const attributes = {
    external_id: externalId,
    title: `Item ${externalId}`,
    description: "A thing.",
    url: "https://shop.example/x",
    ...more,
  };
  const related = categories && { categories: { data: categories.map((each) => ({ type: "catalog-category", id: catalogId(each) })) } };
  return { data: { type: "catalog-item", attributes, ...(related && { relationships: related }) } };
}

export function variantBody(externalId: string, item: string, more: JsonObject = {}): JsonObject {
  const attributes = {
    external_id: externalId,
    title: `Variant ${externalId}`,
    description: "A size of it.",
    sku: `SKU-${externalId}`,
    inventory_quantity: 5,
    price: 9.5,
    url: "https://shop.example/x?v",
    ...more,
  };
  const relationships = { item: { data: { type: "catalog-item", id: catalogId(item) } } };
  return { data: { type: "catalog-variant", attributes, relationships } };
}

export function categoryBody(externalId: string, name: string, items?: string[]): JsonObject {
  const related = items && { items: { data: items.map((each) => ({ type: "catalog-item", id: catalogId(each) })) } };
  return {
    data: { type: "catalog-category", attributes: { external_id: externalId, name }, ...(related && { relationships: related }) },
  };
}

/** Body of an update of what has this external id. */
export function changeBody(type: string, externalId: string, attributes: JsonObject, relationships?: JsonObject): JsonObject {
  return { data: { type, id: catalogId(externalId), attributes, ...(relationships && { relationships }) } };
}

/** What removes, in a bulk job. */
export function removalBody(type: string, externalId: string): JsonObject {
  return { data: { type, id: catalogId(externalId) } };
}

/** Linkage of these external ids. */
export function linkage(type: string, ...externalIds: string[]): JsonObject {
  return { data: externalIds.map((each) => ({ type, id: catalogId(each) })) };
}

/** Body of a bulk job out of bodies of single calls. */
export function jobBody(type: string, member: string, bodies: JsonObject[]): JsonObject {
  return { data: { type, attributes: { [member]: { data: bodies.map((body) => body["data"] ?? null) } } } };
}

export function stockBody(variant: string, profile: JsonObject | null, channels: string[] = ["EMAIL"]): JsonObject {
  const relationships = { variant: { data: { type: "catalog-variant", id: catalogId(variant) } } };
  const who = profile && { data: { type: "profile", attributes: profile } };
  return { data: { type: "back-in-stock-subscription", attributes: { channels, profile: who }, relationships } };
}
