import type { Context } from "../engine/context.ts";
import { campaignAudiences, campaignMessages, campaigns, campaignVariations } from "../resources/campaign-rows.ts";
import { events } from "../resources/event-rows.ts";
import { mappedMetrics } from "../resources/mapped-metrics.ts";
import { metrics } from "../resources/metric-rows.ts";
import { profiles } from "../resources/profile-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { tagLinks } from "../resources/tag-rows.ts";
import { templates } from "../resources/template-rows.ts";
import type { CollectionDef } from "../state/collection.ts";
import { createCalendar, DAY_MS } from "./calendar.ts";
import { seedBrand } from "./brand.ts";
import { seedCampaigns } from "./campaigns.ts";
import { seedCustomerAgent } from "./customer-agent.ts";
import { seedBasics, seedFreshMetrics, seedFreshSegments } from "./fresh.ts";
import { seedLists, type ShopLists } from "./lists.ts";
import { seedPeople } from "./people.ts";
import { createRandom } from "./random.ts";
import { seedSegments } from "./segments.ts";
import { seedShopMetrics } from "./shop-metrics.ts";
import { seedTags, type Tagger } from "./tags.ts";
import { seedTemplates } from "./templates.ts";

export interface SeedOptions {
  /** Names the account's random streams. */
  seed: string;
  /** How many profiles the shop has; with 0 there is no shop, just what Klaviyo puts into a new account. */
  profiles: number;
  /** What is declared: an account without some of its resources has no shop in it. */
  collections: ReadonlySet<CollectionDef<never>>;
}

/** Some older people were there before the eighteen months that the history shows. */
const OPEN_DAYS = 900;
const SHOP: readonly CollectionDef<never>[] = [
  campaignAudiences,
  campaignMessages,
  campaigns,
  campaignVariations,
  events,
  mappedMetrics,
  metrics,
  profiles,
  segments,
  tagLinks,
  templates,
];

/**
 * Fills a new account with Klaviyo's defaults (behaviour.md §2.1) and the shop "Harbour & Pine", inside one transaction at the seed's clock.
 * A function of the seed, that clock and the number of profiles alone: a journal only holds what came afterwards.
 */
export function seedAccount(ctx: Context, { seed, profiles: count, collections }: SeedOptions): void {
  const hasShop = count > 0 && SHOP.every((each) => collections.has(each));
  const openedMs = hasShop ? Math.floor(ctx.now / DAY_MS - OPEN_DAYS) * DAY_MS : ctx.now;
  const fresh = seedBasics(ctx, openedMs);
  if (collections.has(metrics)) seedFreshMetrics(ctx, openedMs);
  if (collections.has(metrics) && collections.has(segments)) seedFreshSegments(ctx, fresh, openedMs);
  seedBrand(ctx, { seed, openedMs, hasShop, collections });
  seedCustomerAgent(ctx, { seed, collections, hasShop, openedMs });
  if (!hasShop) return;
  const lists = seedLists(ctx, fresh, openedMs);
  seedShopMetrics(ctx, openedMs);
  const shopSegments = seedSegments(ctx, openedMs);
  const tag = seedTags(ctx);
  tagGroupsOfPeople(tag, lists, shopSegments, openedMs);
  const calendar = createCalendar(ctx.now);
  const around = {
    calendar,
    lists,
    segments: shopSegments,
    templates: seedTemplates(ctx, openedMs),
    tag,
    random: createRandom(`${seed} campaigns`),
  };
  const sent = seedCampaigns(ctx, around);
  seedPeople({ ctx, seed, era: { calendar, openedMs, nowMs: ctx.now }, lists, sent }, count);
}

function tagGroupsOfPeople(tag: Tagger, lists: ShopLists, segmentIds: Record<string, string>, openedMs: number): void {
  const at = openedMs + 100 * DAY_MS;
  tag("VIP", "list", lists.vip, at);
  tag("Coffee", "list", lists.coffee, at);
  tag("Outdoors", "list", lists.trail, at);
  tag("VIP", "segment", segmentIds["High spenders (12 months)"] ?? "", at);
  tag("Win-back", "segment", segmentIds["Lapsed customers"] ?? "", at);
  tag("Needs review", "list", lists.imported, at);
}
