import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { keys, type KeyRow } from "../protocol/keys.ts";

const AREAS = [
  "accounts",
  "agents",
  "applications",
  "brands",
  "campaigns",
  "catalogs",
  "conversations",
  "coupon-codes",
  "coupons",
  "credentials",
  "custom-objects",
  "data-privacy",
  "events",
  "flows",
  "forms",
  "images",
  "lists",
  "metrics",
  "profiles",
  "push-tokens",
  "reviews",
  "segments",
  "sender-config",
  "subscriptions",
  "tags",
  "templates",
  "tracking-settings",
  "translations",
  "usage",
  "users",
  "web-feeds",
  "webhooks",
];

/** What a key with all scopes shows. Nothing writes usage. */
const ALL_SCOPES = AREAS.flatMap((area) => [`${area}:read`, `${area}:write`]).filter((scope) => scope !== "usage:write");

/** The sandbox's own keys: a disabled one opens nothing from the next request on. Their values are never shown. */
export const apiKeyResource = defineResource<KeyRow>({
  type: "api-key",
  path: "/api/api-keys",
  collection: keys,
  attributes: (row, ctx) => ({
    name: row.label,
    status: row.disabled ? "disabled" : "active",
    scopes: [...(row.scopes ?? ALL_SCOPES)],
    created: timeText(row.created, ctx),
  }),
  additional: { redacted_key: ({ key }) => `pk_****${key.slice(-4)}` },
  update(row, { attributes }) {
    const { disabled: was, ...rest } = mustBeThere(row);
    const label = textOf(attributes["name"]) ?? row.label;
    if (label.trim() === "") refuse("invalid", "'name' must not be empty.", { source: { pointer: "/data/attributes/name" } });
    const status = textOf(attributes["status"]) ?? (was ? "disabled" : "active");
    return { ...rest, label, ...(status === "disabled" && { disabled: true as const }) };
  },
});

/** A revoked key is gone as far as the API can see. */
export function mustBeThere(row: KeyRow): KeyRow {
  return row.revoked ? refuse("not_found", `A api-key with id ${row.id} does not exist.`) : row;
}
