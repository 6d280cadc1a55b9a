import type { JsonObject } from "../../lib/json.ts";
import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** The id is the `external_id`. */
export interface CouponRow extends Row {
  description: string;
  monitor: JsonObject;
  /** Grows with each coupon made: lists show them in that order (recorded/coupon-codes.json). */
  serial: string;
}

export const coupons = defineCollection<CouponRow>("coupons");

export type CodeStatus = "ASSIGNED_TO_PROFILE" | "DELETING" | "PROCESSING" | "UNASSIGNED" | "USED" | "VERSION_NOT_ACTIVE";

/** The id is `<coupon>-<unique_code>`. */
export interface CouponCodeRow extends Row {
  coupon: string;
  code: string;
  status: CodeStatus;
  /** ms, cut to the second. */
  expires: number;
  profile?: string;
}

export const couponCodes = defineCollection<CouponCodeRow>("coupon_codes", {
  indexes: {
    "coupon.id": (code) => code.coupon,
    "profile.id": (code) => code.profile,
    pool: (code) => (code.status === "UNASSIGNED" ? code.coupon : undefined),
  },
});

/**
 * Life of a code (behaviour.md §2.15): out of the pool, to a profile, used. An event is named like the status that it asks for, as PATCH does.
 * The ways back are assumed: what an update changed, another one can put right.
 */
export const codeLife = defineMachine<CodeStatus, CodeStatus>("coupon-code", {
  UNASSIGNED: { PROCESSING: "PROCESSING", USED: "USED", VERSION_NOT_ACTIVE: "VERSION_NOT_ACTIVE", DELETING: "DELETING" },
  PROCESSING: { ASSIGNED_TO_PROFILE: "ASSIGNED_TO_PROFILE", UNASSIGNED: "UNASSIGNED", VERSION_NOT_ACTIVE: "VERSION_NOT_ACTIVE" },
  ASSIGNED_TO_PROFILE: { USED: "USED", UNASSIGNED: "UNASSIGNED", VERSION_NOT_ACTIVE: "VERSION_NOT_ACTIVE" },
  USED: { ASSIGNED_TO_PROFILE: "ASSIGNED_TO_PROFILE", UNASSIGNED: "UNASSIGNED", VERSION_NOT_ACTIVE: "VERSION_NOT_ACTIVE" },
  VERSION_NOT_ACTIVE: { ASSIGNED_TO_PROFILE: "ASSIGNED_TO_PROFILE", UNASSIGNED: "UNASSIGNED", USED: "USED", DELETING: "DELETING" },
  DELETING: {},
});
