import { always, bodyId, type From, type Override } from "./override.ts";
import { dataOf } from "./shop.ts";

const EMAIL = { channel: "email", label: "First", content: { subject: "Hello" } };

export const CAMPAIGN_VALUES: Record<string, Override> = {
  get_campaigns: always("the filter must name a channel", { filter: 'equals(messages.channel,"email")' }),
  create_campaign: always("an email without a subject cannot be sent", { campaign_messages: [{ definition: EMAIL }] }),
  create_campaign_clone: bodyId("campaign"),
  update_campaign_message: always("an email takes no image of its own", { image: undefined }),
  assign_template_to_campaign_message: {
    because: "the id in the body is that of a draft's message",
    args: async ({ ids, shop }) => ({ id: await messageOf({ ids, shop }, await ids.fresh("campaign")) }),
  },
  send_campaign: {
    because: "only a campaign with a template can be sent",
    args: async (from) => ({ id: await readyCampaign(from) }),
  },
  cancel_campaign_send: {
    because: "only a campaign that is being sent can be stopped",
    async args(from) {
      const id = await readyCampaign(from);
      await from.shop.call("POST", "/api/campaign-send-jobs", { data: { type: "campaign-send-job", id } });
      return { id };
    },
  },
  refresh_campaign_recipient_estimation: bodyId("campaign"),
  update_image_for_campaign_message: textMessage(false),
  get_image_for_campaign_message: textMessage(true),
  get_image_id_for_campaign_message: textMessage(true),
};

/** Id of a campaign's first message. */
async function messageOf({ shop }: From, campaign: string): Promise<string> {
  return dataOf(await shop.ask(`/api/campaigns/${campaign}/relationships/campaign-messages`))[0]?.id ?? "";
}

/** A draft that could be sent. */
export async function readyCampaign(from: From): Promise<string> {
  const { ids, shop } = from;
  const id = await ids.fresh("campaign");
  const template = { data: { type: "template", id: await ids.one("template") } };
  const data = { type: "campaign-message", id: await messageOf(from, id), relationships: { template } };
  await shop.call("POST", "/api/campaign-message-assign-template", { data });
  return id;
}

function textMessage(withImage: boolean): Override {
  return {
    because: "only text and push messages have an image of their own",
    async args({ ids, shop }) {
      const definition = { channel: "sms", content: { body: "Hello" } };
      const messages = { data: [{ type: "campaign-message", attributes: { definition } }] };
      const attributes = { name: "Text", audiences: { included: [await ids.one("list")] }, "campaign-messages": messages };
      const made = await shop.call("POST", "/api/campaigns", { data: { type: "campaign", attributes } });
      const id = await messageOf({ ids, shop }, dataOf(made)[0]?.id ?? "");
      const image = { data: { type: "image", id: await ids.one("image") } };
      if (withImage) await shop.call("PATCH", `/api/campaign-messages/${id}/relationships/image`, image);
      return { id };
    },
  };
}
