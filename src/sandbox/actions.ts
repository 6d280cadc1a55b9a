import type { Action } from "./engine/declare.ts";
import { createClientPushToken, unregisterClientPushToken } from "./actions/client-push-tokens.ts";
import { mergeProfilesAction } from "./actions/merge-profiles.ts";
import { getConversationForProfile, getConversationIdForProfile } from "./actions/profile-conversation.ts";
import { requestProfileDeletion } from "./actions/request-profile-deletion.ts";
import { bulkSubscribeProfiles, createClientSubscription } from "./actions/subscribe-profiles.ts";
import { bulkUnsubscribeProfiles } from "./actions/unsubscribe-profiles.ts";
import { createClientProfile, createOrUpdateProfile, updateProfileAction } from "./actions/write-profiles.ts";
import { bulkCreateClientEvents, bulkCreateEvents, createClientEvent, createEvent } from "./actions/create-events.ts";
import { getMappedMetric, getMappedMetrics, mappedMetricRelations, updateMappedMetric } from "./actions/mapped-metrics.ts";
import { queryMetricAggregates } from "./actions/metric-aggregates.ts";
import { getPropertiesForMetric, getPropertyIdsForMetric } from "./actions/metric-properties.ts";
import { getEvent, getEvents } from "./actions/read-events.ts";
import { assignTemplate } from "./actions/assign-template.ts";
import { cloneCampaign } from "./actions/clone-campaign.ts";
import { cloneTemplate } from "./actions/clone-template.ts";
import { listCampaigns } from "./actions/list-campaigns.ts";
import { renderTemplateAction } from "./actions/render-template.ts";
import { uploadImage } from "./actions/upload-image.ts";

/** Every operation that is more than a plain read or write of a resource, one line each. */
export const actions: readonly Action[] = [
  bulkSubscribeProfiles,
  bulkUnsubscribeProfiles,
  createClientProfile,
  createClientPushToken,
  createClientSubscription,
  createOrUpdateProfile,
  getConversationForProfile,
  getConversationIdForProfile,
  mergeProfilesAction,
  requestProfileDeletion,
  unregisterClientPushToken,
  updateProfileAction,
  bulkCreateClientEvents,
  bulkCreateEvents,
  createClientEvent,
  createEvent,
  getEvent,
  getEvents,
  getMappedMetric,
  getMappedMetrics,
  getPropertiesForMetric,
  getPropertyIdsForMetric,
  ...mappedMetricRelations,
  queryMetricAggregates,
  updateMappedMetric,
  assignTemplate,
  cloneCampaign,
  cloneTemplate,
  listCampaigns,
  renderTemplateAction,
  uploadImage,
];
