import { afterEach, beforeEach, describe, expect } from "vitest";
import { actions } from "../../src/sandbox/actions.ts";
import { resources } from "../../src/sandbox/resources.ts";
import { createLoopback } from "../loopback.ts";
import { bodyOf, endpoint, hooks, signatureOf, type Hooks } from "./hooked.ts";
import { dataOf, open, type Opened } from "./open.ts";
import { attributesOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

const HOUR = 3_600_000;
let account: Opened;
let hook: Hooks;
beforeEach(async () => {
  account = await open({ resources, actions });
  hook = hooks(account);
  // The metric, and with it its topic, appears with the first event.
  await hook.happens("Ordered");
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.19" } as const;
const notes = { as: "assumed", from: "behaviour.md §2.19 (no schedule is stated; notes of others on the vendor's guide)" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.19" } as const;
const isEnabled = async (id: string) => attributesOf(await account.call(`GET /api/webhooks/${id}`))["enabled"];

describe("a delivery", () => {
  behaviour("is a signed POST of the event as Get Event answers it", spec, async () => {
    await using receiver = await endpoint(202);
    const id = await hook.to(`${receiver.origin}/hook?x=1`);
    await hook.happens("Ordered", "zoë@example.com");
    const [seen] = receiver.seen;
    if (!seen) return expect.unreachable();
    expect([seen.method, seen.url, seen.headers["content-type"]]).toEqual(["POST", "/hook?x=1", "application/json"]);
    expect(seen.headers).toMatchObject({
      "klaviyo-webhook-id": id,
      "klaviyo-signature": signatureOf(seen),
    });
    const { data, meta } = bodyOf(seen);
    expect(meta).toEqual({
      klaviyo_account_id: account.accountId,
      klaviyo_webhook_id: id,
      timestamp: "2026-07-15T10:00:02.000000+00:00",
    });
    const eventId = data[0]?.external_id ?? "";
    const read = await account.call(`GET /api/events/${eventId}`);
    expect(data).toEqual([{ external_id: eventId, topic: "event:api.ordered", payload: { data: read.body["data"] } }]);
    expect(dataOf(read)[0]?.attributes["event_properties"]).toMatchObject({ size: 7 });
  });

  behaviour("says when it was sent, by the sandbox clock, as HTTP writes dates", notes, async () => {
    await using receiver = await endpoint(200);
    await hook.to(receiver.origin);
    await hook.happens("Ordered");
    expect(receiver.seen[0]?.headers["klaviyo-timestamp"]).toBe("Wed, 15 Jul 2026 10:00:02 GMT");
  });

  behaviour("holds the events that came together", notes, async () => {
    await using receiver = await endpoint(200);
    await hook.to(receiver.origin);
    const event = (unique: number) => ({
      type: "event",
      attributes: {
        properties: {},
        unique_id: `u${unique}`,
        metric: { data: { type: "metric", attributes: { name: "Ordered" } } },
      },
    });
    const group = {
      type: "event-bulk-create",
      attributes: {
        profile: { data: { type: "profile", attributes: { email: "ada@example.com" } } },
        events: { data: [event(1), event(2), event(3)] },
      },
    };
    await account.call("POST /api/event-bulk-create-jobs", {
      data: { type: "event-bulk-create-job", attributes: { "events-bulk-create": { data: [group] } } },
    });
    const [delivery] = await hook.later(1000);
    expect([receiver.seen.length, delivery?.items.length, delivery?.status]).toEqual([1, 3, "delivered"]);
  });

  behaviour("goes to each webhook that is enabled and has the topic", spec, async () => {
    await using wanted = await endpoint(200);
    await using other = await endpoint(200);
    await using disabled = await endpoint(200);
    await hook.to(wanted.origin);
    await hook.to(`${wanted.origin}/twice`, ["event:api.ordered", "event:klaviyo.opened_email"]);
    await hook.to(other.origin, ["event:klaviyo.opened_email"]);
    await hook.patch(await hook.to(disabled.origin), { enabled: false });
    await hook.happens("Ordered");
    expect(wanted.seen.map(({ url }) => url).toSorted()).toEqual(["/", "/twice"]);
    expect([other.seen.length, disabled.seen.length]).toEqual([0, 0]);
  });

  behaviour("never holds up a request", assumed, async () => {
    let release = (): void => undefined;
    await using slow = await createLoopback((response) => {
      release = () => response.end();
    });
    await hook.to(slow.origin);
    const pending = hook.happens("Ordered");
    while (slow.seen.length === 0) expect((await account.call("GET /api/accounts")).status).toBe(200);
    expect((await account.call("GET /_sandbox/state")).status).toBe(200);
    release();
    expect(await pending).toMatchObject([{ status: "delivered", answer: 200, attempts: 1 }]);
    expect((await account.call("GET /_sandbox/deliveries")).body).toMatchObject([{ status: "delivered" }]);
  });

  behaviour("is withheld from other machines", { as: "assumed", from: "behaviour.md §2.19 (a sandbox sends nothing out)" }, async () => {
    const asked: unknown[] = [];
    const watched = await open({ resources, actions, fetch: async (url) => (asked.push(url), new Response()) });
    const own = hooks(watched);
    await own.happens("Ordered");
    await own.to("https://shop.example/hook");
    expect(await own.happens("Ordered")).toMatchObject([{ status: "withheld", attempts: 0 }]);
    await own.to("http://127.0.0.1:9/hook");
    await own.happens("Ordered");
    expect(asked).toEqual(["http://127.0.0.1:9/hook"]);
    await watched.close();
  });
});

describe("a delivery that fails", () => {
  behaviour("is tried again, later each time, until it is accepted", notes, async () => {
    await using receiver = await endpoint(500, 302, 204, 201);
    await hook.to(receiver.origin);
    expect(await hook.happens("Ordered")).toMatchObject([{ status: "waiting", answer: 500, attempts: 1 }]);
    await hook.later(59_000);
    expect(receiver.seen).toHaveLength(1);
    expect(await hook.later(1000)).toMatchObject([{ status: "waiting", answer: 302, attempts: 2 }]);
    expect(await hook.later(120_000)).toMatchObject([{ status: "waiting", answer: 204, attempts: 3 }]);
    expect(await hook.later(240_000)).toMatchObject([{ status: "delivered", answer: 201, attempts: 4 }]);
    expect(receiver.seen.map(({ url }) => url)).toEqual(["/", "/", "/", "/"]);
    const [first, last] = [receiver.seen[0], receiver.seen[3]];
    expect(last?.headers["klaviyo-timestamp"]).not.toBe(first?.headers["klaviyo-timestamp"]);
    expect(last?.headers["klaviyo-signature"]).toBe(last && signatureOf(last));
  });

  behaviour("waits an hour at most, and its webhook is disabled after 48 hours", notes, async () => {
    await using receiver = await endpoint(503);
    const id = await hook.to(receiver.origin);
    await hook.happens("Ordered");
    for (let hours = 0; hours < 47; hours++) await hook.later(HOUR);
    const before = receiver.seen.length;
    expect([before > 47, await isEnabled(id)]).toEqual([true, true]);
    await hook.later(HOUR);
    expect(await hook.later(HOUR)).toMatchObject([{ status: "failed", answer: 503 }]);
    expect(await isEnabled(id)).toBe(false);
    const after = receiver.seen.length;
    await hook.happens("Ordered");
    expect(receiver.seen).toHaveLength(after);
    await hook.patch(id, { enabled: true });
    await hook.happens("Ordered");
    expect([receiver.seen.length, await isEnabled(id)]).toEqual([after + 1, true]);
  });

  behaviour("says why when there was no answer", assumed, async () => {
    const gone = await endpoint(200);
    await gone[Symbol.asyncDispose]();
    await hook.to(gone.origin);
    expect(await hook.happens("Ordered")).toMatchObject([{ status: "waiting", reason: "no connection", attempts: 1 }]);
  });

  behaviour("is forgotten by a reset", assumed, async () => {
    let release = (): void => undefined;
    await using slow = await createLoopback((response) => {
      release = () => response.end();
    });
    await hook.to(slow.origin);
    const pending = hook.happens("Ordered");
    while (slow.seen.length === 0) await account.call("GET /api/accounts");
    account.control.reset();
    release();
    expect(await pending).toEqual([]);
  });
});
