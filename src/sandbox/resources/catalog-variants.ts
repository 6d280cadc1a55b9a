import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection } from "../state/collection.ts";
import { freeCatalogId, productAttributes, productFilters, withFields, type ProductRow } from "./catalog-fields.ts";

export interface VariantRow extends ProductRow {
  item: string;
}

export const catalogVariants = defineCollection<VariantRow>("catalog_variants", {
  unique: { ids: ({ id }) => id },
  indexes: { "item.id": ({ item }) => item },
});

/** What a variant has that says nothing of these (observed). */
const BLANK: JsonObject = {
  title: "",
  description: "",
  sku: "",
  inventory_policy: 0,
  inventory_quantity: null,
  price: null,
  url: "",
  image_full_url: "",
  image_thumbnail_url: "",
  images: [],
  custom_metadata: {},
  published: true,
};

/** Variants of catalog items (behaviour.md §2.14): a variant stays with the item that it was made for. */
export const catalogVariantResource = defineResource<VariantRow>({
  type: "catalog-variant",
  path: "/api/catalog-variants",
  collection: catalogVariants,
  attributes: productAttributes,
  filters: { ...productFilters, "item.id": ({ item }) => item, sku: ({ fields }) => textOf(fields["sku"]) },
  sorts: { created: (variant) => variant.created },
  defaultSort: "created",
  relationships: { item: toOne("catalog-item", ({ item }) => item, { data: false }) },
  create({ attributes, one }, ctx) {
    const item = one("item") ?? refuse("invalid", "A variant needs an item.", { source: { pointer: "/data/relationships/item/data" } });
    const ids = freeCatalogId("catalog-variant", attributes, ctx);
    return { ...ids, item, fields: withFields(BLANK, attributes, BLANK), created: ctx.now, updated: ctx.now };
  },
  update: (variant, { attributes }, ctx) => ({ ...variant, fields: withFields(variant.fields, attributes, BLANK), updated: ctx.now }),
});
