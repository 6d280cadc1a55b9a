import { isoSeconds } from "../../lib/clock.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { expiryOf, newCode } from "./coupon-code-input.ts";
import { codeLife, couponCodes, type CodeStatus, type CouponCodeRow } from "./coupon-rows.ts";
import { JOB_ENDS_AFTER_MS } from "./job-life.ts";
import { profiles } from "./profile-rows.ts";

/** Codes of coupons (behaviour.md §2.15). Sending a message that asks for one gives it to the recipient: `sending/coupon-pool.ts`. */
export const couponCodeResource = defineResource<CouponCodeRow>({
  type: "coupon-code",
  path: "/api/coupon-codes",
  collection: couponCodes,
  attributes: (code, ctx) => ({ unique_code: code.code, expires_at: expiryText(code.expires, ctx), status: code.status }),
  filters: {
    expires_at: (code) => code.expires,
    status: (code) => code.status,
    "coupon.id": (code) => code.coupon,
    "profile.id": holderOf,
  },
  relationships: {
    coupon: toOne("coupon", (code) => code.coupon),
    profile: toOne("profile", holderOf, { data: "when set" }),
  },
  create: ({ attributes, one }, ctx) => newCode(ctx, attributes, one("coupon"), "/data"),
  update(code, { attributes }, ctx) {
    const status = textOf(attributes["status"]) as CodeStatus | undefined;
    const { expires_at: expiry } = attributes;
    return {
      ...(status === undefined || status === code.status ? code : moved(code, status, ctx)),
      ...(expiry !== undefined && { expires: expiryOf(expiry, ctx, "/data") }),
    };
  },
  remove(code) {
    if (code.profile !== undefined) refuse("conflict", "A coupon code that is assigned to a profile cannot be deleted.");
  },
  tasks: {
    remove_coupon_code({ id }, ctx) {
      const code = ctx.rows(couponCodes).get(textOf(id) ?? "");
      if (code?.status === "DELETING") ctx.rows(couponCodes).remove(code.id);
    },
  },
});

/** Recorded: `Z` in the answer to a write, `+00:00` in reads. */
function expiryText(atMs: number, { fresh }: Context): string {
  return fresh ? isoSeconds(atMs).replace("+00:00", "Z") : isoSeconds(atMs);
}

/** Who has the code; nobody any more once the profile is gone. */
function holderOf({ profile }: CouponCodeRow, ctx: Context): string | undefined {
  return profile !== undefined && ctx.rows(profiles).has(profile) ? profile : undefined;
}

function moved(code: CouponCodeRow, status: CodeStatus, ctx: Context): CouponCodeRow {
  const { profile, ...free } = code;
  const next = { ...free, status: codeLife.next(code.status, status) };
  // Back in the pool it is nobody's; without somebody it cannot be assigned (assumed).
  if (status === "UNASSIGNED") return next;
  if (status === "ASSIGNED_TO_PROFILE" && profile === undefined) refuse("conflict", "The coupon code has no profile to be assigned to.");
  if (status === "DELETING") ctx.settle(JOB_ENDS_AFTER_MS, "remove_coupon_code", { id: code.id });
  return { ...next, ...(profile !== undefined && { profile }) };
}
