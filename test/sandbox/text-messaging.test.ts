import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openInBeta, relatedOf, resource } from "./in-beta.ts";
import { dataOf, errorOf, schemaViolations, type Opened } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
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

const REGISTRATION = "text-messaging-sender-registration";
const PAPERS = {
  first_name: "Ada",
  last_name: "Reed",
  phone_number: "+15005550006",
  email: "ada@shop.example",
  address: { street_address_1: "12 Quay Street", city: "Portland", region: "ME", postal_code: "04101", country: "US" },
  business_name: "Harbour & Pine",
  business_website: "https://shop.example",
  business_type: "PRIVATE_PROFIT",
  business_registration_country: "US",
  business_registration_authority: "EIN",
  business_registration_number: "12-3456789",
};
const configure = (org_prefix: string) =>
  account.call("POST /api/text-messaging-configurations", resource("text-messaging-configuration", { org_prefix }));
const order = (papers: JsonObject = {}, more: JsonObject = {}) => {
  const registration = { data: { type: REGISTRATION, attributes: { ...PAPERS, ...papers } } };
  const attributes = { sender_type: "toll_free", sender_details: { country: "US" }, [REGISTRATION]: registration, ...more };
  return account.call("POST /api/text-messaging-senders", resource("text-messaging-sender", attributes));
};
const resubmit = (sender: string, papers: JsonObject = {}) =>
  account.call(
    `POST /api/${REGISTRATION}s`,
    resource(REGISTRATION, { ...PAPERS, ...papers }, { "text-messaging-sender": ["text-messaging-sender", sender] }),
  );
const sender = async (id: string) => attributesOf(await account.call(`GET /api/text-messaging-senders/${id}`));
const registration = async (id: string) =>
  attributesOf(await account.call(`GET /api/text-messaging-senders/${id}/text-messaging-sender-registration`));
const statuses = async (id: string) => [(await sender(id))["status"], (await registration(id))["status"]];

describe("the configuration", () => {
  behaviour("is one, under the id of the account", stated("get_text_messaging_configuration_beta"), async () => {
    const path = `/api/text-messaging-configurations/${account.accountId}`;
    expect((await account.call(`GET ${path}`)).status).toBe(404);
    const made = await configure("Harbour");
    expect([made.status, idOf(made)]).toEqual([201, account.accountId]);
    expect(attributesOf(await account.call(`GET ${path}`))).toMatchObject({
      org_prefix: "Harbour",
      status: "active",
      created_at: "2026-07-15T10:00:00+00:00",
    });
    expect((await account.call("GET /api/text-messaging-configurations/ABCDEF")).status).toBe(404);
  });

  behaviour("is not made twice", { as: "documented", from: "behaviour.md §2.20" }, async () => {
    await configure("Harbour");
    expect((await configure("Pine")).status).toBe(409);
    const kept = await account.call(`GET /api/text-messaging-configurations/${account.accountId}`);
    expect(attributesOf(kept)["org_prefix"]).toBe("Harbour");
  });

  behaviour("has a prefix of fifty characters at most", stated("TextMessagingConfigurationCreateQuery"), async () => {
    const refused = await configure("x".repeat(51));
    expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: "/data/attributes/org_prefix" }]);
    expect((await configure("x".repeat(50))).status).toBe(201);
  });

  it("can be taken away by the owner alone", async () => {
    await configure("Harbour");
    const path = `/_sandbox/resources?type=text-messaging-configuration&id=${account.accountId}`;
    expect((await account.call(`DELETE ${path}`)).status).toBe(204);
    expect((await account.call(`DELETE ${path}`)).status).toBe(404);
    expect((await account.call("DELETE /_sandbox/resources?type=list")).status).toBe(404);
    expect((await configure("Pine")).status).toBe(201);
  });
});

describe("a sender", () => {
  behaviour("needs a configuration", assumed("create_text_messaging_sender_beta"), async () => {
    expect((await order()).status).toBe(409);
  });

  behaviour("is toll-free and comes with a sibling in the other country", stated("create_text_messaging_sender_beta"), async () => {
    await configure("Harbour");
    const made = await order({}, { sender_details: { country: "CA" }, forwarding_number: "+15005550007" });
    expect([made.status, attributesOf(made)["sender_details"]]).toEqual([201, { country: "CA" }]);
    const all = await account.call(`GET /api/text-messaging-senders?include=${REGISTRATION}`);
    expect(schemaViolations("get_text_messaging_senders_beta", all)).toEqual([]);
    const rows = dataOf(all).map(({ attributes }) => attributes);
    expect(rows.map(({ sender_details: details }) => details)).toEqual([{ country: "US" }, { country: "CA" }]);
    for (const row of rows)
      expect(row).toMatchObject({
        status: "pending_registration",
        sender_identifier: null,
        sender_type: "toll_free",
        forwarding_number: "+15005550007",
      });
    expect(all.body["included"]).toHaveLength(2);
    const alpha = await order({}, { sender_type: "alpha" });
    expect([alpha.status, errorOf(alpha).source]).toEqual([400, { pointer: "/data/attributes/sender_type" }]);
  });

  behaviour(
    "has the same number in both, shown once it is no longer pending",
    stated("TextMessagingSenderResponseObjectResource"),
    async () => {
      await configure("Harbour");
      await order();
      account.control.advance(60_000);
      const rows = dataOf(await account.call("GET /api/text-messaging-senders")).map(({ attributes }) => attributes);
      const [first, second] = rows.map(({ sender_identifier: number }) => number);
      expect([first, second]).toEqual([expect.stringMatching(/^\+1833\d{7}$/), first]);
      expect(rows.map(({ status }) => status)).toEqual(["registering", "registering"]);
    },
  );

  behaviour("is sorted by the time of its making", stated("get_text_messaging_senders_beta"), async () => {
    await configure("Harbour");
    for (let i = 0; i < 6; i++) {
      await order();
      account.control.advance(60_000);
    }
    const numbers = dataOf(await account.call("GET /api/text-messaging-senders?page[size]=20")).map(
      ({ attributes }) => attributes["sender_identifier"],
    );
    expect(new Set(numbers).size).toBe(6);
    const times = async (query: string) =>
      dataOf(await account.call(`GET /api/text-messaging-senders${query}`)).map(({ attributes }) => String(attributes["created_at"]));
    expect(await times("")).toHaveLength(10);
    const all = await times("?page[size]=20&sort=-created_at");
    expect(all).toHaveLength(12);
    expect(all).toEqual(all.toSorted().toReversed());
  });
});

describe("a registration", () => {
  beforeEach(() => configure("Harbour"));

  behaviour("is in review and then approved", assumed("TextMessagingSenderRegistrationResponseObjectResource"), async () => {
    const id = idOf(await order());
    expect(await statuses(id)).toEqual(["pending_registration", "in_review"]);
    expect(await registration(id)).toMatchObject({ submitted_at: "2026-07-15T10:00:00+00:00", decided_at: null, failures: [] });
    account.control.advance(60_000);
    expect(await statuses(id)).toEqual(["registering", "in_review"]);
    account.control.advance(9 * 60_000);
    expect(await statuses(id)).toEqual(["active", "approved"]);
    expect((await registration(id))["decided_at"]).toBe("2026-07-15T10:10:00+00:00");
    expect((await resubmit(id)).status).toBe(409);
  });

  behaviour(
    "is rejected for a website called rejected, and made anew",
    assumed("create_text_messaging_sender_registration_beta"),
    async () => {
      const made = await order({ business_website: "https://rejected.example" });
      const id = idOf(made);
      expect((await resubmit(id)).status).toBe(409);
      account.control.advance(10 * 60_000);
      expect(await statuses(id)).toEqual(["registration_failed", "rejected"]);
      expect(await registration(id)).toMatchObject({
        failures: [{ detail: expect.any(String) }],
        decided_at: "2026-07-15T10:10:00+00:00",
      });
      const again = await resubmit(id);
      expect([again.status, attributesOf(again)["status"]]).toEqual([201, "in_review"]);
      expect(relatedOf(again, "text-messaging-sender")).toEqual({ type: "text-messaging-sender", id });
      expect(await statuses(id)).toEqual(["registering", "in_review"]);
      const first = (relatedOf(made, REGISTRATION) as { id: string }).id;
      expect(attributesOf(await account.call(`GET /api/${REGISTRATION}s/${first}`))["status"]).toBe("rejected");
      const linkage = await account.call(`GET /api/text-messaging-senders/${id}/relationships/${REGISTRATION}`);
      expect(linkage.body["data"]).toEqual({ type: REGISTRATION, id: idOf(again) });
      account.control.advance(10 * 60_000);
      expect(await statuses(id)).toEqual(["active", "approved"]);
    },
  );

  behaviour(
    "asks for more for a website called action-required",
    assumed("TextMessagingSenderRegistrationResponseObjectResource"),
    async () => {
      const id = idOf(await order({ business_website: "https://action-required.example" }));
      account.control.advance(10 * 60_000);
      expect(await statuses(id)).toEqual(["registering", "action_required"]);
      expect((await registration(id))["decided_at"]).toBeNull();
      await resubmit(id, { business_website: "https://rejected.example" });
      account.control.advance(10 * 60_000);
      expect(await statuses(id)).toEqual(["registration_failed", "rejected"]);
    },
  );

  behaviour("of the sibling goes its own way", assumed("create_text_messaging_sender_registration_beta"), async () => {
    const id = idOf(await order({ business_website: "https://rejected.example" }));
    account.control.advance(10 * 60_000);
    const sibling = dataOf(await account.call("GET /api/text-messaging-senders")).find((each) => each.id !== id)?.id ?? "";
    await resubmit(id);
    expect([await statuses(id), await statuses(sibling)]).toEqual([
      ["registering", "in_review"],
      ["registration_failed", "rejected"],
    ]);
  });

  behaviour(
    "states where and under which number the business is registered",
    stated("TollFreeRegistrationDetailsResourceObject"),
    async () => {
      const none = { business_registration_authority: null, business_registration_number: null };
      const alone = { ...none, business_type: "SOLE_PROPRIETOR" };
      const pointers = async (papers: JsonObject) =>
        (((await order(papers)).body["errors"] ?? []) as { source: { pointer: string } }[]).map(({ source }) =>
          source.pointer.split("/").at(-1),
        );
      expect(await pointers(none)).toEqual(["business_registration_authority", "business_registration_number"]);
      expect(await pointers({ business_registration_country: null })).toEqual(["business_registration_country"]);
      expect(await pointers({ ...alone, business_registration_country: "CA" })).toEqual(["business_registration_country"]);
      expect(await pointers({ ...alone, business_registration_number: "1" })).toEqual(["business_registration_authority"]);
      expect(await pointers(alone)).toEqual([]);
    },
  );

  behaviour("names every fault at once", assumed("create_text_messaging_sender_registration_beta"), async () => {
    const wrong = {
      first_name: " ",
      phone_number: "555",
      email: "ada",
      business_website: "shop",
      address: { ...PAPERS.address, country: "USA" },
    };
    const refused = await order(wrong);
    expect(refused.status).toBe(400);
    const prefix = `/data/attributes/${REGISTRATION}/data/attributes`;
    expect((refused.body["errors"] as { source: { pointer: string } }[]).map(({ source }) => source.pointer)).toEqual(
      ["first_name", "phone_number", "email", "address/country", "business_website"].map((member) => `${prefix}/${member}`),
    );
    expect(dataOf(await account.call("GET /api/text-messaging-senders"))).toEqual([]);
    expect((await resubmit("01HX2Z8RG7Y4PWFQK3V0M5N1B7")).status).toBe(404);
  });
});

it("gives the shop, which sends texts, a number in both countries", async () => {
  const shop = await openInBeta(20);
  expect((await shop.call(`GET /api/text-messaging-configurations/${shop.accountId}`)).status).toBe(200);
  const senders = await shop.call(`GET /api/text-messaging-senders?include=${REGISTRATION}`);
  expect(dataOf(senders).map(({ attributes }) => attributes["status"])).toEqual(["active", "active"]);
  expect((senders.body["included"] as { attributes: JsonObject }[]).map(({ attributes }) => attributes["status"])).toEqual([
    "approved",
    "approved",
  ]);
  await shop.close();
});
