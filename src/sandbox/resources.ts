import type { Resource } from "./engine/declare.ts";
import { accountResource } from "./resources/accounts.ts";
import { conversationResource } from "./resources/conversations.ts";
import { importErrorResource } from "./resources/import-errors.ts";
import { importJobResource } from "./resources/import-jobs.ts";
import { listResource } from "./resources/lists.ts";
import { profileResource } from "./resources/profiles.ts";
import { pushTokenResource } from "./resources/push-tokens.ts";
import { suppressJobResource, unsuppressJobResource } from "./resources/suppression-jobs.ts";
import { tagGroupResource } from "./resources/tag-groups.ts";
import { tagResource } from "./resources/tags.ts";
import { customMetricResource } from "./resources/custom-metrics.ts";
import { eventResource } from "./resources/events.ts";
import { mappedMetricResource } from "./resources/mapped-metrics.ts";
import { metricPropertyResource, metricResource } from "./resources/metrics.ts";
import { segmentResource } from "./resources/segments.ts";
import { estimationJobResource, estimationResource } from "./resources/campaign-estimations.ts";
import { campaignMessageResource } from "./resources/campaign-messages.ts";
import { sendJobResource } from "./resources/campaign-sends.ts";
import { campaignResource } from "./resources/campaigns.ts";
import { imageResource } from "./resources/images.ts";
import { templateResource } from "./resources/templates.ts";
import { universalContentResource } from "./resources/universal-contents.ts";

/** Every resource type that the sandbox offers, one line each. */
export const resources: readonly Resource[] = [
  accountResource,
  listResource,
  tagGroupResource,
  tagResource,
  conversationResource,
  importErrorResource,
  importJobResource,
  profileResource,
  pushTokenResource,
  suppressJobResource,
  unsuppressJobResource,
  customMetricResource,
  eventResource,
  mappedMetricResource,
  metricPropertyResource,
  metricResource,
  segmentResource,
  campaignMessageResource,
  campaignResource,
  estimationJobResource,
  estimationResource,
  imageResource,
  sendJobResource,
  templateResource,
  universalContentResource,
];
