const CONSENT = {
  "profiles.emailConsent": "who was never asked ends as unsubscribed: Klaviyo has no way back to never",
  "profiles.suppressions": "who is unsubscribed is suppressed",
};

/** What is not as it was before, by operation: `collection.field`, `collection new` or `collection gone`, and why. */
export const ALLOWED: Record<string, Record<string, string>> = {
  assign_template_to_campaign_message: {
    "campaign_variations.template": "a message holds a copy of its own, and this is another copy",
    "templates new": "Klaviyo keeps the copies that no message holds any more",
  },
  bulk_subscribe_profiles: CONSENT,
  bulk_unsuppress_profiles: { "profiles.suppressions": "the day of the suppression is a new one" },
  create_client_subscription: { ...CONSENT, "list_members new": "unsubscribing takes nobody off a list" },
  delete_campaign: { "templates.name": "the copy of a template is named after what it was copied from" },
  delete_form: { "forms.definition": "its parts get ids of their own" },
  delete_object_schema_relationship: { "schema_relations.relation": "the tie gets an id of its own" },
  delete_profile_schema_relationship: { "schema_relations.relation": "the tie gets an id of its own" },
  delete_push_token: { "push_tokens.metadata": "what the device says of itself comes with its next report" },
  delete_sending_domain_beta: {
    "sending_domains.host": "Klaviyo gives it other records to be put into the DNS",
    "sending_domains.proof": "Klaviyo gives it other records to be put into the DNS",
  },
  schedule_campaign_message_beta: { "campaign_messages.strategy": "the draft remembers when it was going to be sent" },
  update_brand_logo_beta: { "brand_logos.image": "an image that was not there before cannot be taken off" },
  upload_image_from_file: { "images new": "images are hidden, never deleted" },
  upload_image_from_url: { "images new": "images are hidden, never deleted" },
};
