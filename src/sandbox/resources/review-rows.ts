import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type ReviewStatus = "pending" | "published" | "featured" | "unpublished" | "rejected";
export type ReviewType = "question" | "rating" | "review" | "store";

/** What a customer said of a product or of the shop. Times are ms. */
export interface ReviewRow extends Row {
  type: ReviewType;
  status: ReviewStatus;
  /** Why it was rejected, as in the API. */
  rejection?: JsonObject;
  email: string;
  author: string;
  content: string;
  title?: string;
  /** 1 to 5; a question has none. */
  rating?: number;
  images: string[];
  verified: boolean;
  incentivized?: true;
  edited?: true;
  smartQuote?: string;
  reply?: { content: string; author: string; updated: number };
  product?: { externalId: string; item: string; name: string; url: string; image?: string };
  /** Events that tell of it. */
  events: string[];
  created: number;
  updated: number;
}

export const reviews = defineCollection<ReviewRow>("reviews", {
  indexes: { "item.id": ({ product }) => product?.item },
});

export function isPublic({ status }: Pick<ReviewRow, "status">): boolean {
  return status === "published" || status === "featured";
}
