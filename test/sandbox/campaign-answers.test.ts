import { afterAll, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { prepare } from "../account/skip.ts";
import { assignBody, campaignBody, openCampaigning, type Campaigning } from "./campaigning.ts";
import { schemaViolations, type Called } from "./open.ts";
import { idOf } from "./people.ts";
import { behaviour, schemaOf } from "./provenance.ts";

let account: Campaigning;
const called = new Map<string, Called>();
const EMAILS = `filter=${encodeURIComponent("equals(messages.channel,'email')")}`;
const TEXT = { content_type: "block", type: "text", data: { content: "Hi", display_options: {}, styles: {} } };

prepare(async () => {
  account = await openCampaigning();
  const call = async (operation: string, request: string, body?: unknown): Promise<string> => {
    const answer = await account.call(request, body);
    called.set(operation, answer);
    return idOf(answer);
  };
  const resource = (type: string, attributes: object, id?: string): object => ({
    data: { type, ...(id !== undefined && { id }), attributes },
  });
  const list = await account.crowd(2);
  const template = await call(
    "create_template",
    "POST /api/templates",
    resource("template", { name: "T", editor_type: "CODE", html: "<p>Hi</p>" }),
  );
  await call("update_template", `PATCH /api/templates/${template}`, resource("template", { name: "U" }, template));
  await call("get_template", `GET /api/templates/${template}?additional-fields[template]=definition`);
  await call("get_templates", "GET /api/templates");
  await call("render_template", "POST /api/template-render", resource("template", { context: {} }, template));
  const clone = await call("clone_template", "POST /api/template-clone", resource("template", {}, template));
  await call("delete_template", `DELETE /api/templates/${clone}`);

  const universal = "/api/template-universal-content";
  const content = await call(
    "create_universal_content",
    `POST ${universal}`,
    resource("template-universal-content", { name: "F", definition: TEXT }),
  );
  await call("update_universal_content", `PATCH ${universal}/${content}`, resource("template-universal-content", { name: "G" }, content));
  await call("get_universal_content", `GET ${universal}/${content}`);
  await call("get_all_universal_content", `GET ${universal}`);
  await call("delete_universal_content", `DELETE ${universal}/${content}`);

  const image = await call("upload_image_from_url", "POST /api/images", resource("image", { import_from_url: "https://a.example/l.gif" }));
  await call("get_image", `GET /api/images/${image}`);
  await call("get_images", "GET /api/images");
  await call("update_image", `PATCH /api/images/${image}`, resource("image", { hidden: true }, image));

  const campaign = await call("create_campaign", "POST /api/campaigns", campaignBody({ audiences: { included: [list] } }));
  await call("update_campaign", `PATCH /api/campaigns/${campaign}`, resource("campaign", { name: "New" }, campaign));
  await call("get_campaign", `GET /api/campaigns/${campaign}?include=tags,campaign-messages`);
  await call("get_campaigns", `GET /api/campaigns?${EMAILS}&include=campaign-messages`);
  await call("get_messages_for_campaign", `GET /api/campaigns/${campaign}/campaign-messages`);
  await call("get_message_ids_for_campaign", `GET /api/campaigns/${campaign}/relationships/campaign-messages`);
  const tag = idOf(await account.call("POST /api/tags", resource("tag", { name: "sale" })));
  const tagged = { data: [{ type: "campaign", id: campaign }] };
  await call("tag_campaigns", `POST /api/tags/${tag}/relationships/campaigns`, tagged);
  await call("get_campaign_ids_for_tag", `GET /api/tags/${tag}/relationships/campaigns`);
  await call("get_tags_for_campaign", `GET /api/campaigns/${campaign}/tags`);
  await call("get_tag_ids_for_campaign", `GET /api/campaigns/${campaign}/relationships/tags`);
  await call("remove_tag_from_campaigns", `DELETE /api/tags/${tag}/relationships/campaigns`, tagged);

  const message = await account.messageId(campaign);
  await call("assign_template_to_campaign_message", "POST /api/campaign-message-assign-template", assignBody(message, template));
  await call(
    "update_campaign_message",
    `PATCH /api/campaign-messages/${message}`,
    resource("campaign-message", { definition: { channel: "email", label: "L" } }, message),
  );
  await call("get_campaign_message", `GET /api/campaign-messages/${message}?include=template,campaign`);
  await call("get_campaign_for_campaign_message", `GET /api/campaign-messages/${message}/campaign`);
  await call("get_campaign_id_for_campaign_message", `GET /api/campaign-messages/${message}/relationships/campaign`);
  await call("get_template_for_campaign_message", `GET /api/campaign-messages/${message}/template`);
  await call("get_template_id_for_campaign_message", `GET /api/campaign-messages/${message}/relationships/template`);

  const sms = await account.messageId(
    await account.draft({ audiences: { included: [list] } }, { channel: "sms", content: { body: "Hi" } }),
  );
  await call("update_image_for_campaign_message", `PATCH /api/campaign-messages/${sms}/relationships/image`, {
    data: { type: "image", id: image },
  });
  await call("get_image_for_campaign_message", `GET /api/campaign-messages/${sms}/image`);
  await call("get_image_id_for_campaign_message", `GET /api/campaign-messages/${sms}/relationships/image`);

  await call("refresh_campaign_recipient_estimation", "POST /api/campaign-recipient-estimation-jobs", {
    data: { type: "campaign-recipient-estimation-job", id: campaign },
  });
  await call("get_campaign_recipient_estimation_job", `GET /api/campaign-recipient-estimation-jobs/${campaign}`);
  account.control.advance(3000);
  await call("get_campaign_recipient_estimation", `GET /api/campaign-recipient-estimations/${campaign}`);
  const cloned = await call("create_campaign_clone", "POST /api/campaign-clone", resource("campaign", {}, campaign));
  await call("send_campaign", "POST /api/campaign-send-jobs", { data: { type: "campaign-send-job", id: campaign } });
  await call("get_campaign_send_job", `GET /api/campaign-send-jobs/${campaign}`);
  await call(
    "cancel_campaign_send",
    `PATCH /api/campaign-send-jobs/${campaign}`,
    resource("campaign-send-job", { action: "cancel" }, campaign),
  );
  await call("delete_campaign", `DELETE /api/campaigns/${cloned}`);

  const form = new FormData();
  form.set("file", new Blob([Buffer.from("GIF89a")]), "a.gif");
  const headers = { authorization: `Klaviyo-API-Key ${account.keys.full}`, revision: "2026-07-15" };
  const uploaded = await fetch(`${account.url}/api/image-upload`, { method: "POST", headers, body: form });
  const text = await uploaded.text();
  called.set("upload_image_from_file", { status: uploaded.status, headers: {}, text, body: JSON.parse(text) as Called["body"] });
});
afterAll(() => account.close());

const OPERATIONS = loadCatalog().operations.filter(
  ({ path, channel }) => channel === "stable" && /^\/api\/(campaign|template|image)/.test(path) && !path.includes("reports"),
);

for (const { id: operation } of OPERATIONS) {
  behaviour(`${operation} answers as the vendor's schema has it`, schemaOf({ id: operation, channel: "stable" }), () => {
    const answer = called.get(operation) ?? { status: 0, headers: {}, body: {}, text: "" };
    const stated = OPERATIONS.find(({ id }) => id === operation)?.answers.map(({ status }) => status);
    expect(stated).toContain(answer.status);
    expect(answer.text === "" ? [] : schemaViolations(operation, answer)).toEqual([]);
  });
}

it("answers without a failure of its own", () => {
  expect(account.log).toEqual([]);
});
