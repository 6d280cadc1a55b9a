import type { Mailing } from "./mailing.ts";

/** A campaign that went out, as its recipients' events tell of it: one mailing, or in a test one of each variation. */
export interface Sent {
  /** Lists that it went to. */
  included: readonly string[];
  mailings: [Mailing, ...Mailing[]];
  sendAt: number;
}
