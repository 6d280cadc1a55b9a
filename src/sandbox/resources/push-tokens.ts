import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText, timeText } from "../engine/time.ts";
import { parseProfile } from "./profile-input.ts";
import { upsertProfile } from "./profile-upsert.ts";
import { pushTokens, type PushStatus, type PushTokenRow } from "./push-token-rows.ts";

/** Push tokens (behaviour.md §2.2): one device each. Registering a token of someone else moves it (assumed). */
export const pushTokenResource = defineResource<PushTokenRow>({
  type: "push-token",
  path: "/api/push-tokens",
  collection: pushTokens,
  attributes: (token, ctx) => ({
    created: timeText(token.created, ctx),
    token: token.token,
    enablement_status: token.status,
    platform: token.platform,
    vendor: token.vendor,
    background: token.background,
    recorded_date: microsText(token.recorded),
    metadata: token.metadata ?? null,
  }),
  filters: {
    "profile.id": (token) => token.profile,
    enablement_status: (token) => token.status,
    platform: (token) => token.platform,
  },
  relationships: { profile: toOne("profile", (token) => token.profile) },
  create({ attributes }, ctx) {
    if (Buffer.byteLength(JSON.stringify(attributes)) > MAX_BYTES)
      refuse("invalid", "The body must not be larger than 100 KB.", { source: { pointer: "/data" } });
    return registered(ctx, attributes, personOf(ctx, attributes, "server"));
  },
});

const MAX_BYTES = 100 * 1024;

/** The person in the body of a push call, made or brought up to date. */
export function personOf(ctx: Context, attributes: JsonObject, caller: "server" | "client"): string {
  const data = objectOf(objectOf(attributes["profile"])["data"]);
  return upsertProfile(ctx, parseProfile(data, "/data/attributes/profile/data"), caller).profile.id;
}

/** The row of a token that is registered for this person, known or new. */
export function registered(ctx: Context, device: JsonObject, profileId: string, pointer = "/data/attributes/token"): PushTokenRow {
  const token = textOf(device["token"]) || refuse("invalid", "'token' must not be empty.", { source: { pointer } });
  const known = ctx.rows(pushTokens).find("token", token);
  const metadata = device["device_metadata"];
  const kept = metadata === undefined ? known?.metadata : withoutNulls(metadata);
  return {
    id: known?.id ?? ctx.ids.hex(32),
    token,
    profile: profileId,
    platform: device["platform"] === "ios" ? "ios" : "android",
    vendor: device["vendor"] === "apns" ? "apns" : "fcm",
    // Safe: the wire schema lets these five through.
    status: (textOf(device["enablement_status"]) ?? "AUTHORIZED") as PushStatus,
    background: textOf(device["background"]) ?? "AVAILABLE",
    ...(kept && { metadata: kept }),
    created: known?.created ?? ctx.now,
    recorded: ctx.now,
  };
}

function withoutNulls(value: Json): JsonObject | undefined {
  const kept = Object.entries(objectOf(value)).filter(([, each]) => each !== null);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
