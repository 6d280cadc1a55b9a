import type { JsonObject } from "../../src/lib/json.ts";
import { always, type From, type Override } from "./override.ts";
import { dataOf } from "./shop.ts";

const HEX = "#0b3d2e";
const PALETTE = { colors: [{ hex: HEX, name: "Pine" }] };
const LOOK = {
  body: { background_color: HEX, body_background_color: HEX },
  header: { background_color: HEX, links: [{ text: "Shop", url: "https://example.com/shop" }], logo_max_width: 120 },
  footer: { background_color: HEX, social_group_color: "white" },
};
const PAPERS = {
  first_name: "Ada",
  last_name: "Reed",
  phone_number: "+15005550006",
  email: "ada@example.com",
  address: { street_address_1: "12 Quay Street", city: "Portland", region: "ME", postal_code: "04101", country: "US" },
  business_name: "Harbour & Pine",
  business_website: "https://harbourandpine.example",
  business_type: "PRIVATE_PROFIT",
  business_registration_country: "US",
  business_registration_authority: "EIN",
  business_registration_number: "12-3456789",
};

let serial = 0;
const newDomain = (): JsonObject => ({ domain: `send${++serial}.example.com` });

/** The brand kit, sending domains and text messaging. */
export const BRAND_VALUES: Record<string, Override> = {
  create_brand_button_beta: always("a colour is in hex", { preview_page_hex: HEX }),
  update_brand_button_beta: always("a colour is in hex", { preview_page_hex: HEX }),
  create_brand_color_beta: always("a colour is in hex", PALETTE),
  update_brand_color_beta: always("a colour is in hex", PALETTE),
  update_brand_email_default_beta: always("a colour is in hex", LOOK),
  create_sending_domain_beta: { because: "a domain has a form, and an account has it once", args: newDomain },
  create_sending_domain_activation_job_beta: {
    because: "only a verified domain is activated, and only once",
    args: async (from) => ({ sending_domain: await verifiedDomain(from) }),
  },
  create_text_messaging_configuration_beta: {
    because: "an account has one, which only its owner takes away",
    args({ shop }) {
      const { accountId, control } = shop.sandbox;
      if (control.state().counts["text_messaging_configurations"] === 1) control.remove("text-messaging-configuration", accountId);
      return {};
    },
  },
  create_text_messaging_sender_beta: always("one type is offered, and telephone numbers have a form", {
    sender_type: "toll_free",
    text_messaging_sender_registration: PAPERS,
    forwarding_number: "+15005550006",
  }),
  create_text_messaging_sender_registration_beta: {
    because: "a registration is made anew once carriers turned the last one down",
    args: async (from) => ({ ...PAPERS, text_messaging_sender: await rejectedSender(from) }),
  },
};

async function verifiedDomain({ shop }: From): Promise<string> {
  const made = await shop.call("POST", "/api/sending-domains", { data: { type: "sending-domain", attributes: newDomain() } });
  const id = dataOf(made)[0]?.id ?? "";
  const relationships = { "sending-domain": { data: { type: "sending-domain", id } } };
  const data = { type: "sending-domain-verification-job", relationships };
  for (let check = 0; check < 2; check++) await shop.call("POST", "/api/sending-domain-verification-jobs", { data });
  return id;
}

async function rejectedSender({ shop }: From): Promise<string> {
  // Refused where the account has a configuration, which is as well.
  const configuration = { type: "text-messaging-configuration", attributes: { org_prefix: "Pine" } };
  await shop.call("POST", "/api/text-messaging-configurations", { data: configuration });
  const papers = { ...PAPERS, business_website: "https://rejected.example" };
  const registration = { data: { type: "text-messaging-sender-registration", attributes: papers } };
  const attributes = {
    sender_type: "toll_free",
    sender_details: { country: "US" },
    "text-messaging-sender-registration": registration,
  };
  const made = await shop.call("POST", "/api/text-messaging-senders", { data: { type: "text-messaging-sender", attributes } });
  shop.sandbox.control.advance(11 * 60_000);
  return dataOf(made)[0]?.id ?? "";
}
