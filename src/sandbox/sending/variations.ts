import type { Context } from "../engine/context.ts";
import { campaigns, variationsOf, type CampaignMessageRow, type CampaignVariationRow } from "../resources/campaign-rows.ts";
import type { Letter } from "./deliver.ts";
import { shareOf } from "./responses.ts";

/**
 * Gives each recipient's letter: every variation goes to an equal share of them, always the same people (assumed: the API has no weights and
 * chooses no winner). Undefined for who gets none.
 */
export function lettersOf(message: CampaignMessageRow, ctx: Context): (profileId: string) => Letter | undefined {
  const variations = variationsOf(message, ctx);
  const letters = variations.map((each) => letterOf(message, each, variations.length > 1, ctx));
  return (profileId) => letters[Math.floor(shareOf(`${message.id} variation`, profileId) * letters.length)];
}

function letterOf(message: CampaignMessageRow, variation: CampaignVariationRow, isTested: boolean, ctx: Context): Letter | undefined {
  const { channel, content, template } = variation;
  const campaign = ctx.rows(campaigns).get(message.campaign);
  if (!campaign || !channel) return undefined;
  return {
    send: message.id,
    name: campaign.name,
    channel,
    tracking: message.tracking,
    message: { id: message.id, content, ...(template !== undefined && { template }) },
    from: { campaign: campaign.id },
    ...(isTested && { variation: variation.id }),
    transactional: message.toUnsubscribed === true,
  };
}
