import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../../src/catalog/catalog.ts";
import { createManualClock } from "../../src/lib/clock.ts";
import type { Json } from "../../src/lib/json.ts";
import { deletionOf } from "./leftovers.ts";
import { maskJson, maskLink } from "./mask.ts";
import { createNames } from "./names.ts";
import { createPace } from "./pace.ts";
import { never, refusal } from "./permit.ts";
import { realAccount } from "./settings.ts";

const catalog = loadCatalog();
const operation = (id: string) => mustFind(catalog, id);

describe("the account", () => {
  it("is there with a key, reads only, and its address is https or this machine's", () => {
    expect(realAccount({})).toBeUndefined();
    expect(realAccount({ KLAVIYO_API_KEY: "pk_x" })).toMatchObject({ url: "https://a.klaviyo.com", mayWrite: false });
    expect(realAccount({ KLAVIYO_API_KEY: "pk_x", KLAVIYO_API_URL: "http://127.0.0.1:80/x", KLAVIYO_TEST_WRITES: "1" })).toMatchObject({
      url: "http://127.0.0.1",
      mayWrite: true,
    });
    for (const url of ["http://a.klaviyo.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1"])
      expect(() => realAccount({ KLAVIYO_API_KEY: "pk_x", KLAVIYO_API_URL: url }), url).toThrow(/https/);
  });
});

describe("what may be called", () => {
  const asked = (id: string, path: string, body?: Json) => {
    const one = operation(id);
    const with_ = { mayWrite: true, own: new Set(["mine"]), deletion: deletionOf(catalog.operations, one.resource) };
    return refusal(one, { method: one.method, path, body }, with_);
  };
  const tag: Json = { data: { type: "tag", id: "mine", attributes: { name: "x" } } };

  it("is nothing of risk 4, no send, no consent, whatever the switch", () => {
    const forbidden = catalog.operations.filter((one) => one.effect.risk >= 4);
    expect(forbidden.length).toBeGreaterThan(20);
    expect(forbidden.filter((one) => never(one) === undefined)).toEqual([]);
    for (const id of ["create_template_preview_send_job_beta", "create_push_token", "create_event", "bulk_create_catalog_items"])
      expect(never(operation(id)), id).toBeDefined();
  });

  it("is a write with the switch alone, and to nothing but what the run made", () => {
    const one = operation("create_tag");
    const given = { method: "POST", path: "/api/tags", body: tag };
    expect(refusal(one, given, { mayWrite: false, own: new Set(), deletion: undefined })).toMatch(/KLAVIYO_TEST_WRITES/);
    expect(asked("create_tag", "/api/tags", tag)).toBeUndefined();
    expect(asked("update_tag", "/api/tags/mine", tag)).toBeUndefined();
    expect(asked("update_tag", "/api/tags/theirs", tag)).toMatch(/had before/);
    expect(asked("delete_template", "/api/templates/theirs")).toMatch(/had before/);
    expect(
      asked("bulk_delete_catalog_items", "/api/x", {
        data: { type: "job", attributes: { items: { data: [{ type: "catalog-item", id: "a" }] } } },
      }),
    ).toMatch(/had before/);
    expect(
      asked("create_or_update_profile", "/api/profile-import", { data: { type: "profile", attributes: { phone_number: "+15005550006" } } }),
    ).toMatch(/does not name/);
    expect(asked("create_list", "/api/lists", {})).toMatch(/delete_list.*risk 4/);
    expect(
      refusal(
        undefined,
        { method: "DELETE", path: "/api/lists", body: undefined },
        { mayWrite: true, own: new Set(), deletion: undefined },
      ),
    ).toBeDefined();
  });
});

describe("names", () => {
  it("are put on what is made and asked for, and taken off what comes back", () => {
    const names = createNames("r1");
    const body = {
      data: {
        type: "profile",
        attributes: { email: "a@example.com", first_name: "Ada", metric: { type: "metric", attributes: { name: "Ordered" } } },
      },
    };
    expect(names.bodyOut(body)).toEqual({
      data: {
        type: "profile",
        attributes: { email: "halyard-test-r1-1-a@example.com", first_name: "Ada", metric: body.data.attributes.metric },
      },
    });
    names.learn("halyard-test-r1-1-TEN");
    const out = (path: string): string => decodeURIComponent(names.pathOut(path));
    expect(out("/api/coupons/TEN?filter=equals(name,%22x%22)")).toBe(
      '/api/coupons/halyard-test-r1-1-TEN?filter=equals(name,"halyard-test-r1-1-x")',
    );
    expect(out("/api/coupon-codes?filter=equals(coupon.id,'TEN')&sort=id")).toBe(
      "/api/coupon-codes?filter=equals(coupon.id,'halyard-test-r1-1-TEN')&sort=id",
    );
    expect(out("/api/profiles?filter=any(email%2C%5B%22a%22%2C%22b%22%5D)")).toBe(
      '/api/profiles?filter=any(email,["halyard-test-r1-1-a","halyard-test-r1-1-b"])',
    );
    expect(names.bodyOut({ meta: { patch_identifiers: { append: { email: ["a"] } } } })).toEqual({
      meta: { patch_identifiers: { append: { email: ["halyard-test-r1-1-a"] } } },
    });
    expect(names.textIn('{"id":"halyard-test-r1-1-TEN"}')).toBe('{"id":"TEN"}');
    names.next();
    expect(names.bodyOut({ type: "tag", attributes: { name: "vip" } })).toEqual({
      type: "tag",
      attributes: { name: "halyard-test-r1-2-vip" },
    });
    expect(names.textIn("halyard-test-r1-1-x halyard-test-r1-2-y halyard-test-r2-1-z")).toBe("x y halyard-test-r2-1-z");
  });
});

describe("a recording", () => {
  it("has no person in it, and the form of everything", () => {
    const answer = {
      data: {
        type: "profile",
        id: "01JT8ZFT0RD24A0XPXQVNBBB04",
        attributes: {
          email: "ada@example.com",
          phone_number: "+15005550006",
          first_name: "Ada",
          created: "2026-07-15T10:00:00+00:00",
          location: { latitude: 51.5, city: "London" },
          properties: { birthday: "1815-12-10", size: 7 },
          subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } },
        },
        links: { self: "https://a.klaviyo.com/api/profiles/01JT8ZFT0RD24A0XPXQVNBBB04/" },
      },
    };
    expect(maskJson(answer)).toEqual({
      data: {
        type: "profile",
        id: "01JT8ZFT0RD24A0XPXQVNBBB04",
        attributes: {
          email: "xxx(at)xxxxxxx.xxx",
          phone_number: "+00000000000",
          first_name: "Xxx",
          created: "2026-07-15T10:00:00+00:00",
          location: { latitude: 0, city: "Xxxxxx" },
          properties: { birthday: "0000-00-00", size: 0 },
          subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } },
        },
        links: { self: "/api/profiles/01JT8ZFT0RD24A0XPXQVNBBB04/" },
      },
    });
    expect(
      maskJson({ errors: [{ code: "invalid", title: "Invalid input.", detail: "Duplicate email found: ada@example.com of 'Ada'" }] }),
    ).toEqual({
      errors: [{ code: "invalid", title: "Invalid input.", detail: "Duplicate email found: xxx(at)xxxxxxx.xxx of 'Xxx'" }],
    });
    expect(maskLink("/api/profiles?filter=equals(email,%22ada@example.com%22)&sort=-created")).toBe(
      '/api/profiles?filter=equals(email,"xxx(at)xxxxxxx.xxx")&sort=-created',
    );
  });
});

describe("the pace", () => {
  it("keeps within the second's and the minute's window, and tells when a day is full", async () => {
    const clock = createManualClock(0);
    const pace = createPace(clock);
    const one = { ...operation("get_tags"), limits: { perSecond: 3, perMinute: 5, perDay: 7 } };
    for (let i = 0; i < 7; i++) await pace(one, new URLSearchParams());
    expect(clock.waits).toEqual([1000, 59_000, 1000].slice(0, clock.waits.length));
    expect(clock.now()).toBe(60_000);
    await expect(pace(one, new URLSearchParams())).rejects.toThrow(/7 times a day/);
  });
});
