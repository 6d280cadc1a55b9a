import type { Effect, Operation } from "../catalog/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";

/** Arguments that make an operation more than its name says: the class can only go up. */
interface Raise {
  operations: string[];
  when: (args: JsonObject) => boolean;
  to: Pick<Effect, "kind" | "risk">;
  flag: string;
}

const RAISES: Raise[] = [
  {
    // A flow that is made with live actions sends as soon as someone enters it.
    operations: ["create_flow"],
    when: (args) => mentions(args, "status", "live"),
    to: { kind: "send-message", risk: 4 },
    flag: "send-message-when-live",
  },
  {
    // A live form is on the shop's pages at once.
    operations: ["create_form"],
    when: (args) => mentions(args, "status", "live"),
    to: { kind: "create", risk: 4 },
    flag: "customer-visible",
  },
  {
    // Klaviyo fetches the address: whoever owns it learns of the call, and what is fetched reaches customers.
    operations: ["upload_image_from_url", "create_web_feed", "update_web_feed"],
    when: (args) => Object.values(args).some((value) => typeof value === "string" && /^https?:/i.test(value)),
    to: { kind: "export", risk: 4 },
    flag: "external-data-flow",
  },
];

/** The effect of one call: the operation's own, raised by what its arguments change. */
export function classOf(operation: Operation, args: JsonObject): Effect {
  let effect = operation.effect;
  for (const { operations, when, to, flag } of RAISES) {
    if (!operations.includes(operation.id) || !when(args)) continue;
    effect = { ...effect, ...(to.risk > effect.risk && to), flags: [...new Set([...effect.flags, flag])] };
  }
  return effect;
}

/** Whether anywhere inside `value` a member `name` holds `wanted`. */
function mentions(value: Json, name: string, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, name, wanted));
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([key, inner]) => (key === name && inner === wanted) || mentions(inner, name, wanted));
}
