const SENT = "What has been sent cannot be called back.";
const EVENT = "Klaviyo deletes no events, and flows may have started because of them.";
const CARRIER = "It is a filing with carriers, which cannot be taken back.";
const EXPORT = "The data has left the account.";
const SECRET = "Klaviyo never shows a secret, so the old one cannot be put back.";
const CONSENT = "Only the person can give that consent again.";
const NOTHING = "It only has something computed or checked; there is nothing to take back.";

/** Writes that cannot be taken back, and why: read by people, on the card and at the asking. */
export const FINAL: Record<string, string> = {
  refresh_campaign_recipient_estimation: NOTHING,
  create_sending_domain_verification_job_beta: NOTHING,
  create_conversation_message: SENT,
  create_template_preview_send_job_beta: SENT,
  create_customer_agent_response_beta: "The agent has spoken, and its tools may have acted.",
  create_event: EVENT,
  bulk_create_events: EVENT,
  create_client_event: EVENT,
  bulk_create_client_events: EVENT,
  create_back_in_stock_subscription: "Klaviyo has no way to end it.",
  create_client_back_in_stock_subscription: "Klaviyo has no way to end it.",
  create_client_review: "Klaviyo deletes no reviews; the owner can reject it.",
  create_profile: "Klaviyo has no ordinary delete for people: only erasure, which is a call of its own.",
  bulk_unsubscribe_profiles: CONSENT,
  merge_profiles: "Two people who were made one cannot be told apart again.",
  request_profile_deletion: "Erasure is for good, and no copy is kept.",
  create_profile_bulk_export_job_beta: EXPORT,
  create_event_bulk_export_job_beta: EXPORT,
  update_agent_secret_beta: SECRET,
  delete_agent_secret_beta: SECRET,
  delete_webhook: "Klaviyo shows neither its secret nor its whole address, so it cannot be made again.",
  delete_flow_action: "Klaviyo has no way to add an action to a flow.",
  create_object_schema: "Klaviyo deletes no schema by itself; it goes with its type.",
  create_data_source_record: "Which records it came to, Klaviyo does not say.",
  bulk_create_data_source_records: "Which records it came to, Klaviyo does not say.",
  bulk_delete_object_records: "Records come from a data source and have to be sent from there again.",
  update_customer_agent_conversation_beta: "A conversation that is closed cannot be opened again.",
  create_sending_domain_activation_job_beta: "It is in use from then on; another domain can be activated in its place.",
  create_text_messaging_configuration_beta: CARRIER,
  create_text_messaging_sender_beta: CARRIER,
  create_text_messaging_sender_registration_beta: CARRIER,
  update_campaign_message_schedule_beta: "When and how it was going to be sent cannot be read, so it has to be scheduled anew.",
  bulk_create_coupon_codes: "Klaviyo deletes codes one by one only, and those that were given to people not at all.",
};
