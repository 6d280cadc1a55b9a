import type { CampaignMessageRow, CampaignRow } from "../resources/campaign-rows.ts";
import type { PlanMessage } from "./campaign-plan.ts";
import type { Mailing } from "./mailing.ts";

/** A send takes this long to reach everybody. */
const DELIVERY_MS = 15 * 60_000;

/** What went out, once per variation. Events carry their properties as recorded ones do (recorded/events.json). */
export function mailingsOf(
  campaign: CampaignRow,
  message: CampaignMessageRow,
  plan: PlanMessage,
  [first, ...rest]: [string | undefined, ...string[]],
): [Mailing, ...Mailing[]] {
  const mailing = (variation: string | undefined, place: number): Mailing => ({
    channel: campaign.channel,
    message: message.id,
    sendAt: campaign.sendAt ?? campaign.created,
    spreadMs: DELIVERY_MS,
    properties: {
      ...("subject" in plan && { Subject: place === 0 ? plan.subject : (plan.otherSubject ?? plan.subject) }),
      "Campaign Name": campaign.name,
      $message: message.id,
      ...(variation !== undefined && { $variation: variation }),
    },
    credit: { campaign: campaign.id, "campaign-message": message.id },
  });
  return [mailing(first, 0), ...rest.map((variation, i) => mailing(variation, i + 1))];
}
