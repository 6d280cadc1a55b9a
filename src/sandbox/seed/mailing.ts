import type { JsonObject } from "../../lib/json.ts";
import type { CampaignChannel } from "../resources/campaign-life.ts";
import type { Attributed } from "../resources/event-rows.ts";

/** One message on its way, of a campaign or of a flow. */
export interface Mailing {
  channel: CampaignChannel;
  /** Id of the message. */
  message: string;
  /** When the send begins, and how long it takes to reach everybody, ms. */
  sendAt: number;
  spreadMs: number;
  /** What events of all recipients say. */
  properties: JsonObject;
  /** What events are credited to; one object for all of them. */
  credit: Attributed;
}
