import { agentConversation } from "./agent-values.ts";
import { readyCampaign } from "./campaign-values.ts";
import { recordOf } from "./object-values.ts";
import type { From } from "./override.ts";
import { dataOf } from "./shop.ts";

/** Types that no operation makes by itself, and how the account comes to have one. */
export const SOURCES: Record<string, { because: string; id(from: From): Promise<string> }> = {
  "campaign-recipient-estimation": {
    because: "an estimation is there once it was asked for, under the campaign's id",
    async id(from) {
      const id = await readyCampaign(from);
      const data = { type: "campaign-recipient-estimation-job", id };
      await from.shop.call("POST", "/api/campaign-recipient-estimation-jobs", { data });
      from.shop.sandbox.control.advance(60_000);
      return id;
    },
  },
  "object-record": { because: "records come of mapped sources", id: recordOf },
  conversation: { because: "conversations begin outside of the API", id: ({ shop }) => shop.converse() },
  review: {
    because: "reviews come of the shop's visitors",
    async id({ shop }) {
      const product = { external_id: "mug", integration_key: "shopify" };
      const attributes = { review_type: "review", email: "ada@example.com", author: "Ada", content: "Good", rating: 5, product };
      await shop.call("POST", `/client/reviews?company_id=${shop.sandbox.accountId}`, { data: { type: "review", attributes } });
      return dataOf(await shop.ask("/api/reviews"))[0]?.id ?? "";
    },
  },
  "brand-voice": { because: "each account has one, under its id", id: ({ shop }) => Promise.resolve(shop.sandbox.accountId) },
  "customer-agent": { because: "there is one, under the account's id", id: ({ shop }) => Promise.resolve(shop.sandbox.accountId) },
  "customer-agent-conversation": { because: "conversations begin with a customer's first question", id: agentConversation },
};
