import type { Context } from "../engine/context.ts";
import { codeLife, couponCodes, type CouponCodeRow } from "../resources/coupon-rows.ts";

const ASKED = /\{%-?\s*coupon_code\s+(?:'([^']+)'|"([^"]+)")/g;

/**
 * Gives the profile a code of each coupon that the message asks for. False when a coupon has none left: the whole message is skipped then
 * (behaviour.md §2.12), and nothing is given. What has expired is passed over (assumed).
 */
export function giveCodes(html: string, profile: string, ctx: Context): boolean {
  const asked = new Set([...html.matchAll(ASKED)].map(([, single, double]) => single ?? double ?? ""));
  if (asked.size === 0) return true;
  const found = [...asked].map((coupon) => firstFree(coupon, ctx));
  if (!found.every((code) => code !== undefined)) return false;
  for (const code of found) {
    const status = codeLife.next(codeLife.next(code.status, "PROCESSING"), "ASSIGNED_TO_PROFILE");
    ctx.rows(couponCodes).put({ ...code, status, profile });
  }
  return true;
}

function firstFree(coupon: string, ctx: Context): CouponCodeRow | undefined {
  const codes = ctx.rows(couponCodes);
  // A kept order: a large send takes thousands out of one pool.
  for (const { id } of codes.order("id", (code) => code.id, { index: "pool", key: coupon }).positions()) {
    const code = codes.get(id);
    if (code && code.expires > ctx.now) return code;
  }
  return undefined;
}
