import type { JsonObject } from "../../lib/json.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { messageOf, sendsOf } from "../flows/definition.ts";
import type { CouponName } from "./coupons.ts";
import type { PlanLetter, Step } from "./flow-plan.ts";

/** One message that a step may send. */
export interface Option {
  channel: "email" | "sms";
  message: string;
  name: string;
  subject?: string;
  /** Id of the variation, of a test. */
  variation?: string;
  coupon?: CouponName;
}

export type MadeStep =
  | { kind: "wait"; action: string; data: JsonObject }
  | { kind: "stock"; action: string }
  /** `by`: what decides which of the options somebody gets. */
  | { kind: "send"; by: "only" | "order" | "test"; options: [Option, ...Option[]] };

/** A step with the ids that its actions and messages have got. */
export function madeStep(step: Step, definitions: JsonObject[]): MadeStep {
  const [first = {}, second = {}, third = {}] = definitions;
  const action = textOf(first["id"]) ?? "";
  if ("stock" in step) return { kind: "stock", action };
  if ("wait" in step) return { kind: "wait", action, data: objectOf(first["data"]) };
  if ("letter" in step) return { kind: "send", by: "only", options: [optionOf(step.letter, first)] };
  if ("text" in step) return { kind: "send", by: "only", options: [{ channel: "sms", name: step.name, message: messageIdOf(first) }] };
  if ("test" in step) {
    const [, one = {}, other = {}] = sendsOf(first);
    const tested = (letter: PlanLetter, part: JsonObject): Option => ({ ...optionOf(letter, part), variation: textOf(part["id"]) ?? "" });
    return { kind: "send", by: "test", options: [tested(step.test[0], one), tested(step.test[1], other)] };
  }
  return { kind: "send", by: "order", options: [optionOf(step.first, second), optionOf(step.later, third)] };
}

function optionOf({ name, subject, coupon }: PlanLetter, send: JsonObject): Option {
  return { channel: "email", name, subject, message: messageIdOf(send), ...(coupon && { coupon }) };
}

function messageIdOf(send: JsonObject): string {
  return textOf(messageOf(send)?.["id"]) ?? "";
}
