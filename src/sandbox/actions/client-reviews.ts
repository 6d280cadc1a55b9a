import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, numberOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { catalogItems } from "../resources/catalog-rows.ts";
import { recordEvent } from "../resources/event-log.ts";
import { parseProfile } from "../resources/profile-input.ts";
import { upsertProfile } from "../resources/profile-upsert.ts";
import { reviews, type ReviewRow, type ReviewType } from "../resources/review-rows.ts";

const METRICS: Record<ReviewType, string> = {
  review: "Submitted review",
  rating: "Submitted rating",
  question: "Submitted question",
  store: "Submitted store review",
};

/** What anybody may read: published and featured ones unless a status is asked for (assumed), never with the author's address (documented). */
export const getClientReviews = defineAction("get_client_reviews", (request, ctx) => {
  const { filter } = request.query;
  const isAsked = filter.some(({ field }) => field === "status");
  const open = { operator: "any", field: "status", value: ["published", "featured"] };
  const reply = ctx.reply.collection({ ...request, query: { ...request.query, filter: isAsked ? filter : [...filter, open] } }, "review");
  const data = arrayOf(reply.body?.["data"]).map((each) => {
    const { relationships: _, ...review } = objectOf(each);
    const { email: __, ...attributes } = objectOf(review["attributes"]);
    return { ...review, attributes };
  });
  return { ...reply, body: { ...reply.body, data } };
});

/** A review starts pending (documented). Its author becomes a profile with an event of it, and one that names an order is verified (both assumed). */
export const createClientReview = defineAction("create_client_review", (request, ctx) => {
  const { attributes, one } = parseInput(request.body);
  const email = textOf(attributes["email"]) ?? "";
  const author = upsertProfile(ctx, parseProfile({ attributes: { email } }), "client").profile;
  const id = ctx.ids.hex(32);
  // Safe: the wire schema lets these four through.
  const type = textOf(attributes["review_type"]) as ReviewType;
  const rating = type === "question" ? undefined : numberOf(attributes["rating"]);
  const title = textOf(attributes["title"]);
  const product = productOf(ctx, attributes["product"]);
  if (type !== "store" && !product) wrong("product", "'product' is required unless the whole store is reviewed.");
  if (type !== "question" && rating === undefined) wrong("rating", `'rating' is required for a ${type}.`);
  const event = recordEvent(ctx, {
    metric: METRICS[type],
    service: "klaviyo",
    profileId: author.id,
    properties: { review_id: id, ...(rating !== undefined && { rating }), ...(product && { product_id: product.externalId }) },
    uniqueId: id,
  });
  const review: ReviewRow = {
    id,
    type,
    status: "pending",
    email,
    author: textOf(attributes["author"]) ?? "",
    content: textOf(attributes["content"]) ?? "",
    images: arrayOf(attributes["images"]).map((image) => addressOf(ctx, String(image))),
    verified: one("order") !== undefined,
    events: event ? [event.id] : [],
    created: ctx.now,
    updated: ctx.now,
    ...(title !== undefined && { title }),
    ...(rating !== undefined && { rating }),
    ...(typeof attributes["incentive_type"] === "string" && { incentivized: true }),
    ...(product && { product }),
  };
  ctx.rows(reviews).put(review);
  return ctx.reply.empty(request);
});

function productOf(ctx: Context, value: Json | undefined): ReviewRow["product"] {
  const { external_id: externalId, integration_key: integration } = objectOf(value);
  if (typeof externalId !== "string") return undefined;
  // Catalogs that were made by the API stand under $custom, whatever shop they are of.
  const ids = [`$${textOf(integration) ?? "custom"}:::$default:::${externalId}`, `$custom:::$default:::${externalId}`];
  const known = ids.flatMap((id) => ctx.rows(catalogItems).get(id) ?? [])[0];
  const fields = known?.fields ?? {};
  const image = textOf(fields["image_full_url"]);
  const named = { name: textOf(fields["title"]) ?? externalId, url: textOf(fields["url"]) ?? "" };
  return { externalId, item: known?.id ?? ids[0] ?? externalId, ...named, ...(image !== undefined && image !== "" && { image }) };
}

/** An image that came as a data URI gets an address of its own; the sandbox does not keep its bytes. */
function addressOf(ctx: Context, image: string): string {
  const [, format] = /^data:image\/(\w+);base64,/.exec(image) ?? [];
  return format === undefined ? image : `https://images.example/company/${ctx.accountId}/reviews/${ctx.ids.uuid()}.${format}`;
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
