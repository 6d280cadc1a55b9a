import type { Context } from "../engine/context.ts";
import { couponCodes, coupons, type CouponCodeRow } from "../resources/coupon-rows.ts";
import { DAY_MS, wholeSecond } from "./calendar.ts";
import { fill } from "./fill.ts";
import type { Random } from "./random.ts";

/** Coupons with how long a code of each is good for once it is given, days. */
const COUPONS = {
  WELCOME10: ["10 % on the first parcel", 30],
  BIRTHDAY15: ["15 % in the week of the birthday", 14],
  WINBACK20: ["20 % for those we have not seen in a while", 21],
  FAIR5: ["5 dollars off, from the harbour fair", 60],
} as const;

export type CouponName = keyof typeof COUPONS;

/** Codes of each coupon that wait to be given to somebody. */
const POOL = 400;

export interface CouponBook {
  /** Gives the person of this index a code that is theirs alone; a code that they have already is given again. */
  give(coupon: CouponName, person: { index: number; id: string }, at: number): CouponCodeRow;
  /** Notes that the code was used in an order. */
  use(code: CouponCodeRow): void;
}

/** The coupons with the codes that nobody has yet. Those of the fair have run out of time. */
export function seedCoupons(ctx: Context, random: Random, openedMs: number): CouponBook {
  const rows = ctx.rows(couponCodes);
  const store = (row: CouponCodeRow): CouponCodeRow => fill(rows, row);
  Object.entries(COUPONS).forEach(([id, [description]], place) => {
    const serial = random.seek(place).ulid(openedMs + (40 + place) * DAY_MS);
    ctx.rows(coupons).put({ id, description, monitor: { low_balance_threshold: "100" }, serial });
    const expires = wholeSecond(ctx.now + (id === "FAIR5" ? -45 : 300) * DAY_MS);
    for (let i = 0; i < (id === "FAIR5" ? 40 : POOL); i++) {
      const code = codeOf(id, random);
      store({ id: `${id}-${code}`, coupon: id, code, status: "UNASSIGNED", expires });
    }
  });
  return {
    give(coupon, { index, id: profile }, at) {
      // Far from the indexes above: every person has the same code in a small shop and in a large one.
      const code = codeOf(coupon, random.seek(1000 + index));
      const known = rows.get(`${coupon}-${code}`);
      const expires = wholeSecond(at + COUPONS[coupon][1] * DAY_MS);
      return store({ ...known, id: `${coupon}-${code}`, coupon, code, status: "ASSIGNED_TO_PROFILE", expires, profile });
    },
    use(code) {
      store({ ...code, status: "USED" });
    },
  };
}

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

function codeOf(coupon: string, random: Random): string {
  return `${coupon.slice(0, 2)}-${Array.from({ length: 8 }, () => LETTERS[random.below(LETTERS.length)]).join("")}`;
}
