import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { assignBody, HOUR, MINUTE, openCampaigning, type Campaigning } from "./campaigning.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Campaigning;
beforeEach(async () => {
  account = await openCampaigning();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.15" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.15" } as const;
const coupon = (id: string, more: JsonObject = {}) =>
  account.call("POST /api/coupons", { data: { type: "coupon", attributes: { external_id: id, ...more } } });
const patchCoupon = (id: string, attributes: JsonObject) =>
  account.call(`PATCH /api/coupons/${id}`, { data: { type: "coupon", id, attributes } });
const codeBody = (of: string, code: string, more: JsonObject = {}) => ({
  type: "coupon-code",
  attributes: { unique_code: code, ...more },
  relationships: { coupon: { data: { type: "coupon", id: of } } },
});
const code = (of: string, unique: string, more: JsonObject = {}) =>
  account.call("POST /api/coupon-codes", { data: codeBody(of, unique, more) });
const patch = (id: string, attributes: JsonObject) =>
  account.call(`PATCH /api/coupon-codes/${id}`, { data: { type: "coupon-code", id, attributes } });
const read = async (id: string) => attributesOf(await account.call(`GET /api/coupon-codes/${id}`));
const codes = async (filter: string) =>
  dataOf(await account.call(`GET /api/coupon-codes?filter=${encodeURIComponent(filter)}`)).map(({ id }) => id);
const bulk = (data: JsonObject[]) =>
  account.call("POST /api/coupon-code-bulk-create-jobs", {
    data: { type: "coupon-code-bulk-create-job", attributes: { "coupon-codes": { data } } },
  });
const job = (id: string) => account.call(`GET /api/coupon-code-bulk-create-jobs/${id}?include=coupon-codes`);

describe("coupons", () => {
  behaviour(
    "are known by their external id and show no relationships",
    { as: "observed", from: "recorded/coupon-codes.json" },
    async () => {
      const made = await coupon("TEN");
      expect(made.status).toBe(201);
      expect(made.body["data"]).toEqual({
        type: "coupon",
        id: "TEN",
        attributes: { external_id: "TEN", description: "", monitor_configuration: { low_balance_threshold: "500" } },
        links: { self: `${account.url}/api/coupons/TEN/` },
      });
    },
  );

  behaviour("are listed as they were made", { as: "observed", from: "recorded/coupon-codes.json" }, async () => {
    for (const id of ["b", "a", "c"]) await coupon(id);
    expect(dataOf(await account.call("GET /api/coupons")).map(({ id }) => id)).toEqual(["b", "a", "c"]);
    const page = await account.call("GET /api/coupons?page[size]=2");
    expect(dataOf(page)).toHaveLength(2);
    expect((page.body["links"] as JsonObject)["next"]).toContain("page%5Bcursor%5D=");
  });

  behaviour("keep what an update leaves out and lose what it sets to null", { as: "documented", from: "behaviour.md §1.3" }, async () => {
    await coupon("TEN", { description: "ten off" });
    expect(attributesOf(await patchCoupon("TEN", { monitor_configuration: { low_balance_threshold: 7 } }))).toMatchObject({
      description: "ten off",
      monitor_configuration: { low_balance_threshold: 7 },
    });
    expect(attributesOf(await patchCoupon("TEN", { description: null, monitor_configuration: null }))).toMatchObject({
      description: "",
      monitor_configuration: { low_balance_threshold: "500" },
    });
  });

  behaviour("cannot share an external id", { as: "assumed", from: "behaviour.md §1.4" }, async () => {
    const answers = await Promise.all([coupon("TEN"), coupon("TEN")]);
    expect(answers.map(({ status }) => `${status}`).toSorted()).toEqual(["201", "409"]);
    expect(errorOf(await coupon(" "))).toMatchObject({ code: "invalid", source: { pointer: "/data/attributes/external_id" } });
  });

  behaviour("take their codes along when they go", { as: "documented", from: "behaviour.md appendix B" }, async () => {
    await coupon("TEN");
    await coupon("TWENTY");
    await code("TEN", "A");
    await code("TWENTY", "A");
    expect((await account.call("DELETE /api/coupons/TEN")).status).toBe(204);
    expect((await account.call("GET /api/coupon-codes/TEN-A")).status).toBe(404);
    expect(await codes('any(coupon.id,["TEN","TWENTY"])')).toEqual(["TWENTY-A"]);
  });
});

describe("coupon codes", () => {
  beforeEach(() => coupon("TEN"));

  behaviour("are made with 200 and last a year", { as: "observed", from: "recorded/create-coupon-code.json" }, async () => {
    const made = await code("TEN", "ABC");
    const links = (name: string) => ({
      self: `${account.url}/api/coupon-codes/TEN-ABC/relationships/${name}/`,
      related: `${account.url}/api/coupon-codes/TEN-ABC/${name}/`,
    });
    expect(made.status).toBe(200);
    expect(made.body["data"]).toEqual({
      type: "coupon-code",
      id: "TEN-ABC",
      attributes: { unique_code: "ABC", expires_at: "2027-07-15T10:00:00Z", status: "UNASSIGNED" },
      relationships: {
        coupon: { data: { type: "coupon", id: "TEN" }, links: links("coupon") },
        profile: { links: links("profile") },
      },
      links: { self: `${account.url}/api/coupon-codes/TEN-ABC/` },
    });
  });

  behaviour(
    "end their expiry in Z when written, in +00:00 when read",
    { as: "observed", from: "recorded/list-coupon-codes.json" },
    async () => {
      const given = { expires_at: "2026-12-24T20:00:00+02:00" };
      expect(attributesOf(await code("TEN", "ABC", given))["expires_at"]).toBe("2026-12-24T18:00:00Z");
      expect((await read("TEN-ABC"))["expires_at"]).toBe("2026-12-24T18:00:00+00:00");
      account.control.advance(24 * HOUR);
      expect(attributesOf(await patch("TEN-ABC", { expires_at: null }))["expires_at"]).toBe("2027-07-16T10:00:00Z");
    },
  );

  behaviour("need a coupon that exists, and a code that it has not", assumed, async () => {
    expect((await code("NONE", "ABC")).status).toBe(404);
    const answers = await Promise.all([code("TEN", "ABC"), code("TEN", "ABC")]);
    expect(answers.map(({ status }) => `${status}`).toSorted()).toEqual(["200", "409"]);
  });

  behaviour("are listed by coupon or profile only", { as: "documented", from: "behaviour.md §1.8" }, async () => {
    for (const query of ["", "?filter=equals(status,'UNASSIGNED')"]) {
      const refused = await account.call(`GET /api/coupon-codes${query}`);
      expect([refused.status, errorOf(refused).source]).toEqual([400, { parameter: "filter" }]);
    }
  });

  behaviour("are found by coupon, status and expiry, at the coupon too", spec, async () => {
    await coupon("TWENTY");
    await code("TWENTY", "Z");
    await code("TEN", "B", { expires_at: "2026-08-01T00:00:00Z" });
    await code("TEN", "A");
    await patch("TEN-A", { status: "USED" });
    expect(await codes("equals(coupon.id,'TEN')")).toEqual(["TEN-A", "TEN-B"]);
    expect(await codes("equals(coupon.id,'TEN'),equals(status,'USED')")).toEqual(["TEN-A"]);
    expect(await codes("equals(coupon.id,'TEN'),less-than(expires_at,2026-09-01T00:00:00Z)")).toEqual(["TEN-B"]);
    expect(await codes("equals(profile.id,'01ABC')")).toEqual([]);
    const at = async (path: string) => dataOf(await account.call(`GET ${path}`)).map(({ id }) => id);
    expect(await at("/api/coupons/TEN/coupon-codes?filter=equals(status,'UNASSIGNED')")).toEqual(["TEN-B"]);
    expect(await at("/api/coupons/TEN/relationships/coupon-codes?page[size]=1")).toEqual(["TEN-A"]);
    expect(await at("/api/coupon-codes/TEN-A/coupon")).toEqual(["TEN"]);
    expect(await at("/api/coupon-codes/TEN-A/relationships/coupon")).toEqual(["TEN"]);
  });

  behaviour("only go the ways of their life", assumed, async () => {
    await code("TEN", "A");
    for (const [status, expected] of [
      ["ASSIGNED_TO_PROFILE", 409],
      ["USED", 200],
      ["USED", 200],
      ["DELETING", 409],
      ["UNASSIGNED", 200],
      ["VERSION_NOT_ACTIVE", 200],
      ["DELETING", 200],
      ["UNASSIGNED", 409],
    ] as const)
      expect([status, (await patch("TEN-A", { status })).status]).toEqual([status, expected]);
    account.control.advance(MINUTE);
    expect((await account.call("GET /api/coupon-codes/TEN-A")).status).toBe(404);
    expect((await patch("TEN-A", { status: "LOST" })).status).toBe(400);
  });
});

describe("bulk creation of codes", () => {
  beforeEach(() => coupon("TEN"));

  behaviour("runs queued, processing, complete, and keeps what failed", spec, async () => {
    await code("TEN", "B");
    const made = await bulk([codeBody("TEN", "A"), codeBody("TEN", "B"), codeBody("NONE", "C")]);
    expect(made.status).toBe(202);
    const id = idOf(made);
    expect(attributesOf(made)).toMatchObject({ status: "queued", total_count: 3, completed_count: 0, completed_at: null });
    account.control.advance(1000);
    expect(attributesOf(await job(id))["status"]).toBe("processing");
    account.control.advance(2000);
    const done = await job(id);
    expect(attributesOf(done)).toMatchObject({
      status: "complete",
      completed_count: 1,
      failed_count: 2,
      completed_at: "2026-07-15T10:00:03+00:00",
      expires_at: "2026-07-22T10:00:00+00:00",
      errors: [
        { code: "duplicate", source: { pointer: "/data/attributes/coupon-codes/data/1/attributes/unique_code" } },
        { code: "not_found", source: { pointer: "/data/attributes/coupon-codes/data/2/relationships/coupon/data/id" } },
      ],
    });
    expect((done.body["included"] as { id: string }[]).map((each) => each.id)).toEqual(["TEN-A"]);
    const jobs = async (status: string) =>
      dataOf(await account.call(`GET /api/coupon-code-bulk-create-jobs?filter=equals(status,'${status}')`));
    expect([(await jobs("complete")).length, (await jobs("queued")).length]).toEqual([1, 0]);
  });

  behaviour("takes 1,000 codes at once and 100 jobs in the queue", spec, async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => codeBody("TEN", `C${i}`));
    expect((await bulk(many(1001))).status).toBe(400);
    expect((await bulk([])).status).toBe(400);
    expect((await bulk(many(1000))).status).toBe(202);
    for (let i = 0; i < 99; i++) await bulk([codeBody("TEN", `X${i}`)]);
    expect((await bulk([codeBody("TEN", "Y")])).status).toBe(400);
    account.control.advance(MINUTE);
    expect((await bulk([codeBody("TEN", "Y")])).status).toBe(202);
    expect(account.control.state().counts["coupon_codes"]).toBe(1099);
  });
});

describe("a message with a coupon", () => {
  const send = async (html: string, size: number) => {
    const list = await account.crowd(size);
    const campaign = await account.draft({ audiences: { included: [list] } });
    await account.call(
      "POST /api/campaign-message-assign-template",
      assignBody(await account.messageId(campaign), await account.template(html)),
    );
    await account.send(campaign);
    account.control.advance(HOUR);
  };

  behaviour(
    "gives each recipient a code, until the pool is empty and the rest is skipped",
    { as: "documented", from: "behaviour.md §2.12" },
    async () => {
      await coupon("TEN");
      await code("TEN", "A", { expires_at: "2026-01-01T00:00:00Z" });
      for (const unique of ["B", "C"]) await code("TEN", unique);
      await send(`<html><body>{% coupon_code 'TEN' %} or {% coupon_code 'TEN' %}</body></html>`, 3);
      expect((await account.tally())["Received Email"]).toBe(2);
      expect(await codes("equals(coupon.id,'TEN'),equals(status,'ASSIGNED_TO_PROFILE')")).toEqual(["TEN-B", "TEN-C"]);
      const held = await account.call("GET /api/coupon-codes/TEN-B");
      const profile = dataOf(held)[0]?.relationships["profile"]?.["data"] as { id: string } | undefined;
      expect(await codes(`equals(profile.id,'${profile?.id}')`)).toEqual(["TEN-B"]);
    },
  );

  behaviour("keeps its code from being deleted", spec, async () => {
    await coupon("TEN");
    await code("TEN", "A");
    await send(`<html><body>{% coupon_code "TEN" %}</body></html>`, 1);
    expect((await account.call("DELETE /api/coupon-codes/TEN-A")).status).toBe(409);
    await patch("TEN-A", { status: "UNASSIGNED" });
    expect((await account.call("DELETE /api/coupon-codes/TEN-A")).status).toBe(204);
  });
});
