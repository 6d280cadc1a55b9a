import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { noteSoftBounce, forgetSoftBounces } from "../../src/sandbox/resources/bounces.ts";
import { email, openFlowing, type Flowing } from "./flowing.ts";
import { at, consentBody, SUBSCRIBE, subscribed, UNSUBSCRIBE, unsubscribed } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const ADDRESS = "ada@gmail.com";
const into = (more: JsonObject = {}): JsonObject => ({ email: ADDRESS, subscriptions: { email: subscribed(more) } });
const out: JsonObject = { email: ADDRESS, subscriptions: { email: unsubscribed } };
const wait = (): void => account.control.advance(60_000);
const ada = async (): Promise<string> => (await account.find(ADDRESS)) ?? "";
const metrics = async (): Promise<string[]> => (await account.events(await ada())).map(({ metric }) => metric);

describe("leaving a list", () => {
  behaviour("records both events, and the method of the consent that ends", { as: "observed", from: "recorded/events.json" }, async () => {
    const list = await account.list("News");
    await account.call(SUBSCRIBE, consentBody("create", [into()], { list, custom_source: "Fair" }));
    wait();
    await account.call(UNSUBSCRIBE, consentBody("delete", [out], { list }));
    const [leftList, leftMarketing] = (await account.events(await ada())).slice(2).toSorted((a, b) => (a.metric > b.metric ? -1 : 1));
    expect(leftList).toEqual({
      metric: "Unsubscribed from List",
      properties: { list_id: list, List: "News", $event_id: `${list}1784109660.000000` },
    });
    expect(leftMarketing).toEqual({
      metric: "Unsubscribed from Email Marketing",
      properties: {
        email_address: ADDRESS,
        list_ids: [list],
        list_names: ["News"],
        method: "API_V3_SUBSCRIBE",
        method_detail: "Fair",
        $event_id: "1784109660",
      },
    });
  });

  behaviour("and coming back are told like the first time", { as: "assumed", from: "behaviour.md §2.3 rule 5" }, async () => {
    const list = await account.list("News");
    for (const _ of [1, 2]) {
      await account.call(SUBSCRIBE, consentBody("create", [into()], { list }));
      wait();
      await account.call(UNSUBSCRIBE, consentBody("delete", [out], { list }));
      wait();
    }
    const found = await metrics();
    expect(found.filter((metric) => metric === "Subscribed to List")).toHaveLength(2);
    expect(found.filter((metric) => metric === "Subscribed to Email Marketing")).toHaveLength(2);
  });
});

describe("subscribing again", () => {
  behaviour(
    "renews the consent without an event",
    { as: "observed", from: "recorded/list-profiles.json, recorded/profiles.json" },
    async () => {
      await account.call(SUBSCRIBE, consentBody("create", [into()]));
      wait();
      await account.call(SUBSCRIBE, consentBody("create", [into()]));
      expect(at(await account.read(await ada()), "properties")).toMatchObject({ $consent_timestamp: "2026-07-15T10:01:00.000000+00:00" });
      expect(await metrics()).toEqual(["Subscribed to Email Marketing"]);
    },
  );

  behaviour("with an older date keeps the newer consent", { as: "assumed", from: "behaviour.md §2.3 rule 3" }, async () => {
    await account.call(SUBSCRIBE, consentBody("create", [into()]));
    await account.call(SUBSCRIBE, consentBody("create", [into({ consented_at: "2020-01-01" })], { historical_import: true }));
    expect(await account.email(await ada())).toMatchObject({ consent_timestamp: "2026-07-15T10:00:00+00:00" });
  });
});

describe("a historical import", () => {
  behaviour("starts no flow of its list", { as: "documented", from: "behaviour.md §2.3 rule 3" }, async () => {
    const list = await account.list("News");
    await account.set(await account.flow({ type: "list", id: list }, [email("Hello")]), "live");
    await account.call(SUBSCRIBE, consentBody("create", [into({ consented_at: "2020-01-01" })], { list, historical_import: true }));
    wait();
    expect([await account.listIds(await ada()), await account.sent(await ada())]).toEqual([[list], []]);
    await account.call(SUBSCRIBE, consentBody("create", [{ ...into(), email: "bea@gmail.com" }], { list }));
    wait();
    expect(await account.sent((await account.find("bea@gmail.com")) ?? "")).toEqual(["Hello"]);
  });
});

describe("a double opt-in", () => {
  behaviour(
    "once confirmed makes the person a subscriber of the list",
    { as: "documented", from: "behaviour.md §2.3 rule 2" },
    async () => {
      const list = await account.list("News", "double_opt_in");
      await account.call(SUBSCRIBE, consentBody("create", [into()], { list, custom_source: "Fair" }));
      expect(await account.find(ADDRESS)).toBeUndefined();
      wait();
      expect(account.control.confirm(ADDRESS)).toBe(1);
      expect(await account.email(await ada())).toMatchObject({
        consent: "SUBSCRIBED",
        consent_timestamp: "2026-07-15T10:01:00+00:00",
        method_detail: "Fair",
        double_optin: true,
      });
      expect(await account.listIds(await ada())).toEqual([list]);
      const told = (await account.events(await ada())).map(({ metric, properties }) => [metric, properties["double_optin"]]);
      expect(told).toHaveLength(2);
      expect(told).toEqual(
        expect.arrayContaining([
          ["Subscribed to Email Marketing", true],
          ["Subscribed to List", undefined],
        ]),
      );
      expect(() => account.control.confirm(ADDRESS)).toThrow("No confirmation is awaited from that address.");
    },
  );

  behaviour("cannot be confirmed after 72 hours", { as: "documented", from: "behaviour.md §2.3 rule 2" }, async () => {
    const list = await account.list("News", "double_opt_in");
    await account.call(SUBSCRIBE, consentBody("create", [into()], { list }));
    account.control.advance(72 * 3_600_000);
    expect(() => account.control.confirm(ADDRESS)).toThrow("No confirmation is awaited from that address.");
  });

  behaviour("is confirmed over HTTP too", { as: "assumed", from: "behaviour.md §2.3 rule 2" }, async () => {
    const list = await account.list("News", "double_opt_in");
    await account.call(SUBSCRIBE, consentBody("create", [into()], { list }));
    const confirm = (address: unknown) => account.call("POST /_sandbox/confirmations", { address });
    expect([(await confirm(5)).status, (await confirm("nobody@gmail.com")).status]).toEqual([400, 404]);
    expect((await confirm(ADDRESS)).body).toEqual({ confirmed: 1 });
  });
});

describe("soft bounces", () => {
  behaviour("suppress when there are more than seven in a row", { as: "documented", from: "behaviour.md §2.3 rule 9" }, async () => {
    const id = await account.person({ email: ADDRESS });
    const bounce = (times: number) =>
      account.within((ctx) => {
        for (let i = 0; i < times; i++) noteSoftBounce(ctx, id);
      });
    await bounce(7);
    await account.within((ctx) => forgetSoftBounces(ctx, id));
    await bounce(7);
    expect((await account.email(id))["suppression"]).toEqual([]);
    await bounce(1);
    expect(await account.email(id)).toMatchObject({ can_receive_email_marketing: false, suppression: [{ reason: "HARD_BOUNCE" }] });
  });
});
