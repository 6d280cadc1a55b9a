import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../catalog/catalog.ts";
import { createManualClock } from "../../lib/clock.ts";
import { createAccount } from "../account.ts";
import { eventResource } from "../resources/events.ts";
import { listResource } from "../resources/lists.ts";
import { webhookDeliveries, webhooks, type DeliveryStatus } from "../resources/webhook-rows.ts";
import { accountResource } from "../resources/accounts.ts";
import { tagGroupResource } from "../resources/tag-groups.ts";
import { webhookResource } from "../resources/webhooks.ts";
import { events } from "../resources/event-rows.ts";
import { createCourier, type CourierOptions } from "./courier.ts";

const NOW = Date.UTC(2026, 6, 15, 10);

/** An account with one webhook that is owed `count` deliveries, and its courier. */
function owing(status: DeliveryStatus, count: number, options: Partial<CourierOptions>) {
  const clock = createManualClock(NOW);
  const resources = [accountResource, listResource, tagGroupResource, eventResource, webhookResource];
  const none = { transitions: () => "timed" as const, origin: () => "http://x", log: () => undefined, actions: [] };
  const account = createAccount({ catalog: loadCatalog(), seed: "x", profiles: 0, resources, clock: () => clock, ...none });
  account.engine.run((ctx) => {
    const times = { created: NOW, updated: NOW };
    ctx.rows(webhooks).put({ id: "w", name: "W", url: "http://127.0.0.1:9", secret: "s", enabled: true, topics: ["t"], ...times });
    for (let i = 0; i < count; i++) {
      ctx.rows(events).put({ id: `e${i}`, metric: "m", profile: "p", at: NOW });
      const items = [{ event: `e${i}`, topic: "t" }];
      ctx.rows(webhookDeliveries).put({ id: `d${i}`, webhook: "w", status, items, queued: NOW, attempts: status === "queued" ? 0 : 1 });
    }
  });
  const failures: unknown[] = [];
  const onFailure = (thrown: unknown): void => void failures.push(thrown);
  const { engine, state } = account;
  const courier = createCourier({ engine, state, fetch: async () => new Response(), wait: undefined, onFailure, ...options });
  return { account, clock, courier, failures, statuses: () => courier.deliveries().map((each) => each.status) };
}

describe("the courier", () => {
  it("carries nothing before it starts, then what a former process had on its way", async () => {
    const { courier, statuses, failures } = owing("sending", 2, {});
    await courier.idle();
    expect(statuses()).toEqual(["sending", "sending"]);
    courier.start();
    await courier.idle();
    expect([statuses(), failures]).toEqual([["delivered", "delivered"], []]);
  });

  it("has a few requests open at once and carries the rest afterwards", async () => {
    let open = 0;
    let most = 0;
    const { courier, statuses } = owing("queued", 30, {
      async fetch() {
        most = Math.max(most, ++open);
        await new Promise(setImmediate);
        open--;
        return new Response();
      },
    });
    courier.start();
    await courier.idle();
    expect([most, new Set(statuses())]).toEqual([8, new Set(["delivered"])]);
  });

  it("breaks off what is on its way when it stops, and leaves it to the next one", async () => {
    const { courier, statuses, failures } = owing("queued", 1, {
      fetch: (_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted")))),
    });
    courier.start();
    await new Promise(setImmediate);
    await courier.stop();
    expect([statuses(), failures]).toEqual([["sending"], []]);
  });

  it("looks after retries by itself where time passes by itself", async () => {
    const waits: number[] = [];
    const { account, clock, courier, statuses } = owing("queued", 1, {
      fetch: async () => new Response(null, { status: waits.length === 0 ? 500 : 200 }),
      wait: async (waitMs, signal) => {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        waits.push(waitMs);
        clock.advance(30_000);
      },
    });
    courier.start();
    while (statuses()[0] !== "delivered") await new Promise(setImmediate);
    await courier.stop();
    expect(waits.slice(0, 2)).toEqual([1000, 1000]);
    expect(account.engine.run((ctx) => ctx.rows(webhooks).get("w")?.failingSince)).toBeUndefined();
  });
});
