import type { Json, JsonObject } from "../../lib/json.ts";
import { numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";

const MAX_BUTTONS = 3;
const MAX_LABEL_LENGTH = 40;
const MAX_URL_LENGTH = 2048;
/** What a button does, and whether that takes an address. */
const ACTIONS: Record<string, boolean> = { open_app: false, deep_link: true, open_url: true, dismiss: false };

/** Buttons of a push notification as the API shows them, checked as documented; without a position each has that of its place. */
export function pushButtons(buttons: readonly Json[], pointer: string): JsonObject[] {
  if (buttons.length > MAX_BUTTONS)
    refuse("invalid", `A push notification has at most ${MAX_BUTTONS} action buttons.`, { source: { pointer } });
  return buttons.map(objectOf).map((button, i) => {
    const wrong = (name: string, detail: string): never => refuse("invalid", detail, { source: { pointer: `${pointer}/${i}/${name}` } });
    const [label, action, url] = ["label", "action_type", "url"].map((name) => textOf(button[name]) ?? "");
    const takesUrl = ACTIONS[action ?? ""];
    if ((label ?? "").length > MAX_LABEL_LENGTH)
      wrong("label", `The label of an action button has at most ${MAX_LABEL_LENGTH} characters.`);
    if (takesUrl === undefined) wrong("action_type", `'action_type' must be one of ${Object.keys(ACTIONS).join(", ")}.`);
    if (takesUrl && url === "") wrong("url", `An action button of the type ${action} needs a URL.`);
    if ((url ?? "").length > MAX_URL_LENGTH) wrong("url", `The URL of an action button has at most ${MAX_URL_LENGTH} characters.`);
    return { ...button, position: numberOf(button["position"]) ?? i };
  });
}
