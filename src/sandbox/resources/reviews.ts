import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toManyIds, toOne } from "../engine/declare.ts";
import { objectOf } from "../engine/input.ts";
import { defineMachine } from "../engine/machine.ts";
import { timeText } from "../engine/time.ts";
import { catalogItems } from "./catalog-rows.ts";
import { reviews, type ReviewRow, type ReviewStatus } from "./review-rows.ts";

/** Events are named for where they lead. Nothing becomes pending again (assumed); to stay is no step. */
const reviewLife = defineMachine<ReviewStatus, ReviewStatus>("review", {
  pending: { published: "published", featured: "featured", unpublished: "unpublished", rejected: "rejected" },
  published: { featured: "featured", unpublished: "unpublished", rejected: "rejected" },
  featured: { published: "published", unpublished: "unpublished", rejected: "rejected" },
  unpublished: { published: "published", featured: "featured", rejected: "rejected" },
  rejected: { published: "published", featured: "featured", unpublished: "unpublished" },
});

/** Reviews (behaviour.md §2.16): they come from customers, by the client API. */
export const reviewResource = defineResource<ReviewRow>({
  type: "review",
  path: "/api/reviews",
  collection: reviews,
  attributes: (review, ctx) => ({
    email: review.email,
    status: statusOf(review),
    verified: review.verified,
    review_type: review.type,
    created: timeText(review.created, ctx),
    updated: timeText(review.updated, ctx),
    images: review.images,
    ...(review.product && { product: productOf(review.product) }),
    rating: review.rating ?? null,
    author: review.author,
    content: review.content,
    title: review.title ?? null,
    smart_quote: review.smartQuote ?? null,
    ...(review.reply && { public_reply: { ...review.reply, updated: isoSeconds(review.reply.updated) } }),
  }),
  filters: {
    created: ({ created }) => created,
    updated: ({ updated }) => updated,
    rating: ({ rating }) => rating,
    "item.id": ({ product }) => product?.item,
    content: ({ content }) => content,
    // The filter knows one word more than the attribute.
    status: ({ status }) => [status, "all"],
    review_type: ({ type }) => type,
    verified: ({ verified }) => verified,
    // Of the client's read alone.
    smart_quote: ({ smartQuote }) => smartQuote,
    public_reply: ({ reply }) => reply?.content,
    incentivized: ({ incentivized }) => incentivized ?? false,
    edited: ({ edited }) => edited ?? false,
    media: ({ images }) => images,
  },
  sorts: { created: ({ created }) => created, updated: ({ updated }) => updated, rating: ({ rating }) => rating ?? null },
  defaultSort: "-created",
  relationships: {
    events: toManyIds("event", ({ events }) => events),
    item: toOne("catalog-item", ({ product }, ctx) => (ctx.rows(catalogItems).has(product?.item ?? "") ? product?.item : undefined), {
      data: "when set",
    }),
  },
  update({ rejection: was, ...review }, { attributes }, ctx) {
    const asked = objectOf(attributes["status"]);
    // Safe: the wire schema lets these five through.
    const wanted = (asked["value"] ?? review.status) as ReviewStatus;
    const status = wanted === review.status ? wanted : reviewLife.next(review.status, wanted);
    const rejection = attributes["status"] === undefined ? was : objectOf(asked["rejection_reason"]);
    return { ...review, status, updated: ctx.now, ...(status === "rejected" && rejection && { rejection }) };
  },
});

function statusOf({ status, rejection }: ReviewRow): JsonObject {
  return { value: status, ...(status === "rejected" && { rejection_reason: rejection ?? { reason: "unrelated" } }) };
}

function productOf({ externalId, name, url, image }: NonNullable<ReviewRow["product"]>): JsonObject {
  return { url, name, image_url: image ?? null, external_id: externalId };
}
