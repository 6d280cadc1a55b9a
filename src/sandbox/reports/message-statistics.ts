import type { SendChannel } from "./kinds.ts";
import { countOf, less, per, peopleOf, plus, sumOf, times, type Statistic } from "./statistic.ts";

/** What happens to a message. The amount of `sent` is its text segments, that of `converted` the value of the conversion. */
export type MessageEvent = "bounced" | "clicked" | "complained" | "converted" | "failed" | "opened" | "sent" | "unsubscribed";

/** Klaviyo's metrics that tell of messages, in the order in which they are to be read: sends first, then what can stand for one. */
export const MESSAGE_METRICS: readonly [metric: string, kind: MessageEvent, channel: SendChannel][] = [
  ["Received Email", "sent", "email"],
  ["Received Text Message", "sent", "sms"],
  ["Received Push", "sent", "push-notification"],
  ["Received WhatsApp", "sent", "whatsapp"],
  ["Bounced Email", "bounced", "email"],
  ["Bounced Push", "bounced", "push-notification"],
  ["Dropped Email", "failed", "email"],
  ["Failed to Deliver Text Message", "failed", "sms"],
  ["Opened Email", "opened", "email"],
  ["Opened Text", "opened", "sms"],
  ["Opened Push", "opened", "push-notification"],
  ["Clicked Email", "clicked", "email"],
  ["Clicked Text Message", "clicked", "sms"],
  ["Clicked email to unsubscribe", "unsubscribed", "email"],
  ["Unsubscribed from Text Messaging Marketing", "unsubscribed", "sms"],
  ["Marked Email as Spam", "complained", "email"],
];

/** What a text segment costs, one credit each: a round figure (assumed). */
const SEGMENT_PRICE = 0.01;

const recipients = countOf<MessageEvent>("sent");
const bounced = peopleOf<MessageEvent>("bounced");
const failed = peopleOf<MessageEvent>("failed");
const bouncedOrFailed = plus(bounced, failed);
const delivered = less(recipients, bouncedOrFailed);
const openers = peopleOf<MessageEvent>("opened");
const clickers = peopleOf<MessageEvent>("clicked");
const leavers = peopleOf<MessageEvent>("unsubscribed");
const complaints = peopleOf<MessageEvent>("complained");
const converts = peopleOf<MessageEvent>("converted");
const conversions = countOf<MessageEvent>("converted");
const revenue = sumOf<MessageEvent>("converted");
const segments = sumOf<MessageEvent>("sent");
const spend = times(segments, SEGMENT_PRICE);

/** Statistics of campaigns and flows by name. Rates are per delivered message, those of delivery per recipient (assumed). */
export const MESSAGE_STATISTICS: Record<string, Statistic<MessageEvent>> = {
  average_order_value: per(revenue, conversions),
  bounce_rate: per(bounced, recipients),
  bounced,
  bounced_or_failed: bouncedOrFailed,
  bounced_or_failed_rate: per(bouncedOrFailed, recipients),
  click_rate: per(clickers, delivered),
  click_to_open_rate: per(clickers, openers),
  clicks: countOf("clicked"),
  clicks_unique: clickers,
  conversion_rate: per(converts, delivered),
  conversion_uniques: converts,
  conversion_value: revenue,
  conversions,
  delivered,
  delivery_rate: per(delivered, recipients),
  failed,
  failed_rate: per(failed, recipients),
  message_segment_count_sum: segments,
  open_rate: per(openers, delivered),
  opens: countOf("opened"),
  opens_unique: openers,
  recipients,
  revenue_per_recipient: per(revenue, delivered),
  spam_complaint_rate: per(complaints, delivered),
  spam_complaints: complaints,
  text_message_credit_usage_amount: segments,
  text_message_roi: per(revenue, spend),
  text_message_spend: spend,
  unsubscribe_rate: per(leavers, delivered),
  unsubscribe_uniques: leavers,
  unsubscribes: countOf("unsubscribed"),
};
