import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openInBeta, relatedOf, resource } from "./in-beta.ts";
import { dataOf, errorOf, type Opened } from "./open.ts";
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

const DAY_MS = 24 * 60 * 60 * 1000;
const register = (domain: string, more: JsonObject = {}) =>
  account.call("POST /api/sending-domains", resource("sending-domain", { domain, ...more }));
const job = (kind: string, domain: string, attributes: JsonObject | null) => {
  const type = `sending-domain-${kind}-job`;
  return account.call(`POST /api/${type}s`, resource(type, attributes, { "sending-domain": ["sending-domain", domain] }));
};
const verify = (domain: string) => job("verification", domain, null);
const activate = (domain: string, attributes: JsonObject = {}) => job("activation", domain, attributes);
const read = async (id: string) => attributesOf(await account.call(`GET /api/sending-domains/${id}`));
const records = (attributes: JsonObject) => attributes["dns_records"] as { type: string; host: string; verified: boolean }[];
const verified = async (domain: string, more: JsonObject = {}) => {
  const id = idOf(await register(domain, more));
  await verify(id);
  expect(attributesOf(await verify(id))["verification_state"]).toBe("verified");
  return id;
};

describe("a sending domain", () => {
  behaviour("is pending, static and for marketing at first, with records to publish", stated("SendingDomainCreateQuery"), async () => {
    const made = await register("Send.Shop.example");
    expect(made.status).toBe(201);
    expect(attributesOf(made)).toMatchObject({
      domain: "send.shop.example",
      configuration: "static",
      purpose: "marketing",
      status: "pending",
      dkim_selector: "s1",
    });
    const published = records(await read(idOf(made)));
    expect(published.map(({ type }) => type)).toEqual(["cname", "cname", "cname", "txt"]);
    expect(published.map(({ host }) => host)).toContain("s1._domainkey.send.shop.example");
    expect(published.some((record) => record.verified)).toBe(false);
  });

  behaviour("is delegated to four name servers when it is dynamic", stated("SendingDomainCreateQuery"), async () => {
    const made = attributesOf(await register("send.shop.example", { configuration: "dynamic", purpose: "transactional" }));
    expect(made).toMatchObject({ configuration: "dynamic", purpose: "transactional", dkim_selector: null });
    expect(made["dns_records"]).toEqual(
      [1, 2, 3, 4].map((n) => ({ type: "ns", host: "send.shop.example", value: `ns${n}.klaviyo.com`, verified: false })),
    );
  });

  behaviour("needs a whole name that the account does not have yet", assumed("create_sending_domain_beta"), async () => {
    for (const name of ["shop", "send_.shop.example", "-a.shop.example", "https://shop.example", ""]) {
      const refused = await register(name);
      expect([name, refused.status, errorOf(refused).source]).toEqual([name, 400, { pointer: "/data/attributes/domain" }]);
    }
    await register("send.shop.example");
    expect((await register("SEND.shop.example")).status).toBe(409);
  });

  behaviour("comes twenty to a page, in the order of registration, and goes for good", stated("get_sending_domains_beta"), async () => {
    const ids: string[] = [];
    for (let i = 0; i < 21; i++) {
      ids.push(idOf(await register(`s${20 - i}.shop.example`)));
      account.control.advance(1000);
    }
    const page = async (query: string) => dataOf(await account.call(`GET /api/sending-domains${query}`)).map(({ id }) => id);
    expect(await page("")).toEqual(ids.slice(0, 20));
    expect(await page("?page[size]=2")).toEqual(ids.slice(0, 2));
    expect((await account.call("GET /api/sending-domains?page[size]=21")).status).toBe(400);
    expect((await account.call(`DELETE /api/sending-domains/${ids[0]}`)).status).toBe(204);
    expect(await page("")).toEqual(ids.slice(1));
    expect((await verify(ids[0] ?? "")).status).toBe(404);
  });
});

describe("a verification", () => {
  behaviour(
    "finds one record at first and every record at the second look",
    assumed("create_sending_domain_verification_job_beta"),
    async () => {
      const id = idOf(await register("send.shop.example"));
      account.control.advance(60_000);
      const first = await verify(id);
      expect([first.status, idOf(first)]).toEqual([202, expect.stringMatching(/^ver_[0-9A-Z]{26}$/)]);
      expect(attributesOf(first)).toMatchObject({ verification_state: "pending", error_code: null });
      expect(records(attributesOf(first)).map((record) => record.verified)).toEqual([true, false, false, false]);
      expect(relatedOf(first, "sending-domain")).toEqual({ type: "sending-domain", id });
      expect(attributesOf(await verify(id))["verification_state"]).toBe("verified");
      expect(await read(id)).toMatchObject({ status: "pending", updated_at: "2026-07-15T10:01:00+00:00" });
      expect(records(await read(id)).every((record) => record.verified)).toBe(true);
      expect(attributesOf(await verify(id))["verification_state"]).toBe("verified");
    },
  );

  behaviour("never finds the records of a domain called unpublished", assumed("create_sending_domain_verification_job_beta"), async () => {
    const id = idOf(await register("unpublished.shop.example"));
    for (let look = 0; look < 3; look++)
      expect(attributesOf(await verify(id))).toMatchObject({ verification_state: "failed", error_code: "dns_record_not_found" });
    expect((await activate(id)).status).toBe(409);
  });
});

describe("an activation", () => {
  behaviour("is refused until every record was found", stated("create_sending_domain_activation_job_beta"), async () => {
    const id = idOf(await register("send.shop.example"));
    expect((await activate(id)).status).toBe(409);
    await verify(id);
    expect((await activate(id)).status).toBe(409);
    expect((await read(id))["status"]).toBe("pending");
  });

  behaviour("makes an only domain active, once", { as: "documented", from: "behaviour.md §2.20" }, async () => {
    const id = await verified("send.shop.example");
    const made = await activate(id);
    expect([made.status, attributesOf(made)["status"], idOf(made)]).toEqual([202, "active", expect.stringMatching(/^act_/)]);
    expect((await read(id))["status"]).toBe("active");
    expect((await activate(id)).status).toBe(409);
  });

  behaviour("warms one of several unless told not to", stated("SendingDomainActivationJobCreateQuery"), async () => {
    const first = await verified("send.shop.example");
    const second = await verified("mail.shop.example");
    expect(attributesOf(await activate(first))["status"]).toBe("warming");
    expect(attributesOf(await activate(second, { warming_enabled: false }))["status"]).toBe("active");
    expect((await activate(first)).status).toBe(409);
  });

  behaviour("cannot warm the only domain", stated("SendingDomainActivationJobCreateQuery"), async () => {
    const id = await verified("send.shop.example");
    const refused = await activate(id, { warming_enabled: true });
    expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: "/data/attributes/warming_enabled" }]);
    expect((await read(id))["status"]).toBe("pending");
  });

  behaviour("has warmed a domain after thirty days, if it is still there", assumed("SendingDomainResponseObjectResource"), async () => {
    const [kept, gone] = [await verified("send.shop.example"), await verified("mail.shop.example")];
    for (const id of [kept, gone]) await activate(id);
    await account.call(`DELETE /api/sending-domains/${gone}`);
    account.control.advance(30 * DAY_MS - 1000);
    expect((await read(kept))["status"]).toBe("warming");
    account.control.advance(1000);
    expect((await read(kept))["status"]).toBe("active");
  });
});

it("gives the shop a domain that it sends from", async () => {
  const shop = await openInBeta(20);
  const [own] = dataOf(await shop.call("GET /api/sending-domains"));
  expect(own?.attributes).toMatchObject({ domain: "send.harbourandpine.example", status: "active" });
  expect(records(own?.attributes ?? {}).every((record) => record.verified)).toBe(true);
  await shop.close();
});
