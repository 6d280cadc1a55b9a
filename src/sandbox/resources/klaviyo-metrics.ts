/** Klaviyo's own metrics in a recorded account: those of a fresh one, then those that came with their first event. */
export const FRESH_METRICS = [
  "Bounced Email",
  "Clicked Email",
  "Clicked Text Message",
  "Clicked email to unsubscribe",
  "Dropped Email",
  "Failed to Deliver Automated Response Text Message",
  "Failed to Deliver Text Message",
  "Marked Email as Spam",
  "Opened Email",
  "Opened Text",
  "Received Automated Response Text Message",
  "Received Email",
  "Received Text Message",
  "Relayed Text Message",
  "Sent Text Message",
  "Skipped Send",
  "Subscribed to Text Messaging Marketing",
  "Unsubscribed from Text Messaging Marketing",
];

const LATER_METRICS = [
  "Manually Suppressed from Email Marketing",
  "Manually Unsuppressed from Email Marketing",
  "Merged Profile",
  "Subscribed to Email Marketing",
  "Subscribed to List",
  "Unsubscribed from Email Marketing",
  "Unsubscribed from List",
];

/** Metric names that only Klaviyo itself writes to, unless a caller says otherwise. */
export const KLAVIYO_METRICS: ReadonlySet<string> = new Set([...FRESH_METRICS, ...LATER_METRICS]);
