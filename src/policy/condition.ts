import { z } from "zod";
import type { Scalar, ValueType } from "./facts.ts";
import type { Verdict } from "./policy.ts";

/** Typed predicates on one fact or argument; all that are given must hold of the same value. */
export interface Condition {
  equals?: Scalar | undefined;
  in?: Scalar[] | undefined;
  not_in?: Scalar[] | undefined;
  at_most?: number | undefined;
  at_least?: number | undefined;
  /** Whole numbers: both ends belong to it. Times of day: from the first up to, but without, the second; over midnight where the first is later. */
  between?: [number, number] | [string, string] | undefined;
  starts_with?: string | undefined;
  ends_with?: string | undefined;
}

export type Predicate = keyof Condition;

const scalar = z.union([z.string().max(1000), z.int(), z.boolean(), z.null()]);
const scalars = z.array(scalar).min(1).max(1000);
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 21:00, in quotes");

export const CONDITION = z
  .strictObject({
    equals: scalar.optional(),
    in: scalars.optional(),
    not_in: scalars.optional(),
    at_most: z.int("must be a whole number").optional(),
    at_least: z.int("must be a whole number").optional(),
    between: z
      .union(
        [z.tuple([z.int(), z.int()]), z.tuple([time, time])],
        "must be two whole numbers, or two times of day such as 21:00, in quotes",
      )
      .optional(),
    starts_with: z.string().min(1).max(1000).optional(),
    ends_with: z.string().min(1).max(1000).optional(),
  })
  .refine((condition) => Object.values(condition).some((value) => value !== undefined), "says nothing: give in, not_in, equals, at_most …");

/** Which predicates may speak of a type. */
export const PREDICATES: Record<ValueType, readonly Predicate[]> = {
  integer: ["equals", "in", "not_in", "at_most", "at_least", "between"],
  text: ["equals", "in", "not_in", "starts_with", "ends_with"],
  flag: ["equals"],
  time: ["between"],
  weekday: ["equals", "in", "not_in"],
  any: ["equals", "in", "not_in", "at_most", "at_least", "between", "starts_with", "ends_with"],
};

/** An argument that the call could have given and did not. */
export const NOTHING = Symbol("nothing");
export type Value = Scalar | typeof NOTHING;

export type Truth = "holds" | "fails" | "unknown";

/**
 * Whether a condition holds of all the values that a call has. An allowing rule needs it of every one and of at least one; an asking or denying
 * rule needs it of any. So several values, and none, are always taken on the strict side.
 */
export function truthOf(condition: Condition, values: readonly Value[], effect: Verdict): Truth {
  const truths = values.map((value) => truthOfOne(condition, value, effect));
  if (effect === "allow") {
    if (truths.length === 0 || truths.includes("fails")) return "fails";
    return truths.includes("unknown") ? "unknown" : "holds";
  }
  if (truths.includes("holds")) return "holds";
  return truths.includes("unknown") ? "unknown" : "fails";
}

function truthOfOne(condition: Condition, value: Value, effect: Verdict): Truth {
  // Nothing is in no list: enough to deny by, never enough to allow by.
  if (value === NOTHING) return effect !== "allow" && isOnlyNotIn(condition) ? "holds" : "fails";
  const { equals, in: wanted, not_in: unwanted, starts_with: start, ends_with: end } = condition;
  if (equals !== undefined && value !== equals) return "fails";
  if (wanted && !wanted.includes(value)) return "fails";
  if (unwanted?.includes(value)) return "fails";
  if (start !== undefined && !(typeof value === "string" && value.startsWith(start))) return "fails";
  if (end !== undefined && !(typeof value === "string" && value.endsWith(end))) return "fails";
  return truthOfOrder(condition, value);
}

function truthOfOrder({ at_most: most, at_least: least, between }: Condition, value: Scalar): Truth {
  if (most === undefined && least === undefined && between === undefined) return "holds";
  const isOfTimes = between !== undefined && typeof between[0] === "string";
  if (isOfTimes && most === undefined && least === undefined)
    return typeof value === "string" ? within(value, between as [string, string]) : "unknown";
  // 1e2, "100" and 100.0000000001 are not compared: what is no whole number cannot be evaluated (attack B20).
  if (isOfTimes || typeof value !== "number" || !Number.isSafeInteger(value)) return "unknown";
  const [from, to] = (between ?? [-Infinity, Infinity]) as [number, number];
  return value <= (most ?? Infinity) && value >= (least ?? -Infinity) && value >= from && value <= to ? "holds" : "fails";
}

function within(time: string, [from, to]: [string, string]): Truth {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return "unknown";
  const isInside = from <= to ? time >= from && time < to : time >= from || time < to;
  return isInside ? "holds" : "fails";
}

function isOnlyNotIn(condition: Condition): boolean {
  return Object.entries(condition).every(([name, value]) => value === undefined || name === "not_in");
}

/** Why no value at all can fulfil a condition; undefined where some can. */
export function contradictionOf(condition: Condition): string | undefined {
  const { equals, in: wanted, starts_with: start, ends_with: end, at_most: most, at_least: least, between } = condition;
  const isOfText = start !== undefined || end !== undefined || typeof between?.[0] === "string";
  const isOfNumber = most !== undefined || least !== undefined || typeof between?.[0] === "number";
  if (isOfText && isOfNumber) return "no value is a text and a number";
  const [from, to] = between && typeof between[0] === "number" ? (between as [number, number]) : [-Infinity, Infinity];
  if (from > to) return "between names the larger number first";
  if (between && between[0] === between[1] && typeof between[0] === "string")
    return "between names the same time twice, so nothing lies between";
  if (Math.max(least ?? -Infinity, from) > Math.min(most ?? Infinity, to)) return "its bounds leave no number";
  const candidates = equals !== undefined ? [equals] : wanted;
  if (candidates && !candidates.some((value) => truthOfOne(condition, value, "allow") === "holds"))
    return "none of its values fulfils the rest of it";
  return undefined;
}
