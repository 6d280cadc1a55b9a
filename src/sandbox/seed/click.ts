import type { CouponCodeRow } from "../resources/coupon-rows.ts";
import type { Attributed } from "../resources/event-rows.ts";

/** A click in a message, which an order can be credited to, with the code that came with it. */
export interface Click {
  at: number;
  attributed: Attributed;
  code?: CouponCodeRow;
}
