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
import { reportActions } from "./actions/reports.ts";
import { renderTemplateAction } from "./actions/render-template.ts";
import { uploadImage } from "./actions/upload-image.ts";
import { createBackInStockSubscription, createClientBackInStockSubscription } from "./actions/back-in-stock.ts";
import { listCouponCodes } from "./actions/list-coupon-codes.ts";
import { getWebhook, getWebhooks } from "./actions/read-webhooks.ts";
import { getTrackingSetting, getTrackingSettings, updateTrackingSetting } from "./actions/tracking-settings.ts";
import { getWebhookTopic, getWebhookTopics } from "./actions/webhook-topics.ts";
import { getClientGeofences } from "./actions/client-geofences.ts";
import { getClientIpAllowlist } from "./actions/client-ip-allowlist.ts";
import { createClientReview, getClientReviews } from "./actions/client-reviews.ts";
import { createConversationMessage } from "./actions/conversation-messages.ts";
import { bulkCreateDataSourceRecords, createDataSourceRecord } from "./actions/create-data-source-records.ts";
import { bulkDeleteObjectRecords } from "./actions/delete-object-records.ts";
import { formDefinitions } from "./actions/form-definitions.ts";
import { objectRelationshipReads } from "./actions/object-relationships.ts";
import { getClientReviewReports } from "./actions/review-reports.ts";
import { schemaRelationshipWrites } from "./actions/schema-relationships.ts";
import { getApiKey, getApiKeys } from "./actions/api-keys.ts";
import { getBillingUsage, listBillingUsage } from "./actions/billing-usage.ts";
import { queryCustomerAgentSkillValues, queryCustomerAgentValues } from "./actions/agent-reports.ts";
import { createCustomerAgentResponse } from "./actions/customer-agent-responses.ts";
import { getSecretsForAgentTool } from "./actions/agent-tool-secrets.ts";
import { listAgentConversations } from "./actions/list-agent-conversations.ts";
import { uploadAgentKnowledge } from "./actions/upload-agent-knowledge.ts";
import { omniClones } from "./actions/clone-omni.ts";
import { downloadExports } from "./actions/download-exports.ts";
import { previewTemplate } from "./actions/preview-template.ts";
import { listTemplates } from "./actions/list-templates.ts";

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
  ...reportActions,
  uploadImage,
  createBackInStockSubscription,
  createClientBackInStockSubscription,
  getTrackingSetting,
  getTrackingSettings,
  getWebhook,
  getWebhooks,
  getWebhookTopic,
  getWebhookTopics,
  listCouponCodes,
  updateTrackingSetting,
  getClientGeofences,
  getClientIpAllowlist,
  createClientReview,
  getClientReviews,
  createConversationMessage,
  bulkCreateDataSourceRecords,
  createDataSourceRecord,
  bulkDeleteObjectRecords,
  ...formDefinitions,
  ...objectRelationshipReads,
  getClientReviewReports,
  ...schemaRelationshipWrites,
  getApiKey,
  getApiKeys,
  getBillingUsage,
  listBillingUsage,
  createCustomerAgentResponse,
  getSecretsForAgentTool,
  listAgentConversations,
  queryCustomerAgentSkillValues,
  queryCustomerAgentValues,
  uploadAgentKnowledge,
  ...omniClones,
  ...downloadExports,
  previewTemplate,
  listTemplates,
];
