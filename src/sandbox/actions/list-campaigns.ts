import { defineAction } from "../engine/declare.ts";
import { parseIso } from "../../lib/clock.ts";
import { refuse } from "../engine/refusal.ts";

/** Campaigns are listed by channel only (documented), and up to now: a time to come is refused (behaviour.md §1.8). */
export const listCampaigns = defineAction("get_campaigns", (request, ctx) => {
  const { filter } = request.query;
  const source = { parameter: "filter" };
  if (!filter.some(({ field }) => field === "messages.channel"))
    refuse("invalid", "A channel filter is required to list campaigns: equals(messages.channel,'email').", { source });
  for (const { field, value } of filter) {
    if (field !== "created_at" && field !== "updated_at") continue;
    const text = typeof value === "object" && value !== null && "datetime" in value ? value.datetime : String(value);
    if ((parseIso(text) ?? 0) > ctx.now) refuse("invalid", `End date may not be in the future: ${text}`, { source });
  }
  return ctx.reply.collection(request, "campaign");
});
