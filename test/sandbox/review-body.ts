import type { JsonObject } from "../../src/lib/json.ts";

/** Body of a review by Ada of product 755; `product: "drop"` leaves it out. */
export function reviewBody(attributes: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const all: JsonObject = {
    review_type: "review",
    email: "ada@example.com",
    author: "Ada",
    content: "It boils.",
    rating: 4,
    product: { external_id: "755", integration_key: "shopify" },
    ...attributes,
  };
  return { data: { type: "review", attributes: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "drop")), ...more } };
}

export function statusBody(id: string, status: JsonObject): JsonObject {
  return { data: { type: "review", id, attributes: { status } } };
}
