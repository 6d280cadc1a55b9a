import { campaignAudiences, campaignMessages, campaigns, campaignVariations } from "../resources/campaign-rows.ts";
import { catalogCategories, catalogItems, catalogVariants } from "../resources/catalog-rows.ts";
import { conversations } from "../resources/conversation-rows.ts";
import { couponCodes, coupons } from "../resources/coupon-rows.ts";
import { customMetrics } from "../resources/custom-metrics.ts";
import { events } from "../resources/event-rows.ts";
import { flowActions, flowMessages, flows } from "../resources/flow-rows.ts";
import { forms, formVersions } from "../resources/form-rows.ts";
import { geofences } from "../resources/geofences.ts";
import { images } from "../resources/images.ts";
import { mappedMetrics } from "../resources/mapped-metrics.ts";
import { metrics } from "../resources/metric-rows.ts";
import { dataSources, objectRecords, objectSchemas, objectTypes, sourceMappings } from "../resources/object-rows.ts";
import { profiles } from "../resources/profile-rows.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { reviews } from "../resources/review-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { tagLinks } from "../resources/tag-rows.ts";
import { templates, universalContents } from "../resources/template-rows.ts";
import { trackingSettings } from "../resources/tracking-settings.ts";
import { webFeeds } from "../resources/web-feeds.ts";
import { webhooks } from "../resources/webhook-rows.ts";
import { sendJobs } from "../sending/campaign-run.ts";
import type { CollectionDef } from "../state/collection.ts";

/** What a shop needs to be declared. Their resources bring the collections of links and of what flows remember. */
export const SHOP_COLLECTIONS: readonly CollectionDef<never>[] = [
  campaignAudiences,
  campaignMessages,
  campaigns,
  campaignVariations,
  catalogCategories,
  catalogItems,
  catalogVariants,
  conversations,
  couponCodes,
  coupons,
  customMetrics,
  dataSources,
  events,
  flowActions,
  flowMessages,
  flows,
  formVersions,
  forms,
  geofences,
  images,
  mappedMetrics,
  metrics,
  objectRecords,
  objectSchemas,
  objectTypes,
  profiles,
  pushTokens,
  reviews,
  segments,
  sendJobs,
  sourceMappings,
  tagLinks,
  templates,
  trackingSettings,
  universalContents,
  webFeeds,
  webhooks,
];
