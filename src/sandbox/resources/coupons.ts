import type { Json, JsonObject } from "../../lib/json.ts";
import { defineResource, toManyByIndex } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { couponCodes, coupons, type CouponRow } from "./coupon-rows.ts";

/** Observed, the number as text. */
const DEFAULT_MONITOR: JsonObject = { low_balance_threshold: "500" };

/** Coupons (behaviour.md §2.15): the offers. Their codes are `coupon-codes.ts`. */
export const couponResource = defineResource<CouponRow>({
  type: "coupon",
  path: "/api/coupons",
  collection: coupons,
  attributes: (coupon) => ({ external_id: coupon.id, description: coupon.description, monitor_configuration: coupon.monitor }),
  sorts: { serial: (coupon) => coupon.serial },
  defaultSort: "serial",
  // Observed: a coupon shows no relationships.
  relationships: { "coupon-codes": { ...toManyByIndex<CouponRow>("coupon-code", "coupon.id"), hidden: true } },
  create({ attributes }, ctx) {
    const id = textOf(attributes["external_id"]) ?? "";
    const source = { pointer: "/data/attributes/external_id" };
    if (id.trim() === "") refuse("invalid", "'external_id' must not be empty.", { source });
    if (ctx.rows(coupons).has(id)) refuse("duplicate", `A coupon with external_id '${id}' already exists.`, { source });
    return {
      id,
      description: textOf(attributes["description"]) ?? "",
      monitor: monitorOf(attributes["monitor_configuration"]),
      serial: ctx.ids.ulid(ctx.now),
    };
  },
  update: (coupon, { attributes: { description, monitor_configuration: monitor } }) => ({
    ...coupon,
    ...(description !== undefined && { description: textOf(description) ?? "" }),
    ...(monitor !== undefined && { monitor: monitorOf(monitor) }),
  }),
  // The codes go with their coupon, given away or not (behaviour.md appendix B).
  remove(coupon, ctx) {
    const codes = ctx.rows(couponCodes);
    for (const { id } of codes.where("coupon.id", coupon.id)) codes.remove(id);
  },
});

function monitorOf(given: Json | undefined): JsonObject {
  return given === undefined || given === null ? DEFAULT_MONITOR : objectOf(given);
}
