import type { Context } from "../engine/context.ts";
import { applications, type ApplicationRow } from "../resources/applications.ts";
import type { Ids } from "../state/identity.ts";

type App = Pick<ApplicationRow, "name" | "developer" | "short" | "categories"> & { does: string };

const app = (name: string, developer: string, categories: string[], short: string, does: string): App => ({
  name,
  developer,
  categories,
  short,
  does,
});

/** Invented, like their makers, but for Klaviyo's own. */
const APPS: App[] = [
  app(
    "Quaystall",
    "Quaystall",
    ["eCommerce Platform"],
    "The shop system that small ports run on.",
    "Orders and products come over by themselves",
  ),
  app("Bosun POS", "Bosun Works", ["POS", "Payments"], "Tills for shops with a door.", "Sales over the counter become events"),
  app("Parcelwise", "Parcelwise", ["Shipping"], "Tells buyers where their parcel is.", "A flow starts when a parcel is late"),
  app("Tally Reviews", "Tally", ["Reviews", "Rewards"], "Asks for reviews when the coffee is drunk.", "Stars show up in mails"),
  app("Helmsdesk", "Helmsdesk", ["Support & Help Desk"], "A help desk for few people and many questions.", "Tickets become events"),
  app("Ledgerline", "Ledgerline", ["Accounting"], "Books that close themselves.", "Refunds become events"),
  app("Roundtrip", "Roundtrip", ["Subscriptions"], "Sells the same bag of beans every month.", "Renewals and skips start flows"),
  app(
    "Postcard Press",
    "Postcard Press",
    ["Direct Mail", "Design & Content"],
    "Prints what mail cannot say.",
    "A card goes out from a flow",
  ),
  app(
    "Quizmast",
    "Quizmast",
    ["Quizzes & Surveys", "Personalization"],
    "Finds the right roast in five questions.",
    "Answers become properties",
  ),
  app("Deepwater Warehouse", "Deepwater", ["Data Warehouse", "CDP"], "One place for every number.", "Profiles are copied each night"),
  app(
    "Klaviyo Webhooks Relay",
    "Klaviyo",
    ["Workflow Automation"],
    "Passes events on to other systems.",
    "Each topic goes where it is told",
  ),
  app(
    "Klaviyo Form Sync",
    "Klaviyo",
    ["Landing Pages & Forms"],
    "Brings people from other forms.",
    "People arrive on a list with their consent",
  ),
];

/** The same marketplace for every account, made at `openedMs`. */
export function seedMarketplace(ctx: Context, ids: Ids, openedMs: number): void {
  for (const { does, ...rest } of APPS) {
    const features = [{ title: does, short_description: `${rest.name}: ${rest.short}` }];
    ctx.rows(applications).put({ id: ids.ulid(openedMs), ...rest, long: `${rest.short} ${does}.`, features, created: openedMs });
  }
}
