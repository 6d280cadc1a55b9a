import type { CampaignChannel } from "../resources/campaign-life.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import type { Leaving } from "./leaving.ts";
import type { Mailing } from "./mailing.ts";
import type { Person } from "./person.ts";

/** What mail needs to know of somebody. */
export interface Recipient {
  person: Person;
  row: Pick<ProfileRow, "email" | "phone" | "properties" | "smsConsent">;
  /** List ids with when the person came onto them. */
  joined: ReadonlyMap<string, number>;
  /** Since when letters may come, ms; endless where they may not. */
  subscribedSince: number;
  /** Since when texts and push messages may come, ms. */
  textsSince: number | undefined;
  pushSince: number | undefined;
  leaving: Leaving | undefined;
  /** Told of each message that arrives: Smart Sending looks at the latest ones. */
  noteReceipt(channel: CampaignChannel, at: number): void;
}

/** Whether a letter still reaches somebody who leaves. */
export function isReached(leaving: Leaving | undefined, { sendAt, spreadMs }: Mailing): boolean {
  return !leaving || leaving.at > sendAt + spreadMs;
}
