import type { CampaignRow } from "../resources/campaign-rows.ts";
import type { Mailing } from "./mailing.ts";

/** A campaign that went out, as its recipients' events tell of it: one mailing, or in a test one of each variation. */
export interface Sent {
  campaign: CampaignRow;
  mailings: [Mailing, ...Mailing[]];
  sendAt: number;
}
