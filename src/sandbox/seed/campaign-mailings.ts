import { textOf } from "../engine/input.ts";
import type { CampaignVariationRow } from "../resources/campaign-rows.ts";
import type { Made } from "./campaign-making.ts";
import type { Mailing } from "./mailing.ts";

/** A send takes this long to reach everybody. */
const DELIVERY_MS = 15 * 60_000;

/** What went out, once per variation. Events carry their properties as recorded ones do (recorded/events.json). */
export function mailingsOf({ campaign, message, variations, channel }: Made, sendAt: number): [Mailing, ...Mailing[]] {
  const mailing = (variation: CampaignVariationRow): Mailing => ({
    channel,
    message: message.id,
    sendAt,
    spreadMs: DELIVERY_MS,
    properties: {
      ...(channel === "email" && {
        Subject: textOf(variation.content["subject"]) ?? "",
        $_cohort$message_send_cohort: `${Math.floor(sendAt / 1000)}:${message.id}`,
      }),
      "Campaign Name": campaign.name,
      $message: message.id,
      ...(variations.length > 1 && { $variation: variation.id }),
    },
    credit: { campaign: campaign.id, "campaign-message": message.id },
  });
  const [first, ...rest] = variations;
  return [mailing(first), ...rest.map(mailing)];
}
