import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { catalogCategories, catalogItems, catalogVariants } from "../resources/catalog-rows.ts";
import { categoryItems } from "../resources/catalog-links.ts";
import { DAY_MS } from "./calendar.ts";
import { CATALOG_PREFIX, PRODUCTS, type Product, type Variant } from "./products.ts";
import type { Random } from "./random.ts";

/** One product in so many has a variant that is sold out, one a variant that is nearly so. */
const SOLD_OUT_EACH = 7;
const SCARCE_EACH = 5;

/** Items with their variants, and the departments and kinds that they stand in, as the shop's software sends them. */
export function seedCatalog(ctx: Context, random: Random, openedMs: number): void {
  for (const name of new Set(PRODUCTS.flatMap(({ categories }) => categories))) {
    const externalId = slugOf(name);
    const id = CATALOG_PREFIX + externalId;
    ctx.rows(catalogCategories).put({ id, externalId, name, created: openedMs + DAY_MS, updated: openedMs + DAY_MS });
  }
  PRODUCTS.forEach((product, index) => {
    const created = openedMs + 2 * DAY_MS + index * 60_000;
    seedItem(ctx, product, { created, updated: ctx.now - random.seek(index).between(1, 90) * DAY_MS });
    product.variants.forEach((variant, place) => {
      const quantity = stockOf(index, place, random);
      // What is sold out or nearly so was counted today.
      const updated = ctx.now - (quantity < 10 ? random.between(1, 20) * 3_600_000 : random.between(1, 30) * DAY_MS);
      seedVariant(ctx, product, variant, quantity, { created: created + place, updated });
    });
  });
}

interface Times {
  created: number;
  updated: number;
}

function seedItem(ctx: Context, product: Product, times: Times): void {
  const { id: externalId, item: id, name, description, price, categories } = product;
  const fields: JsonObject = {
    title: name,
    description,
    price,
    ...lookOf(product),
    custom_metadata: { department: categories[0], made_in: categories[0] === "Coffee" ? "Portland, Maine" : "New England" },
    published: true,
  };
  ctx.rows(catalogItems).put({ id, externalId, fields, ...times });
  for (const name_ of categories) {
    const from = CATALOG_PREFIX + slugOf(name_);
    ctx.rows(categoryItems).put({ id: linkId(from, id), from, to: id, at: times.created });
  }
}

function seedVariant(ctx: Context, product: Product, { id: externalId, title, price }: Variant, quantity: number, times: Times): void {
  const fields: JsonObject = {
    title,
    description: product.description,
    sku: externalId,
    // 1 sells nothing that is not there.
    inventory_policy: 1,
    inventory_quantity: quantity,
    price,
    ...lookOf(product),
    custom_metadata: {},
    published: true,
  };
  ctx.rows(catalogVariants).put({ id: CATALOG_PREFIX + externalId, externalId, item: product.item, fields, ...times });
}

function lookOf({ url, image }: Product): JsonObject {
  const small = image.replace(".jpg", "-small.jpg");
  return { url, image_full_url: image, image_thumbnail_url: small, images: [image, image.replace(".jpg", "-2.jpg")] };
}

function stockOf(index: number, place: number, random: Random): number {
  const isLast = (each: number): boolean => index % each === each - 1 && place === 0;
  if (isLast(SOLD_OUT_EACH)) return 0;
  return isLast(SCARCE_EACH) ? random.between(1, 6) : random.between(15, 240);
}

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]+/g, "-");
}
