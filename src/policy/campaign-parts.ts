import type { Operation } from "../catalog/operation.ts";

/** What of a campaign an operation names, and by which argument: the campaign itself, one of its messages, or what belongs to messages. */
export interface CampaignPart {
  of: "campaign" | "message" | "variation" | "audience";
  arg: string;
}

const PARTS: [path: RegExp, part: CampaignPart][] = [
  [
    /^\/api\/(campaigns|campaign-send-jobs|campaign-recipient-estimations|campaign-recipient-estimation-jobs)(\/|$)/,
    { of: "campaign", arg: "id" },
  ],
  // A schedule has the id of its message (documented).
  [/^\/api\/(campaign-messages|campaign-message-assign-template|campaign-message-schedule)(\/|$)/, { of: "message", arg: "id" }],
  [/^\/api\/(campaign-message-schedule|campaign-variations)$/, { of: "message", arg: "campaign_message" }],
  [/^\/api\/campaign-variations\//, { of: "variation", arg: "id" }],
  [/^\/api\/campaign-audiences\//, { of: "audience", arg: "id" }],
  [/^\/api\/(campaign-audiences|campaign-messages)$/, { of: "campaign", arg: "campaign" }],
];

/** The campaign that an operation acts on; undefined where there is none yet, any may be meant, or it is only copied. */
export function campaignPartOf({ path, args }: Operation): CampaignPart | undefined {
  return PARTS.find(([pattern, { arg }]) => pattern.test(path) && args.some(({ name }) => name === arg))?.[1];
}
