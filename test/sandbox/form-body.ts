import type { JsonObject } from "../../src/lib/json.ts";

const BUTTON: JsonObject = { type: "button", properties: { label: "Join us" }, action: { type: "close", submit: true } };
const FLYOUT: JsonObject = {
  type: "flyout",
  triggers: [{ type: "exit_intent" }],
  steps: [{ name: "Email", columns: [{ rows: [{ blocks: [{ type: "email", properties: {} }, BUTTON] }] }] }],
};

/** Body of a new form; without versions it has one of an address and a button. */
export function formBody(more: JsonObject = {}, ...versions: JsonObject[]): JsonObject {
  const definition = { versions: versions.length > 0 ? versions : [FLYOUT] };
  return { data: { type: "form", attributes: { name: "Welcome", status: "draft", ab_test: false, definition, ...more } } };
}
