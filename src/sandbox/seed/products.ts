import type { JsonObject } from "../../lib/json.ts";
import { PRODUCT_LINES, type VariantKind } from "./product-lines.ts";
import type { Random } from "./random.ts";

/** One way to buy a product. */
export interface Variant {
  /** External id, and SKU. */
  id: string;
  title: string;
  price: number;
}

export interface Product {
  /** External id. */
  id: string;
  /** Id in the catalog. */
  item: string;
  name: string;
  description: string;
  price: number;
  /** Department and kind. */
  categories: [string, string];
  url: string;
  image: string;
  variants: Variant[];
  /** Properties of a "Viewed Product"; one object for all who look at it. */
  seen: JsonObject;
}

const SHOP = "https://harbourandpine.example/products";
/** Integration and catalog of what comes through the API. */
export const CATALOG_PREFIX = "$custom:::$default:::";

const VARIANTS: Record<VariantKind, [suffix: string, title: string, times: number][]> = {
  bag: [
    ["WB", "12 oz, whole bean", 1],
    ["FG", "12 oz, filter grind", 1],
    ["KG", "2 lb, whole bean", 2.4],
  ],
  size: [
    ["S", "Small", 1],
    ["M", "Medium", 1],
    ["L", "Large", 1],
    ["XL", "Extra large", 1],
  ],
  colour: [
    ["PINE", "Pine green", 1],
    ["SALT", "Salt grey", 1],
    ["RUST", "Rust red", 1],
  ],
  one: [["ONE", "Standard", 1]],
};

/** The range: what is roasted in the back and what hangs on the wall. */
export const PRODUCTS: [Product, ...Product[]] = nonEmpty(
  PRODUCT_LINES.map(([number, name, price, department, kind, variants, description]): Product => {
    const id = `HP-${number}`;
    const url = `${SHOP}/${id.toLowerCase()}`;
    const image = `https://harbourandpine.example/images/${id.toLowerCase()}.jpg`;
    const categories: [string, string] = [department, kind];
    return {
      id,
      item: CATALOG_PREFIX + id,
      name,
      description,
      price,
      categories,
      url,
      image,
      variants: VARIANTS[variants].map(([suffix, title, times]) => ({
        id: `${id}-${suffix}`,
        title: `${name}, ${title}`,
        price: Math.round(price * times * 2) / 2,
      })),
      seen: { ProductName: name, ProductID: id, Categories: categories, Price: price, URL: url, ImageURL: image },
    };
  }),
);

const byDepartment = new Map<string, [Product, ...Product[]]>();
for (const product of PRODUCTS) {
  const known = byDepartment.get(product.categories[0]);
  if (known) known.push(product);
  else byDepartment.set(product.categories[0], [product]);
}

export const DEPARTMENTS: [string, ...string[]] = nonEmpty([...byDepartment.keys()]);

/** What somebody looks at next: mostly of the department that they like. */
export function pickProduct(index: number, random: Random): Product {
  const liked = byDepartment.get(likedDepartment(index)) ?? PRODUCTS;
  return random.pick(random.chance(0.55) ? liked : PRODUCTS);
}

/** Half of all come for coffee. */
function likedDepartment(index: number): string {
  return index % 2 === 0 ? "Coffee" : (DEPARTMENTS[(index >> 1) % DEPARTMENTS.length] ?? "Coffee");
}

function nonEmpty<T>([first, ...rest]: T[]): [T, ...T[]] {
  if (first === undefined) throw new Error("The shop has nothing to sell");
  return [first, ...rest];
}
