import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { plainQuery, type ApiRequest } from "../engine/request.ts";
import { accounts } from "../resources/accounts.ts";
import type { Host } from "./scope.ts";
import type { Values } from "./values.ts";

/** The `organization` of a template. */
export function organizationOf(ctx: Context): Values {
  const account = ctx.rows(accounts).get(ctx.accountId);
  if (!account) return {};
  const { address1, city, region, zip, country } = account.address;
  return { name: account.organization, url: account.website, full_address: `${address1} ${city}, ${region} ${zip} ${country}` };
}

/** What a preview knows of the account. `request` is the one that asks for it. */
export function accountHost(request: ApiRequest, ctx: Context): Host {
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
    catalogItem: (id, options) => catalogItem(id, options, request, ctx),
    // A preview takes no code out of the pool.
    couponCode: (name) => `${name}-PREVIEW`,
    // Records belong to profiles, and a preview has none.
    customObjects: () => [],
  };
}

/** The parts of an item as templates name them; undefined also when it is not published and that is to cancel the message. */
function catalogItem(id: string, options: Readonly<Record<string, string>>, request: ApiRequest, ctx: Context): Values | undefined {
  const { integration = "api", catalog_id: catalogId = "$default", unpublished } = options;
  const row = ctx.find("catalog-item", `${integration === "api" ? "$custom" : integration}:::${catalogId}:::${id}`);
  if (!row) return undefined;
  // As its own endpoint shows it, whatever its rows look like.
  const { body } = ctx.reply.item({ ...request, query: { ...PLAIN, include: ["categories"] } }, "catalog-item", row);
  const item = objectOf(objectOf(body?.["data"])["attributes"]);
  if (item["published"] === false && unpublished === "cancel") return undefined;
  return {
    title: textOf(item["title"]) ?? "",
    description: textOf(item["description"]) ?? "",
    url: textOf(item["url"]) ?? "",
    price: item["price"] ?? null,
    featured_image: { full: { src: textOf(item["image_full_url"]) ?? "" }, thumbnail: { src: textOf(item["image_thumbnail_url"]) ?? "" } },
    metadata: objectOf(item["custom_metadata"]),
    categories: arrayOf(body?.["included"]).flatMap((each) => textOf(objectOf(objectOf(each)["attributes"])["name"]) ?? []),
  };
}

const PLAIN = plainQuery();
