import type { Before } from "./before-image.ts";
import type { Ruling } from "../decision.ts";
import type { Prepared } from "../prepare.ts";

/**
 * What was read may make a decision stricter, never milder: a write that could be undone but whose before-image cannot be read, and an
 * undoing of what others have changed since, go only under the owner's yes to a card that says so.
 */
export function afterLook({ undoes }: Pick<Prepared, "undoes">, before: Before, ruling: Ruling): Ruling {
  if (ruling.verdict !== "allow") return ruling;
  const because = reasonToAsk(before.state, undoes?.drift.state);
  if (because !== undefined) return { ...ruling, verdict: "ask", because, told: because };
  if (before.state !== "unread") return ruling;
  return { ...ruling, verdict: "deny", because: MOVED, told: MOVED };
}

const MOVED = "The policy changed while the call was on its way: ask again.";

function reasonToAsk(before: Before["state"], drift: "none" | "changed" | "unknown" | undefined): string | undefined {
  if (before === "unreadable")
    return "What is there now cannot be read, so this could not be undone: the owner decides whether it goes all the same.";
  if (drift === "changed") return "What is to be put back was changed by others since: the owner decides whether it is overwritten.";
  if (drift === "unknown") return "Whether others changed it since cannot be told: the owner decides whether it is put back.";
  return undefined;
}
