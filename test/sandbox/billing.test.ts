import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE, openCampaigning } from "./campaigning.ts";
import { asBeta, openInBeta, resource } from "./in-beta.ts";
import { dataOf, schemaViolations, type Opened } from "./open.ts";
import { attributesOf, consentBody, idOf, SUBSCRIBE, subscribed } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Opened;
beforeEach(async () => {
  account = await openInBeta();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const stated = (schema: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;
const assumed = (schema: string) => ({ as: "assumed", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;

const STABLE = { revision: "2026-07-15" };
const usage = async (id: string, of = account) => attributesOf(await of.call(`GET /api/billing-usage/${id}`));
const person = async (email: string) => idOf(await account.call("POST /api/profiles", resource("profile", { email }), STABLE));

describe("billing usage", () => {
  behaviour("is listed by type, with its period and when it was read", stated("BillingUsageResponseObjectResource"), async () => {
    account.control.advance(5000);
    const all = await account.call("GET /api/billing-usage");
    expect(schemaViolations("list_billing_usage_beta", all)).toEqual([]);
    expect(dataOf(all).map(({ id, attributes }) => [id, attributes["unit"]])).toEqual([
      ["active_profiles", "profiles"],
      ["email_sends", "messages"],
      ["sms_credits", "credits"],
    ]);
    expect(dataOf(all)[1]?.attributes).toEqual({
      usage_used: 0,
      usage_max: 500,
      unit: "messages",
      period_start: "2026-07-01T00:00:00+00:00",
      period_end: "2026-08-01T00:00:00+00:00",
      as_of: "2026-07-15T10:00:05+00:00",
    });
  });

  behaviour("is filtered by any of its ids", stated("list_billing_usage_beta"), async () => {
    const ids = async (filter: string) =>
      dataOf(await account.call(`GET /api/billing-usage?filter=${encodeURIComponent(filter)}`)).map(({ id }) => id);
    expect(await ids('any(id,["email_sends","customer_hub_active_profiles"])')).toEqual(["email_sends"]);
    expect((await account.call("GET /api/billing-usage?filter=equals(id,'email_sends')")).status).toBe(400);
    expect((await account.call("GET /api/billing-usage/carrier_pigeons")).status).toBe(404);
  });

  behaviour("counts who can be mailed, and moves the plan up with them", assumed("BillingUsageResponseObjectResource"), async () => {
    const id = await person("ada@shop.example");
    await person("grace@shop.example");
    expect(await usage("active_profiles")).toMatchObject({ usage_used: 2, usage_max: 250 });
    const suppress = { profiles: { data: [{ type: "profile", attributes: { email: "ada@shop.example" } }] } };
    await account.call("POST /api/profile-suppression-bulk-create-jobs", resource("profile-suppression-bulk-create-job", suppress), STABLE);
    account.control.advance(5000);
    expect(await usage("active_profiles")).toMatchObject({ usage_used: 1 });
    expect((await account.call(`GET /api/profiles/${id}`, undefined, STABLE)).status).toBe(200);
  });

  behaviour("counts the mails of this month that were received", assumed("BillingUsageResponseObjectResource"), async () => {
    const shop = await openInBeta(300);
    const { id } =
      dataOf(await shop.call('GET /api/metrics?filter=equals(integration.name,"Klaviyo")', undefined, STABLE)).find(
        ({ attributes }) => attributes["name"] === "Received Email",
      ) ?? {};
    const month = "greater-or-equal(datetime,2026-07-01T00:00:00Z),less-than(datetime,2026-08-01T00:00:00Z)";
    let count = 0;
    let next: string | null = `/api/events?filter=${encodeURIComponent(`equals(metric_id,"${id}"),${month}`)}&page[size]=1000`;
    while (next !== null) {
      const page = await shop.call(`GET ${next.replace(shop.url, "")}`, undefined, STABLE);
      count += dataOf(page).length;
      next = (page.body["links"] as { next: string | null }).next;
    }
    expect(count).toBeGreaterThan(50);
    expect((await usage("email_sends", shop))["usage_used"]).toBe(count);
    // A new month begins at nothing.
    shop.control.setClock(Date.UTC(2026, 7, 1));
    const august = await usage("email_sends", shop);
    expect(august).toMatchObject({ period_start: "2026-08-01T00:00:00+00:00", period_end: "2026-09-01T00:00:00+00:00" });
    expect(Number(august["usage_used"])).toBeLessThan(count);
    await shop.close();
  });
});

describe("credits for texts", () => {
  behaviour("are one for each segment, three for a text with an image", assumed("BillingUsageResponseObjectResource"), async () => {
    const sender = await openCampaigning();
    const list = await sender.crowd(2, (i) => ({ phone_number: `+1202555012${i}` }));
    for (const phone of ["+12025550120", "+12025550121"])
      await sender.call(SUBSCRIBE, consentBody("create", [{ phone_number: phone, subscriptions: { sms: subscribed() } }]));
    const upload = resource("image", { import_from_url: "https://shop.example/a.png", name: "A" });
    const image = { data: { type: "image", id: idOf(await sender.call("POST /api/images", upload)) } };
    const credits = async () => (await usage("sms_credits", asBeta(sender)))["usage_used"];
    expect(await credits()).toBe(0);
    for (const [body, hasImage] of [
      ["Hi", false],
      ["x".repeat(200), false],
      ["Look", true],
    ] as const) {
      const id = await sender.draft(
        { audiences: { included: [list] }, send_options: { use_smart_sending: false } },
        { channel: "sms", content: { body } },
      );
      if (hasImage) await sender.call(`PATCH /api/campaign-messages/${await sender.messageId(id)}/relationships/image`, image);
      expect((await sender.send(id)).status).toBe(202);
      sender.control.advance(10 * MINUTE);
    }
    expect(await credits()).toBe(2 * (1 + 2 + 3));
    expect(sender.log).toEqual([]);
    await sender.close();
  });
});

describe("applications", () => {
  const names = async (query: string) =>
    dataOf(await account.call(`GET /api/applications?${query}`)).map(({ attributes }) => String(attributes["name"]));
  const filtered = (filter: string) => names(`filter=${encodeURIComponent(filter)}`);

  behaviour("are found by name, category and maker", stated("get_applications_beta"), async () => {
    const all = await account.call("GET /api/applications");
    expect(schemaViolations("get_applications_beta", all)).toEqual([]);
    expect(await filtered('contains(name,"Tally")')).toEqual(["Tally Reviews"]);
    expect(await filtered('equals(category,"Rewards")')).toEqual(["Tally Reviews"]);
    const [own, partners] = [await filtered('equals(built_by,"KLAVIYO")'), await filtered('equals(built_by,"KLAVIYO_PARTNERS")')];
    expect([own, partners].map((found) => found.length > 0)).toEqual([true, true]);
    expect([...own, ...partners].toSorted()).toEqual(
      dataOf(all)
        .map(({ attributes }) => String(attributes["name"]))
        .toSorted(),
    );
    expect((await account.call("GET /api/applications?filter=equals(category,'Fishing')")).status).toBe(400);
  });

  behaviour("come by name", assumed("get_applications_beta"), async () => {
    const first = await names("page[size]=3");
    expect(first).toHaveLength(3);
    expect(first).toEqual(first.toSorted());
  });

  it("are the same in every account", async () => {
    const shop = await openInBeta(20);
    expect(dataOf(await shop.call("GET /api/applications")).map(({ attributes }) => attributes["name"])).toEqual(await names(""));
    await shop.close();
  });
});
