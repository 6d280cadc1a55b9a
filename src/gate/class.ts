import type { Effect, Operation } from "../catalog/operation.ts";
import type { JsonObject } from "../lib/json.ts";
import { RAISES } from "./raises.ts";
import { mentionsKey } from "./cards/mentions.ts";
import { holdsSecretShape, SECRET_SHAPE } from "./secret-shape.ts";

/** The effect of one call: the operation's own, raised by what its arguments change. It can only go up. */
export function classOf(operation: Operation, args: JsonObject): Effect {
  let effect = operation.effect;
  for (const { operations, when, to, flag } of RAISES) {
    if (!operations.includes(operation.id) || !when(args)) continue;
    effect = {
      ...effect,
      ...(to.risk > effect.risk && { kind: to.kind, risk: to.risk }),
      ...(to.reversible && { reversible: to.reversible }),
    };
    effect = { ...effect, flags: [...new Set([...effect.flags, flag])] };
  }
  if (holdsSecretShape(args)) effect = { ...effect, flags: [...effect.flags, SECRET_SHAPE] };
  // Appending to a list a second time adds a second entry: such a call is not repeated by itself, whatever its operation is.
  if (effect.retry === "idempotent" && mentionsKey(args, "append")) effect = { ...effect, retry: "readable" };
  return effect;
}
