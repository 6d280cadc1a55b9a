import type { JsonObject } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface ApplicationRow extends Row {
  name: string;
  /** `Klaviyo` for its own. */
  developer: string;
  /** One line, then a few. */
  short: string;
  long: string;
  categories: readonly string[];
  features: JsonObject[];
  created: number;
}

export const applications = defineCollection<ApplicationRow>("applications");

/** What the marketplace offers to install. Read-only; the pages that it leads to are not there. */
export const applicationResource = defineResource<ApplicationRow>({
  type: "application",
  path: "/api/applications",
  collection: applications,
  attributes(app, ctx) {
    const site = `https://${app.name.toLowerCase().replaceAll(/[^a-z\d]+/g, "-")}.example`;
    const isOwn = app.developer === "Klaviyo";
    return {
      name: app.name,
      developed_by: app.developer,
      short_description: app.short,
      description: app.long,
      icon_url: `https://marketplace.example/${app.id}/icon.svg`,
      banner_image_url: `https://marketplace.example/${app.id}/banner.png`,
      categories: [...app.categories],
      features: app.features,
      gallery_items: [{ image_url: `https://marketplace.example/${app.id}/gallery1.png` }],
      articles: [{ type: "USER_GUIDE", title: `Connecting ${app.name}`, link: `${site}/guide`, description: null, image_url: null }],
      install_url: `${site}/install`,
      preferences_link: `${site}/settings`,
      pricing_information_link: isOwn ? null : `${site}/pricing`,
      support_link: `${site}/support`,
      website_link: site,
      privacy_policy_link: `${site}/privacy`,
      created_at: timeText(app.created, ctx),
    };
  },
  filters: {
    name: (app) => app.name,
    category: (app) => app.categories,
    built_by: (app) => (app.developer === "Klaviyo" ? "KLAVIYO" : "KLAVIYO_PARTNERS"),
  },
  sorts: { name: (app) => app.name },
  defaultSort: "name",
});
