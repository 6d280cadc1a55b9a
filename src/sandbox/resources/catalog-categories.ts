import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { microsText } from "../engine/time.ts";
import { freeCatalogId } from "./catalog-fields.ts";
import { categoryLinks, linkedIds, replaceLinks } from "./catalog-links.ts";
import { catalogCategories, type CategoryRow } from "./catalog-rows.ts";

/** Catalog categories (behaviour.md §2.14). */
export const catalogCategoryResource = defineResource<CategoryRow>({
  type: "catalog-category",
  path: "/api/catalog-categories",
  collection: catalogCategories,
  attributes: ({ externalId, name, updated }) => ({ external_id: externalId, name, updated: microsText(updated) }),
  filters: { ids: ({ id }) => id, name: ({ name }) => name, "item.id": ({ id }, ctx) => linkedIds(ctx, "from", id) },
  sorts: { created: (category) => category.created },
  defaultSort: "created",
  relationships: { items: categoryLinks("catalog-item", "from") },
  create({ attributes, many }, ctx) {
    const ids = freeCatalogId("catalog-category", attributes, ctx);
    replaceLinks(ctx, "from", ids.id, many("items") ?? []);
    return { ...ids, name: textOf(attributes["name"]) ?? "", created: ctx.now, updated: ctx.now };
  },
  update(category, { attributes, many }, ctx) {
    const items = many("items");
    if (items) replaceLinks(ctx, "from", category.id, items);
    // A category always has a name: null changes nothing (assumed).
    return { ...category, name: textOf(attributes["name"]) ?? category.name, updated: ctx.now };
  },
  remove: ({ id }, ctx) => replaceLinks(ctx, "from", id, []),
});
