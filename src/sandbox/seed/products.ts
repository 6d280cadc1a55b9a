import type { JsonObject } from "../../lib/json.ts";

export interface Product {
  id: string;
  name: string;
  price: number;
  categories: string[];
  /** Properties of a "Viewed Product"; one object for all who look at it. */
  seen: JsonObject;
}

const SHOP = "https://harbourandpine.example/products";

/** The range: what is roasted in the back and what hangs on the wall. */
export const PRODUCTS: [Product, ...Product[]] = [
  product("HP-1001", "Breakwater Blend 12 oz", 17.5, "Coffee", "Medium roast"),
  product("HP-1002", "Night Watch Dark Roast 12 oz", 18, "Coffee", "Dark roast"),
  product("HP-1003", "First Light Light Roast 12 oz", 18.5, "Coffee", "Light roast"),
  product("HP-1004", "Fogbound Decaf 12 oz", 18, "Coffee", "Decaf"),
  product("HP-1005", "Single Origin: Huehuetenango 10 oz", 21, "Coffee", "Single origin"),
  product("HP-1006", "Single Origin: Guji 10 oz", 23, "Coffee", "Single origin"),
  product("HP-1007", "Camp Instant, box of 8", 14, "Coffee", "Instant"),
  product("HP-1008", "Cold Brew Pouches, 4 pack", 16, "Coffee", "Cold brew"),
  product("HP-2001", "Enamel Mug, Pine Green", 16, "Camp kitchen", "Drinkware"),
  product("HP-2002", "Steel Flask 20 oz", 34, "Camp kitchen", "Drinkware"),
  product("HP-2003", "Pour-over Cone, Copper", 42, "Brewing", "Drip"),
  product("HP-2004", "Hand Grinder", 89, "Brewing", "Grinders"),
  product("HP-2005", "Trail Press", 38, "Brewing", "Press"),
  product("HP-2006", "Paper Filters, 100", 8, "Brewing", "Drip"),
  product("HP-3001", "Waxed Canvas Tote", 68, "Bags", "Totes"),
  product("HP-3002", "Daypack 22 L", 118, "Bags", "Packs"),
  product("HP-3003", "Roll-top Dry Bag 10 L", 32, "Bags", "Dry bags"),
  product("HP-4001", "Fisherman's Beanie", 29, "Clothing", "Hats"),
  product("HP-4002", "Merino Base Layer", 79, "Clothing", "Layers"),
  product("HP-4003", "Wool Camp Blanket", 145, "Outdoors", "Blankets"),
  product("HP-4004", "Folding Stool", 54, "Outdoors", "Furniture"),
  product("HP-4005", "Candle Lantern", 36, "Outdoors", "Light"),
  product("HP-5001", "Gift Box: Harbour Morning", 59, "Gifts", "Coffee"),
  product("HP-5002", "Gift Box: Pine Evening", 84, "Gifts", "Outdoors"),
];

function product(id: string, name: string, price: number, ...categories: string[]): Product {
  const url = `${SHOP}/${id.toLowerCase()}`;
  return { id, name, price, categories, seen: { ProductName: name, ProductID: id, Categories: categories, Price: price, URL: url } };
}
