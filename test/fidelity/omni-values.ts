import { always, bodyId, type Arguments, type From, type Override } from "./override.ts";
import { dataOf } from "./shop.ts";

const DETAILS = { channel: "email", subject: "Hello", from_email: "shop@example.com", from_label: "Shop" };
const MESSAGE = {
  name: "First",
  status: "draft",
  tracking_options: { is_add_utm: true, is_tracking_clicks: true, is_tracking_opens: false },
  send_options: { recipient_percentage: 50, throttling_type: "none", is_ignoring_unsubscribes: false },
};
const STATIC = {
  strategy: "static",
  send_time: "2099-01-01T10:00:00+00:00",
  send_date: null,
  throttled_options: null,
  timezone_options: null,
};

/** Campaigns of the beta model. */
export const OMNI_VALUES: Record<string, Override> = {
  create_campaign_beta: {
    because: "messages name audiences by ids of the request's own, and parts of other campaigns stay there",
    args: async ({ ids }) => ({
      definition: { name: "Omni", builder: "canvas", color: "ff5733" },
      audiences: [{ temporary_id: "all", included: [await ids.one("list")] }],
      messages: [{ audience_temporary_id: "all", variations: [{ definition: { details: DETAILS } }] }],
      campaign_audiences: undefined,
      campaign_messages: undefined,
    }),
  },
  update_campaign_beta: always("builders and colours are not enums", {
    definition: { name: "Renamed", builder: "wizard", color: "00ff00" },
  }),
  create_campaign_audience_beta: {
    because: "what goes to it are messages of its own campaign",
    args: async ({ ids }) => ({ campaign: await ids.fresh("campaign"), campaign_messages: undefined }),
  },
  create_campaign_message_beta: {
    because: "the audience is of the same campaign, and scheduling sets when and how it is sent",
    async args(from) {
      const { campaign, audience } = await wholeOf(from);
      return { campaign, campaign_audience: audience, definition: MESSAGE, variations: [{ definition: { details: DETAILS } }] };
    },
  },
  update_campaign_message_beta: always("scheduling sets when and how it is sent", { definition: MESSAGE }),
  create_campaign_variation_beta: {
    because: "the message is still a draft, and its variations have one channel",
    args: async (from) => ({ campaign_message: (await wholeOf(from)).message, definition: { name: "B", details: DETAILS } }),
  },
  update_campaign_variation_beta: always("ids of templates and images are those of the account", {
    definition: { name: "B", details: DETAILS },
  }),
  delete_campaign_variation_beta: {
    because: "a message keeps at least one variation",
    async args(from) {
      const { message } = await wholeOf(from);
      const data = { type: "campaign-variation", attributes: { definition: {} }, relationships: toMessage(message) };
      return { id: dataOf(await from.shop.call("POST", "/api/campaign-variations", { data }))[0]?.id };
    },
  },
  clone_campaign_beta: bodyId("campaign"),
  clone_campaign_audience_beta: {
    because: "the body names the audience twice",
    async args(from) {
      const { audience } = await wholeOf(from);
      return twice(audience);
    },
  },
  clone_campaign_message_beta: {
    because: "the body names the message twice",
    async args(from) {
      const { audience, message } = await wholeOf(from);
      return { ...twice(message), campaign_audience: audience };
    },
  },
  schedule_campaign_message_beta: {
    because: "only a message that has all it needs is scheduled, in the future",
    args: async (from) => ({ campaign_message: await readyMessage(from), ...STATIC }),
  },
  update_campaign_message_schedule_beta: {
    because: "only what is scheduled can be stopped",
    async args(from) {
      const id = await readyMessage(from);
      const data = { type: "campaign-message-schedule", attributes: STATIC, relationships: toMessage(id) };
      await from.shop.call("POST", "/api/campaign-message-schedule", { data });
      return { id };
    },
  },
};

function toMessage(id: string): object {
  return { "campaign-message": { data: { type: "campaign-message", id } } };
}

function twice(id: string): Arguments {
  return { id, attributes_id: id };
}

/** A new campaign with its one audience and one message. */
async function wholeOf({ ids, shop }: From): Promise<{ campaign: string; audience: string; message: string }> {
  const campaign = await ids.fresh("campaign");
  const partOf = async (part: string): Promise<string> =>
    dataOf(await shop.ask(`/api/campaigns/${campaign}/relationships/${part}`))[0]?.id ?? "";
  return { campaign, audience: await partOf("campaign-audiences"), message: await partOf("campaign-messages") };
}

/** A message that could be sent. */
async function readyMessage(from: From): Promise<string> {
  const { message } = await wholeOf(from);
  const path = `/api/campaign-messages/${message}/relationships/campaign-variations`;
  const id = dataOf(await from.shop.ask(path))[0]?.id ?? "";
  const definition = { details: { ...DETAILS, template_id: await from.ids.one("template") } };
  const data = { type: "campaign-variation", id, attributes: { definition } };
  await from.shop.call("PATCH", `/api/campaign-variations/${id}`, { data });
  return message;
}
