import { defineResource } from "../engine/declare.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface AccountRow extends Row {
  organization: string;
  senderName: string;
  senderEmail: string;
  website: string | null;
  address: { address1: string; city: string; region: string; country: string; zip: string };
  industry: string | null;
  timezone: string;
  currency: string;
  locale: string;
  isTest: boolean;
}

export const accounts = defineCollection<AccountRow>("accounts");

/** The one account of the key. Read-only in the API. */
export const accountResource = defineResource<AccountRow>({
  type: "account",
  path: "/api/accounts",
  collection: accounts,
  attributes: (account) => ({
    test_account: account.isTest,
    contact_information: {
      default_sender_name: account.senderName,
      default_sender_email: account.senderEmail,
      website_url: account.website,
      organization_name: account.organization,
      street_address: { ...account.address, address2: null },
    },
    industry: account.industry,
    timezone: account.timezone,
    preferred_currency: account.currency,
    public_api_key: account.id,
    locale: account.locale,
  }),
});
