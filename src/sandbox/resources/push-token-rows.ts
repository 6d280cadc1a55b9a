import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One device of one person. Times are ms. */
export interface PushTokenRow extends Row {
  token: string;
  profile: string;
  platform: "android" | "ios";
  vendor: "apns" | "fcm";
  status: PushStatus;
  background: string;
  metadata?: JsonObject;
  created: number;
  recorded: number;
}
export type PushStatus = "AUTHORIZED" | "DENIED" | "NOT_DETERMINED" | "PROVISIONAL" | "UNAUTHORIZED";

export const pushTokens = defineCollection<PushTokenRow>("push_tokens", {
  unique: { token: (token) => token.token },
  indexes: { "profile.id": (token) => token.profile },
});
