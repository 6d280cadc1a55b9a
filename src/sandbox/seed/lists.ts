import type { Context } from "../engine/context.ts";
import { lists, type ListRow } from "../resources/lists.ts";
import { DAY_MS } from "./calendar.ts";
import type { FreshLists } from "./fresh.ts";

/** Ids of the shop's lists. */
export interface ShopLists extends FreshLists {
  newsletter: string;
  vip: string;
  coffee: string;
  early: string;
  trail: string;
  imported: string;
}

/** Lists of the shop's own. `openedMs` is when the account was made. */
export function seedLists(ctx: Context, fresh: FreshLists, openedMs: number): ShopLists {
  const list = (name: string, day: number, optIn: ListRow["optIn"] = "single_opt_in"): string => {
    const created = openedMs + day * DAY_MS;
    return ctx.rows(lists).put({ id: ctx.ids.short(), name, optIn, created, updated: created }).id;
  };
  return {
    ...fresh,
    newsletter: list("Newsletter", 1),
    vip: list("VIP customers", 3),
    coffee: list("Coffee club", 4),
    early: list("SMS early access", 6, "double_opt_in"),
    trail: list("Trail guide downloads", 9),
    imported: list("Customers of the old shop", 2),
  };
}
