import type { Context } from "../engine/context.ts";
import { accounts } from "../resources/accounts.ts";
import { lists } from "../resources/lists.ts";
import { tagGroups } from "../resources/tag-rows.ts";

export interface SeedOptions {
  /** How many profiles the shop has. */
  profiles: number;
}

/** Fills a fresh account: what Klaviyo itself puts there (behaviour.md §2.1). Runs at the seed's clock, inside one transaction. */
export function seedAccount(ctx: Context, _options: SeedOptions): void {
  ctx.rows(accounts).put({
    id: ctx.accountId,
    organization: "Harbour & Pine",
    senderName: "Harbour & Pine",
    senderEmail: "hello@harbourandpine.example",
    website: "https://harbourandpine.example",
    address: { address1: "12 Quay Street", city: "Portland", region: "Maine", country: "United States", zip: "04101" },
    industry: "Ecommerce",
    timezone: "America/New_York",
    currency: "USD",
    locale: "en-US",
    isTest: false,
  });
  const created = { created: ctx.now, updated: ctx.now };
  ctx.rows(lists).put({ id: ctx.ids.short(), name: "Preview List", optIn: "single_opt_in", ...created });
  ctx.rows(lists).put({ id: ctx.ids.short(), name: "Email List", optIn: "single_opt_in", ...created });
  ctx.rows(lists).put({ id: ctx.ids.short(), name: "Text Messaging List", optIn: "double_opt_in", ...created });
  ctx.rows(tagGroups).put({ id: ctx.ids.uuid(), name: "Ungrouped Tags", isDefault: true });
}
