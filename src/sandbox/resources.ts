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
];
