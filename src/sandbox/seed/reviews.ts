import type { Context } from "../engine/context.ts";
import { reviews, type ReviewRow } from "../resources/review-rows.ts";
import { DAY_MS, HOUR_MS, wholeSecond } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import { fill } from "./fill.ts";
import type { Person } from "./person.ts";
import type { Product } from "./products.ts";
import type { Random } from "./random.ts";
import { QUESTIONS, REPLIES, STORE_WORDS, wordsFor, type Tone } from "./review-words.ts";

/** Of how many buyers one says something, and of how many of those one only gives stars. */
const REVIEW_SHARE = 0.16;
const STARS_SHARE = 0.25;
/** Newer ones have not been looked at. */
const PENDING_MS = 4 * DAY_MS;
const RATINGS = [5, 5, 5, 5, 4, 5, 4, 5, 3, 4, 5, 2, 5, 1, 4] as const;

export interface Bought {
  at: number;
  product: Product;
}

interface Reviewer {
  person: Person;
  email: string;
  locale: string;
}

/** What somebody says of what they bought, one to three weeks after. */
export function writeReviews(ctx: Context, who: Reviewer, bought: readonly Bought[], random: Random, writer: EventWriter): void {
  for (const { at, product } of bought) {
    if (!random.chance(REVIEW_SHARE)) continue;
    const written = at + random.between(7, 24) * DAY_MS + random.below(9) * HOUR_MS;
    const rating = random.pick(RATINGS);
    const [title, content] = random.pick(wordsFor(who.locale, toneOf(rating)));
    const isStars = random.chance(STARS_SHARE);
    const row: ReviewRow = {
      ...blankReview(who, wholeSecond(written), random),
      type: isStars ? "rating" : "review",
      content: isStars ? "" : content,
      ...(!isStars && { title }),
      rating,
      verified: true,
      images: !isStars && random.chance(0.2) ? [`https://images.example/company/${ctx.accountId}/reviews/${hexOf(random)}.jpeg`] : [],
      product: productOf(product),
    };
    store(ctx, looked(row, ctx.now, random), writer);
  }
  const last = bought.at(-1);
  if (last && random.chance(0.025)) store(ctx, storeReview(who, last.at, ctx.now, random), writer);
  if (last && random.chance(0.03)) store(ctx, question(who, last, ctx.now, random), writer);
}

function toneOf(rating: number): Tone {
  return rating >= 4 ? "glad" : rating === 3 ? "fair" : "sorry";
}

function blankReview({ person: { first, last }, email }: Reviewer, at: number, random: Random) {
  const author = `${first.text} ${last.text.charAt(0)}.`;
  const id = hexOf(random);
  return { id, status: "published" as const, email, author, images: [], verified: false, events: [], created: at, updated: at };
}

function storeReview(who: Reviewer, after: number, nowMs: number, random: Random): ReviewRow {
  const [title, content] = random.pick(STORE_WORDS);
  return looked({ ...blankReview(who, wholeSecond(after + 9 * DAY_MS), random), type: "store", title, content, rating: 5 }, nowMs, random);
}

function question(who: Reviewer, { at, product }: Bought, nowMs: number, random: Random): ReviewRow {
  const asked = blankReview(who, wholeSecond(at + 2 * DAY_MS), random);
  return looked({ ...asked, type: "question", content: random.pick(QUESTIONS), product: productOf(product) }, nowMs, random);
}

function productOf({ id: externalId, item, name, url, image }: Product): NonNullable<ReviewRow["product"]> {
  return { externalId, item, name, url, image };
}

/** The review as the shop has dealt with it. */
function looked(review: ReviewRow, nowMs: number, random: Random): ReviewRow {
  const age = nowMs - review.created;
  if (age < PENDING_MS) return { ...review, status: "pending" };
  const updated = review.created + random.between(4, 60) * HOUR_MS;
  const { rating = 5, content } = review;
  if (rating === 1 && random.chance(0.3)) return { ...review, status: "rejected", rejection: { reason: "unrelated" }, updated };
  if (rating <= 2 && random.chance(0.3)) return { ...review, status: "unpublished", updated };
  const reply =
    rating <= 3 || review.type === "question" || random.chance(0.05)
      ? { reply: { content: random.pick(REPLIES), author: "Ines", updated } }
      : {};
  if (rating === 5 && content !== "" && random.chance(0.08))
    return { ...review, status: "featured", smartQuote: content.split(/(?<=[.。])/)[0] ?? content, updated, ...reply };
  return { ...review, updated, ...reply };
}

const METRICS: Record<ReviewRow["type"], string> = {
  review: "Submitted review",
  rating: "Submitted rating",
  question: "Submitted question",
  store: "Submitted store review",
};

/** One that lies ahead of the seed's clock is not written yet. */
function store(ctx: Context, review: ReviewRow, writer: EventWriter): void {
  const { id, type, rating, product, created } = review;
  const event = writer.write(METRICS[type], created, {
    properties: { review_id: id, ...(rating !== undefined && { rating }), ...(product && { product_id: product.externalId }) },
    uniqueId: id,
  });
  if (event !== undefined) fill(ctx.rows(reviews), { ...review, updated: Math.min(review.updated, ctx.now), events: [event] });
}

function hexOf(random: Random): string {
  return Array.from({ length: 4 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}
