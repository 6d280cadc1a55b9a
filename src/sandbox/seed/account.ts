import type { Context } from "../engine/context.ts";
import { metrics } from "../resources/metric-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import type { CollectionDef } from "../state/collection.ts";
import { createCalendar, DAY_MS } from "./calendar.ts";
import { seedBrand } from "./brand.ts";
import { seedCampaigns } from "./campaigns.ts";
import { seedCatalog } from "./catalog.ts";
import { SHOP_COLLECTIONS } from "./collections.ts";
import { seedCoupons } from "./coupons.ts";
import { seedCustomerAgent } from "./customer-agent.ts";
import { seedCustomMetrics } from "./custom-metrics.ts";
import { seedSubscriptions } from "./custom-objects.ts";
import { wakeWaiting } from "./flow-passage.ts";
import { seedFlows } from "./flows.ts";
import { seedForms } from "./forms.ts";
import { seedBasics, seedFreshMetrics, seedFreshSegments } from "./fresh.ts";
import { seedGeofences } from "./geofences.ts";
import { seedImages } from "./images.ts";
import { seedLists, type ShopLists } from "./lists.ts";
import { seedPeople } from "./people.ts";
import { createRandom, type Random } from "./random.ts";
import { seedSegments, SEGMENT_TAGS } from "./segments.ts";
import { seedShopMetrics } from "./shop-metrics.ts";
import { seedTags, type Tagger } from "./tags.ts";
import { seedTemplates } from "./templates.ts";
import { seedTracking } from "./tracking.ts";
import { seedUniversalContent } from "./universal-content.ts";
import { watchBirthdays } from "./watch-birthdays.ts";
import { seedWebFeeds } from "./web-feeds.ts";
import { seedWebhooks } from "./webhooks.ts";

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

/**
 * Fills a new account with Klaviyo's defaults (behaviour.md §2.1) and the shop "Harbour & Pine", inside one transaction at the seed's clock.
 * A function of the seed, that clock and the number of profiles alone: a journal only holds what came afterwards.
 */
export function seedAccount(ctx: Context, { seed, profiles: count, collections }: SeedOptions): void {
  const hasShop = count > 0 && SHOP_COLLECTIONS.every((each) => collections.has(each));
  const openedMs = hasShop ? Math.floor(ctx.now / DAY_MS - OPEN_DAYS) * DAY_MS : ctx.now;
  const fresh = seedBasics(ctx, openedMs);
  if (collections.has(metrics)) seedFreshMetrics(ctx, openedMs);
  if (collections.has(metrics) && collections.has(segments)) seedFreshSegments(ctx, fresh, openedMs);
  seedBrand(ctx, { seed, openedMs, hasShop, collections });
  seedCustomerAgent(ctx, { seed, collections, hasShop, openedMs });
  if (!hasShop) return;
  const random = (purpose: string): Random => createRandom(`${seed} ${purpose}`);
  const lists = seedLists(ctx, fresh, openedMs);
  seedShopMetrics(ctx, openedMs);
  const shopSegments = seedSegments(ctx, openedMs);
  const tag = seedTags(ctx);
  tagGroupsOfPeople(tag, lists, shopSegments, openedMs);
  seedStanding(ctx, random, openedMs);
  const around = { lists, segments: shopSegments, templates: seedTemplates(ctx, openedMs), tag, random: random("campaigns") };
  const calendar = createCalendar(ctx.now);
  const shop = {
    lists,
    sent: seedCampaigns(ctx, calendar, around),
    flows: seedFlows(ctx, around, openedMs),
    forms: seedForms(ctx, openedMs),
    coupons: seedCoupons(ctx, random("coupons"), openedMs),
    subscriptions: seedSubscriptions(ctx, openedMs),
  };
  seedPeople({ ctx, seed, era: { calendar, openedMs, nowMs: ctx.now }, ...shop }, count);
  wakeWaiting(ctx);
  watchBirthdays(ctx, shop.flows.birthday.flow);
}

/** What stands in the account without regard to people. */
function seedStanding(ctx: Context, random: (purpose: string) => Random, openedMs: number): void {
  seedCatalog(ctx, random("catalog"), openedMs);
  seedImages(ctx, random("images"), openedMs);
  seedCustomMetrics(ctx, openedMs);
  seedUniversalContent(ctx, openedMs);
  seedWebFeeds(ctx, openedMs);
  seedTracking(ctx);
  seedWebhooks(ctx, openedMs);
  seedGeofences(ctx);
}

function tagGroupsOfPeople(tag: Tagger, lists: ShopLists, segmentIds: Record<string, string>, openedMs: number): void {
  const at = openedMs + 100 * DAY_MS;
  const tagged: [tag: string, list: keyof ShopLists][] = [
    ["VIP", "vip"],
    ["Coffee", "coffee"],
    ["Outdoors", "trail"],
    ["Needs review", "imported"],
    ["Sale", "early"],
  ];
  for (const [name, list] of tagged) tag(name, "list", lists[list], at);
  for (const [name, segment] of SEGMENT_TAGS) tag(name, "segment", segmentIds[segment] ?? "", at);
}
