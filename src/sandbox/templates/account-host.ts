import type { Context } from "../engine/context.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { accounts } from "../resources/accounts.ts";
import { linkedIds } from "../resources/catalog-links.ts";
import { catalogCategories, catalogItems } from "../resources/catalog-rows.ts";
import type { Host } from "./scope.ts";
import type { Values } from "./values.ts";

/** The `organization` of a template. */
export function organizationOf(ctx: Context): Values {
  const account = ctx.rows(accounts).get(ctx.accountId);
  if (!account) return {};
  const { address1, city, region, zip, country } = account.address;
  return { name: account.organization, url: account.website, full_address: `${address1} ${city}, ${region} ${zip} ${country}` };
}

/** What a preview knows of the account. */
export function accountHost(ctx: Context): Host {
  const account = ctx.rows(accounts).get(ctx.accountId);
  const page = (name: string): string => `https://preview.example/${name}?a=${ctx.accountId}`;
  return {
    nowMs: ctx.now,
    zone: account?.timezone ?? "UTC",
    currency: account?.currency ?? "USD",
    locale: account?.locale ?? "en-US",
    links: {
      unsubscribe: page("unsubscribe"),
      preferences: page("preferences"),
      webView: page("web-view"),
      updateProperty: (property, value, target) =>
        `${page("update-property")}&p=${encodeURIComponent(property)}&v=${encodeURIComponent(value)}&r=${encodeURIComponent(target)}`,
    },
    catalogItem: (id, options) => catalogItem(id, options, ctx),
    // A preview takes no code out of the pool.
    couponCode: (name) => `${name}-PREVIEW`,
    // Records belong to profiles, and a preview has none.
    customObjects: () => [],
  };
}

/** The parts of an item as templates name them; undefined also when it is not published and that is to cancel the message. */
function catalogItem(id: string, options: Readonly<Record<string, string>>, ctx: Context): Values | undefined {
  const { integration = "api", catalog_id: catalogId = "$default", unpublished } = options;
  const row = ctx.rows(catalogItems).get(`${integration === "api" ? "$custom" : integration}:::${catalogId}:::${id}`);
  if (!row) return undefined;
  const item = row.fields;
  if (item["published"] === false && unpublished === "cancel") return undefined;
  return {
    title: textOf(item["title"]) ?? "",
    description: textOf(item["description"]) ?? "",
    url: textOf(item["url"]) ?? "",
    price: item["price"] ?? null,
    featured_image: { full: { src: textOf(item["image_full_url"]) ?? "" }, thumbnail: { src: textOf(item["image_thumbnail_url"]) ?? "" } },
    metadata: objectOf(item["custom_metadata"]),
    categories: linkedIds(ctx, "to", row.id).flatMap((each) => ctx.rows(catalogCategories).get(each)?.name ?? []),
  };
}
