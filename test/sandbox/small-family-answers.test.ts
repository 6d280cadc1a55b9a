import { afterAll, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { prepare } from "../account/skip.ts";
import { schemaViolations, type Called } from "./open.ts";
import { idOf, openPeople, type People } from "./people.ts";
import { behaviour, schemaOf } from "./provenance.ts";

/** Families that are small enough to be answered for together. */
const AREAS = new Set(["coupons", "tracking-settings", "web-feeds", "webhooks"]);
const operations = loadCatalog().operations.filter(({ area, channel }) => channel === "stable" && AREAS.has(area));

let account: People;
const called = new Map<string, Called>();

prepare(async () => {
  account = await openPeople();
  const call = async (operation: string, request: string, body?: unknown): Promise<string> => {
    const answer = await account.call(request, body);
    called.set(operation, answer);
    return idOf(answer);
  };
  const coupon = { type: "coupon", id: "TEN" };
  const codeBody = (code: string) => ({
    type: "coupon-code",
    attributes: { unique_code: code },
    relationships: { coupon: { data: coupon } },
  });
  await call("create_coupon", "POST /api/coupons", { data: { type: "coupon", attributes: { external_id: "TEN" } } });
  await call("update_coupon", "PATCH /api/coupons/TEN", { data: { ...coupon, attributes: { description: "ten off" } } });
  const code = await call("create_coupon_code", "POST /api/coupon-codes", { data: codeBody("A") });
  await call("update_coupon_code", `PATCH /api/coupon-codes/${code}`, {
    data: { type: "coupon-code", id: code, attributes: { status: "USED" } },
  });
  const job = await call("bulk_create_coupon_codes", "POST /api/coupon-code-bulk-create-jobs", {
    data: { type: "coupon-code-bulk-create-job", attributes: { "coupon-codes": { data: [codeBody("A"), codeBody("B")] } } },
  });
  account.control.advance(60_000);
  const feed = { name: "Blog", url: "https://shop.example/feed.json", request_method: "get", content_type: "json" };
  const feedId = await call("create_web_feed", "POST /api/web-feeds", { data: { type: "web-feed", attributes: feed } });
  await call("update_web_feed", `PATCH /api/web-feeds/${feedId}`, { data: { type: "web-feed", id: feedId, attributes: { name: "News" } } });
  const setting = account.accountId;
  await call("update_tracking_setting", `PATCH /api/tracking-settings/${setting}`, {
    data: { type: "tracking-setting", id: setting, attributes: { auto_add_parameters: true } },
  });
  const topic = "event:klaviyo.sent_sms";
  const topics = { "webhook-topics": { data: [{ type: "webhook-topic", id: topic }] } };
  const hook = { name: "Hook", endpoint_url: "https://shop.example/hook", secret_key: "0123456789abcdef" };
  const hookId = await call("create_webhook", "POST /api/webhooks", { data: { type: "webhook", attributes: hook, relationships: topics } });
  await call("update_webhook", `PATCH /api/webhooks/${hookId}`, { data: { type: "webhook", id: hookId, attributes: { enabled: false } } });
  const reads: Record<string, string> = {
    get_coupons: "/api/coupons",
    get_coupon: "/api/coupons/TEN",
    get_coupon_codes: "/api/coupon-codes?filter=equals(coupon.id,'TEN')&include=coupon",
    get_coupon_code: `/api/coupon-codes/${code}?include=coupon`,
    get_bulk_create_coupon_code_jobs: "/api/coupon-code-bulk-create-jobs",
    get_bulk_create_coupon_codes_job: `/api/coupon-code-bulk-create-jobs/${job}?include=coupon-codes`,
    get_coupon_for_coupon_code: `/api/coupon-codes/${code}/coupon`,
    get_coupon_id_for_coupon_code: `/api/coupon-codes/${code}/relationships/coupon`,
    get_coupon_codes_for_coupon: "/api/coupons/TEN/coupon-codes",
    get_coupon_code_ids_for_coupon: "/api/coupons/TEN/relationships/coupon-codes",
    get_tracking_settings: "/api/tracking-settings",
    get_tracking_setting: `/api/tracking-settings/${setting}`,
    get_web_feeds: "/api/web-feeds",
    get_web_feed: `/api/web-feeds/${feedId}`,
    get_webhooks: "/api/webhooks?include=webhook-topics",
    get_webhook: `/api/webhooks/${hookId}?include=webhook-topics`,
    get_webhook_topics: "/api/webhook-topics",
    get_webhook_topic: `/api/webhook-topics/${topic}`,
  };
  for (const [operation, path] of Object.entries(reads)) await call(operation, `GET ${path}`);
  await call("delete_webhook", `DELETE /api/webhooks/${hookId}`);
  await call("delete_web_feed", `DELETE /api/web-feeds/${feedId}`);
  await call("delete_coupon_code", `DELETE /api/coupon-codes/${code}`);
  await call("delete_coupon", "DELETE /api/coupons/TEN");
});
afterAll(() => account.close());

for (const operation of operations) {
  behaviour(`${operation.id} answers as the vendor's schema has it`, schemaOf(operation), () => {
    const answer = called.get(operation.id) ?? expect.fail("was not called");
    expect([answer.status, answer.text]).toEqual([operation.answers[0]?.status, expect.any(String)]);
    expect(schemaViolations(operation.id, answer)).toEqual([]);
  });
}

it("covers every stable operation of these families", () => {
  expect(operations.map(({ id }) => id).toSorted()).toEqual([...called.keys()].toSorted());
});
