import type { Context } from "../engine/context.ts";
import { accounts } from "../resources/accounts.ts";
import { FRESH_METRICS } from "../resources/klaviyo-metrics.ts";
import { lists, type ListRow } from "../resources/lists.ts";
import { metrics } from "../resources/metric-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { tagGroups } from "../resources/tag-rows.ts";
import { freshSegments } from "./fresh-segments.ts";

/** Lists that every account begins with. */
export interface FreshLists {
  preview: string;
  email: string;
  texts: string;
}

/** What Klaviyo itself puts into a new account (behaviour.md §2.1), made at `openedMs`: the account, three lists and the tag group. */
export function seedBasics(ctx: Context, openedMs: number): FreshLists {
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
  const list = (name: string, optIn: ListRow["optIn"]): string =>
    ctx.rows(lists).put({ id: ctx.ids.short(), name, optIn, created: openedMs, updated: openedMs }).id;
  const made = {
    preview: list("Preview List", "single_opt_in"),
    email: list("Email List", "single_opt_in"),
    texts: list("Text Messaging List", "double_opt_in"),
  };
  ctx.rows(tagGroups).put({ id: ctx.ids.uuid(), name: "Ungrouped Tags", isDefault: true });
  return made;
}

/** The metrics of a new account. "Active on Site" comes over the API's integration (recorded/metrics.json). */
export function seedFreshMetrics(ctx: Context, openedMs: number): void {
  for (const name of FRESH_METRICS) ctx.rows(metrics).put({ id: ctx.ids.short(), name, service: "klaviyo", created: openedMs });
  ctx.rows(metrics).put({ id: ctx.ids.short(), name: "Active on Site", service: "api", created: openedMs });
}

/** The segments of a new account, over its email list. */
export function seedFreshSegments(ctx: Context, { email }: FreshLists, openedMs: number): void {
  const metricId = (name: string): string => ctx.rows(metrics).where("name", name)[0]?.id ?? "";
  const found = { list: email, opened: metricId("Opened Email"), clicked: metricId("Clicked Email") };
  for (const { name, definition } of freshSegments(found)) {
    ctx.rows(segments).put({ id: ctx.ids.short(), name, definition, created: openedMs, updated: openedMs });
  }
}
