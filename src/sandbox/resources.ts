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
import { flowActionResource } from "./resources/flow-actions.ts";
import { flowMessageResource } from "./resources/flow-messages.ts";
import { flowResource } from "./resources/flows.ts";
import { imageResource } from "./resources/images.ts";
import { templateResource } from "./resources/templates.ts";
import { universalContentResource } from "./resources/universal-contents.ts";
import { catalogCategoryResource } from "./resources/catalog-categories.ts";
import { catalogItemResource } from "./resources/catalog-items.ts";
import { catalogJobResources } from "./resources/catalog-jobs.ts";
import { catalogVariantResource } from "./resources/catalog-variants.ts";
import { codeJobResource } from "./resources/coupon-code-jobs.ts";
import { couponCodeResource } from "./resources/coupon-codes.ts";
import { couponResource } from "./resources/coupons.ts";
import { trackingSettingResource } from "./resources/tracking-settings.ts";
import { webFeedResource } from "./resources/web-feeds.ts";
import { webhookResource } from "./resources/webhooks.ts";
import { dataSourceResource } from "./resources/data-sources.ts";
import { formVersionResource } from "./resources/form-versions.ts";
import { formResource } from "./resources/forms.ts";
import { geofenceResource } from "./resources/geofences.ts";
import { ingestionLogResource } from "./resources/ingestion-logs.ts";
import { objectRecordResource } from "./resources/object-records.ts";
import { objectSchemaResource } from "./resources/object-schemas.ts";
import { objectTypeResource } from "./resources/object-type.ts";
import { reviewResource } from "./resources/reviews.ts";
import { sourceMappingResource } from "./resources/source-mappings.ts";
import { apiKeyResource } from "./resources/api-keys.ts";
import { applicationResource } from "./resources/applications.ts";
import { billingUsageResource } from "./resources/billing-usage.ts";
import { brandButtonResource } from "./resources/brand-buttons.ts";
import { brandColorResource } from "./resources/brand-colors.ts";
import { brandEmailDefaultResource } from "./resources/brand-email-defaults.ts";
import { brandLogoResource } from "./resources/brand-logos.ts";
import { brandSocialGroupResource } from "./resources/brand-social-groups.ts";
import { brandVoiceResource } from "./resources/brand-voice.ts";
import { activationJobResource, verificationJobResource } from "./resources/sending-domain-jobs.ts";
import { sendingDomainResource } from "./resources/sending-domains.ts";
import { textConfigurationResource } from "./resources/text-messaging-configurations.ts";
import { textRegistrationResource } from "./resources/text-messaging-registrations.ts";
import { textSenderResource } from "./resources/text-messaging-senders.ts";
import { agentConversationResource, agentMessageResource } from "./resources/agent-conversations.ts";
import { agentKnowledgeResource } from "./resources/agent-knowledge.ts";
import { agentSecretResource } from "./resources/agent-secrets.ts";
import { agentSkillResource } from "./resources/agent-skills.ts";
import { agentToolResource } from "./resources/agent-tools.ts";
import { customerAgentResource } from "./resources/customer-agents.ts";
import { omniAudienceResource } from "./resources/omni-audiences.ts";
import { omniCampaignResource } from "./resources/omni-campaigns.ts";
import { omniMessageResource } from "./resources/omni-messages.ts";
import { omniScheduleResource } from "./resources/omni-schedules.ts";
import { omniVariationResource } from "./resources/omni-variations.ts";
import { betaFlowMessageResource } from "./resources/beta-flow-messages.ts";
import { eventExportResource } from "./resources/event-exports.ts";
import { profileExportResource } from "./resources/profile-exports.ts";
import { templatePreviewResource } from "./resources/template-previews.ts";
import { translationResource } from "./resources/translations.ts";

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
  flowActionResource,
  flowMessageResource,
  flowResource,
  imageResource,
  sendJobResource,
  templateResource,
  universalContentResource,
  catalogCategoryResource,
  catalogItemResource,
  ...catalogJobResources,
  catalogVariantResource,
  codeJobResource,
  couponCodeResource,
  couponResource,
  trackingSettingResource,
  webFeedResource,
  webhookResource,
  dataSourceResource,
  formVersionResource,
  formResource,
  geofenceResource,
  ingestionLogResource,
  objectRecordResource,
  objectSchemaResource,
  objectTypeResource,
  reviewResource,
  sourceMappingResource,
  activationJobResource,
  apiKeyResource,
  applicationResource,
  billingUsageResource,
  brandButtonResource,
  brandColorResource,
  brandEmailDefaultResource,
  brandLogoResource,
  brandSocialGroupResource,
  brandVoiceResource,
  sendingDomainResource,
  textConfigurationResource,
  textRegistrationResource,
  textSenderResource,
  verificationJobResource,
  agentConversationResource,
  agentKnowledgeResource,
  agentMessageResource,
  agentSecretResource,
  agentSkillResource,
  agentToolResource,
  customerAgentResource,
  omniAudienceResource,
  omniCampaignResource,
  omniMessageResource,
  omniScheduleResource,
  omniVariationResource,
  betaFlowMessageResource,
  eventExportResource,
  profileExportResource,
  templatePreviewResource,
  translationResource,
];
