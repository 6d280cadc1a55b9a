import { parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { couponCodes, coupons, type CouponCodeRow } from "./coupon-rows.ts";

/** A new code out of the attributes of one resource object at `pointer`; refused when there is no such coupon, or the code is there. */
export function newCode(ctx: Context, attributes: JsonObject, coupon: string | undefined, pointer: string): CouponCodeRow {
  const code = textOf(attributes["unique_code"]) ?? "";
  const source = { pointer: `${pointer}/attributes/unique_code` };
  if (code.trim() === "") refuse("invalid", "'unique_code' must not be empty.", { source });
  if (coupon === undefined || !ctx.rows(coupons).has(coupon))
    refuse("not_found", `A coupon with id ${coupon ?? ""} does not exist.`, {
      source: { pointer: `${pointer}/relationships/coupon/data/id` },
    });
  const id = `${coupon}-${code}`;
  if (ctx.rows(couponCodes).has(id)) refuse("duplicate", `The coupon already has the code '${code}'.`, { source });
  return { id, coupon, code, status: "UNASSIGNED", expires: expiryOf(attributes["expires_at"], ctx, pointer) };
}

/** ms, cut to the second. Documented: not given, or null, a code lasts a year. */
export function expiryOf(given: Json | undefined, ctx: Context, pointer: string): number {
  const text = textOf(given);
  const at = text === undefined ? yearAfter(ctx.now) : parseIso(text);
  if (at === undefined)
    refuse("invalid", "'expires_at' must be an ISO 8601 date-time.", { source: { pointer: `${pointer}/attributes/expires_at` } });
  return Math.floor(at / 1000) * 1000;
}

function yearAfter(atMs: number): number {
  const date = new Date(atMs);
  return date.setUTCFullYear(date.getUTCFullYear() + 1);
}
