import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** What items and variants have in common. */
export interface ProductRow extends Row {
  externalId: string;
  /** Attributes as the API shows them, in its order. */
  fields: JsonObject;
  created: number;
  updated: number;
}

export interface VariantRow extends ProductRow {
  item: string;
}

export interface CategoryRow extends Row {
  externalId: string;
  name: string;
  /** Never shown, only sorted by. */
  created: number;
  updated: number;
}

export const catalogCategories = defineCollection<CategoryRow>("catalog_categories", { unique: { ids: ({ id }) => id } });

export const catalogItems = defineCollection<ProductRow>("catalog_items", { unique: { ids: ({ id }) => id } });

export const catalogVariants = defineCollection<VariantRow>("catalog_variants", {
  unique: { ids: ({ id }) => id },
  indexes: { "item.id": ({ item }) => item },
});

/** Integration and catalog of everything that comes through the API. */
export function catalogId(externalId: string): string {
  return `$custom:::$default:::${externalId}`;
}
