import { afterEach, beforeEach, describe, expect } from "vitest";
import { endpoint, hooks, SENT_SMS, type Hooks } from "./hooked.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: People;
let hook: Hooks;
beforeEach(async () => {
  account = await openPeople();
  hook = hooks(account);
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.19" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.19" } as const;
const topicIds = async () => dataOf(await account.call("GET /api/webhook-topics")).map(({ id }) => id);

describe("webhooks", () => {
  behaviour(
    "never show their secret, and of their endpoint the origin only",
    { as: "documented", from: "openapi/stable-2026-07-15.json create_webhook" },
    async () => {
      const made = await hook.create("https://shop.example/hook?token=abc", [SENT_SMS], { description: "texts" });
      expect(made.status).toBe(201);
      expect(attributesOf(made)).toEqual({
        name: "Hook",
        description: "texts",
        endpoint_url: "https://shop.example",
        enabled: true,
        created_at: "2026-07-15T10:00:00.000000+00:00",
        updated_at: "2026-07-15T10:00:00.000000+00:00",
      });
      const changed = await hook.patch(idOf(made), { secret_key: "fedcba9876543210", endpoint_url: "https://other.example/x" });
      expect(attributesOf(changed)["endpoint_url"]).toBe("https://other.example");
      expect(made.text + changed.text).not.toMatch(/0123456789abcdef|fedcba9876543210|token/);
    },
  );

  behaviour("include their topics", spec, async () => {
    const id = await hook.to("https://shop.example", [SENT_SMS, "event:klaviyo.opened_email"]);
    await hook.to("https://other.example", [SENT_SMS]);
    const one = await account.call(`GET /api/webhooks/${id}?include=webhook-topics`);
    expect(dataOf(one)[0]?.relationships["webhook-topics"]?.["data"]).toEqual([
      { type: "webhook-topic", id: SENT_SMS },
      { type: "webhook-topic", id: "event:klaviyo.opened_email" },
    ]);
    const all = await account.call("GET /api/webhooks?include=webhook-topics");
    expect((all.body["included"] as { id: string }[]).map((topic) => topic.id)).toEqual([SENT_SMS, "event:klaviyo.opened_email"]);
    expect((await account.call("GET /api/webhooks")).body["included"]).toBeUndefined();
  });

  behaviour("want https and a long secret", spec, async () => {
    for (const [url, topics, more, status, pointer] of [
      ["http://shop.example", [SENT_SMS], {}, 400, "/data/attributes/endpoint_url"],
      ["ftp://127.0.0.1", [SENT_SMS], {}, 400, "/data/attributes/endpoint_url"],
      ["shop", [SENT_SMS], {}, 400, "/data/attributes/endpoint_url"],
      ["https://shop.example", [SENT_SMS], { secret_key: "0123456789abcde" }, 400, "/data/attributes/secret_key"],
    ] as const) {
      const refused = await hook.create(url, [...topics], more);
      expect([url, refused.status, errorOf(refused).source]).toEqual([url, status, { pointer }]);
    }
    expect(account.control.state().counts["webhooks"]).toBe(0);
  });

  behaviour(
    "may use http on the sandbox's own machine",
    { as: "assumed", from: "behaviour.md §2.19 (a sandbox of one's own has no certificate)" },
    async () => {
      for (const host of ["127.0.0.1", "localhost", "[::1]", "127.1"])
        expect([host, (await hook.create(`http://${host}:9/x`, [SENT_SMS])).status]).toEqual([host, 201]);
      expect((await hook.create("http://0.0.0.0:9", [SENT_SMS])).status).toBe(400);
      expect((await hook.create("http://127.0.0.1.nip.example", [SENT_SMS])).status).toBe(400);
    },
  );

  behaviour("need a topic, and one that the account has", assumed, async () => {
    expect(errorOf(await hook.create("https://shop.example", [])).source).toEqual({ pointer: "/data/relationships/webhook-topics/data" });
    expect((await hook.create("https://shop.example", [SENT_SMS, "event:api.nothing"])).status).toBe(404);
  });

  behaviour("change what an update names", spec, async () => {
    const id = await hook.to("https://shop.example", [SENT_SMS]);
    await hook.patch(id, { description: "texts", enabled: false });
    expect(attributesOf(await hook.patch(id, { name: "New" }))).toMatchObject({ name: "New", description: "texts", enabled: false });
    expect(attributesOf(await hook.patch(id, { description: null, enabled: null }))).toMatchObject({ description: null, enabled: false });
    const replace = (topics: string[]) =>
      account.call(`PATCH /api/webhooks/${id}`, {
        data: {
          type: "webhook",
          id,
          attributes: {},
          relationships: { "webhook-topics": { data: topics.map((topic) => ({ type: "webhook-topic", id: topic })) } },
        },
      });
    expect([(await replace([])).status, (await replace(["event:api.nothing"])).status]).toEqual([400, 404]);
    expect((await replace(["event:klaviyo.clicked_sms"])).status).toBe(200);
    const read = await account.call(`GET /api/webhooks/${id}?include=webhook-topics`);
    expect((read.body["included"] as { id: string }[]).map((topic) => topic.id)).toEqual(["event:klaviyo.clicked_sms"]);
  });

  behaviour("go with what they still had to deliver", assumed, async () => {
    await using failing = await endpoint(500);
    await hook.happens("Ordered");
    const id = await hook.to(failing.origin);
    expect(await hook.happens("Ordered")).toMatchObject([{ webhook: id, status: "waiting" }]);
    expect((await account.call(`DELETE /api/webhooks/${id}`)).status).toBe(204);
    expect(await hook.later(3_600_000)).toEqual([]);
    expect(failing.seen).toHaveLength(1);
  });
});

describe("webhook topics", () => {
  behaviour("are the standing ones and one per metric of the account", spec, async () => {
    const before = await topicIds();
    expect(before).toEqual(before.toSorted());
    expect(before).toEqual(
      expect.arrayContaining([
        SENT_SMS,
        ..."opened_email clicked_email bounced_email dropped_email email_delivered received_email marked_email_as_spam subscribed_to_list"
          .split(" ")
          .map((name) => `event:klaviyo.${name}`),
        "event:klaviyo.failed_to_deliver_automated_response_sms",
        "event:klaviyo.unsubscribed_from_sms_marketing",
        "event:klaviyo.submitted_review",
        "event:api.active_on_site",
      ]),
    );
    await hook.happens("Ordered Größe-2!");
    expect((await topicIds()).filter((id) => !before.includes(id))).toEqual(["event:api.ordered_größe_2"]);
  });

  behaviour("have an address and no attributes", spec, async () => {
    const one = await account.call(`GET /api/webhook-topics/${SENT_SMS}`);
    expect(one.body["data"]).toEqual({
      type: "webhook-topic",
      id: SENT_SMS,
      links: { self: `${account.url}/api/webhook-topics/${SENT_SMS}/` },
    });
    expect((await account.call("GET /api/webhook-topics/event:api.nothing")).status).toBe(404);
  });
});
