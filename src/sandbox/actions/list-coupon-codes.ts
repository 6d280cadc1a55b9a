import { defineAction } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";

/** Codes are listed by coupon or by profile only (documented). */
export const listCouponCodes = defineAction("get_coupon_codes", (request, ctx) => {
  if (!request.query.filter.some(({ field }) => field === "coupon.id" || field === "profile.id"))
    refuse("invalid", "A filter on 'coupon.id' or 'profile.id' is required to list coupon codes.", { source: { parameter: "filter" } });
  return ctx.reply.collection(request, "coupon-code");
});
