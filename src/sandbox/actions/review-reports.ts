import { hash } from "node:crypto";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { formatCursor, parseCursor } from "../engine/cursor.ts";
import { defineAction } from "../engine/declare.ts";
import { pageUrl } from "../engine/links.ts";
import { matcher } from "../engine/matches.ts";
import { refuse } from "../engine/refusal.ts";
import { isPublic, reviews, type ReviewRow } from "../resources/review-rows.ts";

const DAYS: Record<string, number> = { last_30_days: 30, last_90_days: 90, last_365_days: 365 };
const DAY_MS = 86_400_000;

type Statistic = (all: readonly ReviewRow[]) => number | null;
const isStore = ({ type }: ReviewRow): boolean => type === "store";
const STATISTICS: Record<string, Statistic> = {
  average_rating: (all) => average(all.filter((review) => !isStore(review))),
  total_reviews: (all) => all.filter(({ type }) => type === "review").length,
  total_questions: (all) => all.filter(({ type }) => type === "question").length,
  total_ratings: (all) => all.filter((review) => !isStore(review) && review.rating !== undefined).length,
  total_store_reviews: (all) => all.filter(isStore).length,
  average_store_rating: (all) => average(all.filter(isStore)),
};

/** Figures over what is published, by product or for the shop (behaviour.md §2.16): one report whose results are paged (assumed). */
export const getClientReviewReports = defineAction("get_client_review_values_reports", (request, ctx) => {
  const { other, filter, page } = request.query;
  const asked = (other["statistics"] ?? "").split(",");
  const unknown = asked.find((name) => !Object.hasOwn(STATISTICS, name));
  if (unknown !== undefined) wrong("statistics", `'${unknown}' is not a statistic of this report.`);
  const isByProduct = one("group_by", other, ["company_id", "product_id"]) === "product_id";
  const days = DAYS[one("timeframe", other, ["all_time", ...Object.keys(DAYS)])];
  const since = days === undefined ? 0 : ctx.now - days * DAY_MS;
  const tests = filter.map(matcher);
  const counted = [...ctx.rows(reviews).all()].filter(
    (review) => isPublic(review) && review.created >= since && tests.every((test) => test(review.product?.externalId)),
  );
  const groups = isByProduct ? Map.groupBy(counted, ({ product }) => product?.externalId ?? "") : new Map([[ctx.accountId, counted]]);
  groups.delete("");
  const after = page.cursor === undefined ? "" : parseCursor(request, page.cursor).position.id;
  const rest = [...groups.keys()].toSorted().filter((key) => key > after);
  const shown = rest.slice(0, page.size ?? 20);
  const results = shown.map((key) => ({
    groupings: isByProduct ? { product_id: key } : { company_id: key },
    statistics: Object.fromEntries(asked.map((name) => [name, STATISTICS[name]?.(groups.get(key) ?? []) ?? null])),
  }));
  const last = rest.length > shown.length ? shown.at(-1) : undefined;
  const next =
    last === undefined
      ? null
      : pageUrl(request.self, "page[cursor]", formatCursor(request, { position: { key: null, id: last }, forward: true }));
  return { status: 200, body: { data: [report(request.self, results, ctx)], links: { self: request.self, next, prev: null } } };
});

/** The same question has the same id. */
function report(self: string, results: JsonObject[], ctx: Context): JsonObject {
  const id = hash("sha256", self.slice(ctx.origin.length)).slice(0, 32);
  return {
    type: "review-values-report",
    id,
    attributes: { results },
    links: { self: `${ctx.origin}/client/review-values-reports/${id}/` },
  };
}

function average(all: readonly ReviewRow[]): number | null {
  const ratings = all.flatMap(({ rating }) => rating ?? []);
  return ratings.length === 0 ? null : Math.round((ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length) * 100) / 100;
}

function one(name: string, given: Record<string, string>, allowed: readonly string[]): string {
  const value = given[name] ?? "";
  return allowed.includes(value) ? value : wrong(name, `'${name}' must be one of ${allowed.join(", ")}.`);
}

function wrong(parameter: string, detail: string): never {
  refuse("invalid", detail, { source: { parameter } });
}
