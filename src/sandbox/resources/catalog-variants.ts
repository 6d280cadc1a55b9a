import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { flowArrivals } from "../flows/arrivals.ts";
import { inStock, letThrough, sendAway } from "../flows/stock.ts";
import { stockChanged } from "../flows/watch-products.ts";
import { freeCatalogId, productAttributes, productFilters, withFields } from "./catalog-fields.ts";
import { catalogVariants, type VariantRow } from "./catalog-rows.ts";

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
  collections: flowArrivals,
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
  update(variant, { attributes }, ctx) {
    const after = { ...variant, fields: withFields(variant.fields, attributes, BLANK), updated: ctx.now };
    if (inStock(after)) letThrough(after.id, ctx);
    stockChanged(variant, after, ctx);
    return after;
  },
  remove: ({ id }, ctx) => sendAway(id, ctx),
});
