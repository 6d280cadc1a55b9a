import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toManyByIndex } from "../engine/declare.ts";
import { flowArrivals } from "../flows/arrivals.ts";
import { priceChanged } from "../flows/watch-products.ts";
import { freeCatalogId, productAttributes, productFilters, withFields } from "./catalog-fields.ts";
import { categoryItems, categoryLinks, linkedIds, replaceLinks } from "./catalog-links.ts";
import { catalogItems, catalogVariants, type ProductRow } from "./catalog-rows.ts";

/** What an item has that says nothing of these (observed). */
const BLANK: JsonObject = {
  title: "",
  description: "",
  price: null,
  url: "",
  image_full_url: "",
  image_thumbnail_url: "",
  images: [],
  custom_metadata: {},
  published: true,
};

/** Catalog items (behaviour.md §2.14). Their variants go with them (assumed). */
export const catalogItemResource = defineResource<ProductRow>({
  type: "catalog-item",
  path: "/api/catalog-items",
  collection: catalogItems,
  collections: [categoryItems, ...flowArrivals],
  attributes: productAttributes,
  filters: { ...productFilters, "category.id": ({ id }, ctx) => linkedIds(ctx, "to", id) },
  sorts: { created: (item) => item.created },
  defaultSort: "created",
  relationships: {
    variants: toManyByIndex("catalog-variant", "item.id"),
    categories: categoryLinks("catalog-category", "to", { hidden: true }),
  },
  create({ attributes, many }, ctx) {
    const ids = freeCatalogId("catalog-item", attributes, ctx);
    const fields = withFields(BLANK, attributes, BLANK);
    replaceLinks(ctx, "to", ids.id, many("categories") ?? []);
    return { ...ids, fields, created: ctx.now, updated: ctx.now };
  },
  update(item, { attributes, many }, ctx) {
    const fields = withFields(item.fields, attributes, BLANK);
    const categories = many("categories");
    if (categories) replaceLinks(ctx, "to", item.id, categories);
    const after = { ...item, fields, updated: ctx.now };
    priceChanged(item, after, ctx);
    return after;
  },
  remove(item, ctx) {
    for (const { id } of ctx.rows(catalogVariants).where("item.id", item.id)) ctx.remove("catalog-variant", id);
    replaceLinks(ctx, "to", item.id, []);
  },
});
