import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { profiles } from "./profile-rows.ts";

/** Erases the person whom `value` names by `by` (id or an identifier), with all that hangs on it; nobody by that name is fine. */
export function eraseProfile({ by, value }: JsonObject, ctx: Context): void {
  const rows = ctx.rows(profiles);
  const found = by === "id" ? rows.get(String(value)) : rows.find(String(by), String(value));
  if (found) ctx.remove("profile", found.id);
}
