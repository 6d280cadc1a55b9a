import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { subscribe, unsubscribe } from "../../src/sandbox/resources/consent.ts";
import { MINUTE } from "./campaigning.ts";
import { delay, email, groups, openFlowing, property, type Flowing } from "./flowing.ts";
import { endpoint } from "./hooked.ts";
import { at } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.11" } as const;
const grammar = { as: "documented", from: "openapi/stable-2026-07-15.json FlowDefinition" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.11" } as const;
const gold = groups(property("tier", "gold"));

/** Sends people through a flow and tells which messages each got. */
async function through(actions: JsonObject[], people: string[]): Promise<string[][]> {
  const list = await account.list("News");
  await account.set(await account.flow({ type: "list", id: list }, actions), "live");
  await account.addTo(list, ...people);
  account.control.advance(MINUTE);
  return Promise.all(people.map(account.sent));
}

async function tiers(): Promise<string[]> {
  const person = (tier: string) => account.person({ email: `${tier}@gmail.com`, properties: { tier } });
  return [await person("gold"), await person("tin"), await person("silver")];
}

describe("splits", () => {
  const ends = (): JsonObject[] =>
    ["gold", "silver", "rest"].map((name) => ({ ...email(name), temporary_id: name, links: { next: null } }));

  behaviour("by a condition send people one of two ways", grammar, async () => {
    const fork = { type: "conditional-split", data: { profile_filter: gold }, links: { next_if_true: "gold", next_if_false: "rest" } };
    expect(await through([fork, ...ends()], await tiers())).toEqual([["gold"], ["rest"], ["rest"]]);
  });

  behaviour("with many branches take the first that fits, else the one for the rest", grammar, async () => {
    const branch = (id: string, order: number, filter: JsonObject | null): JsonObject => ({
      branch_id: id,
      order,
      is_else: filter === null,
      branch_filter: filter,
      links: { next: id },
    });
    const anyone = groups({
      type: "profile-property",
      property: "properties['tier']",
      filter: { type: "string", operator: "contains", value: "l" },
    });
    const branches = [branch("rest", 3, null), branch("silver", 2, anyone), branch("gold", 1, gold)];
    const fork = { type: "multi-branch-split", data: { name: "Tiers", branches }, links: null };
    expect(await through([fork, ...ends()], await tiers())).toEqual([["gold"], ["rest"], ["silver"]]);
  });

  behaviour("by the trigger look at the event", grammar, async () => {
    const who = await account.person({ email: "a@gmail.com" });
    await account.track("a@gmail.com", "Ordered");
    account.control.advance(1000);
    const metric = await account.metric("Ordered");
    const large = groups({
      type: "metric-property",
      metric_id: metric,
      field: "$value",
      filter: { type: "numeric", operator: "greater-than", value: 50 },
    });
    const data = { trigger_filter: large, trigger_id: metric, trigger_type: "metric" };
    const fork = { type: "trigger-split", data, links: { next_if_true: "gold", next_if_false: "rest" } };
    await account.set(await account.flow({ type: "metric", id: metric }, [fork, ...ends()]), "live");
    for (const value of [60, 40]) {
      await account.track("a@gmail.com", "Ordered", { value, unique_id: String(value) });
      account.control.advance(MINUTE);
    }
    expect(await account.sent(who)).toEqual(["gold", "rest"]);
  });

  behaviour("by a test send each person one variation, by its allocations", assumed, async () => {
    const experiment = { name: "Subject", variations: [email("A"), email("B")], allocations: { a: 75, b: 25 } };
    const test = { type: "ab-test", data: { main_action: email("Main"), current_experiment: experiment } };
    const people: string[] = [];
    for (let i = 0; i < 60; i++) people.push(await account.person({ email: `p${i}@gmail.com` }));
    const sent = (await through([test], people)).flat();
    const share = sent.filter((name) => name === "A").length;
    expect([sent.length, new Set(sent), share > 35 && share < 55]).toEqual([60, new Set(["A", "B"]), true]);
    const [received] = await account.events(people[0] ?? "");
    expect(received?.properties["$variation"]).toMatch(/^\d+$/);
  });
});

describe("actions", () => {
  behaviour("change the profile", grammar, async () => {
    const operation = (key: string, type: string, value: unknown, more = {}): JsonObject =>
      ({ operator: "update", property_type: type, property_key: key, property_value: value, ...more }) as JsonObject;
    const operations = [
      operation("level", "numeric", 3),
      operation("since", "date", "today"),
      operation("tags", "list", "new", { property_operation: "add" }),
      operation("old", "list", "x", { property_operation: "remove" }),
      { operator: "delete", property_key: "gone" },
    ];
    const who = await account.person({ email: "a@gmail.com", properties: { tags: ["vip"], old: ["x", "y"], gone: 1 } });
    await through([{ type: "update-profile", data: { profile_operations: operations } }], [who]);
    expect((await account.read(who))["properties"]).toEqual({ level: 3, since: "2026-07-15", tags: ["vip", "new"], old: ["y"] });
  });

  behaviour("put people on lists, which starts their flows, and take them off", grammar, async () => {
    const [to, from] = [await account.list("To"), await account.list("From")];
    await account.set(await account.flow({ type: "list", id: to }, [email("Second")]), "live");
    const who = await account.person({ email: "a@gmail.com" });
    await account.addTo(from, who);
    const update = (list: string, isAdding: boolean): JsonObject => ({
      type: "list-update",
      data: { name: "L", list_id: list, on_execution: isAdding },
    });
    expect(await through([update(to, true), update(from, false)], [who])).toEqual([["Second"]]);
    expect(await account.listIds(who)).toContain(to);
    expect(await account.listIds(who)).not.toContain(from);
  });

  behaviour("record an event, and pass over what only Klaviyo itself can do", assumed, async () => {
    const service = { service_method_type: "track-event", event_key: "Reached", event_payload: { step: 1 } };
    const who = await account.person({ email: "a@gmail.com" });
    const actions = [{ type: "internal-service", data: { service_configuration: service } }, { type: "code", data: {} }, email("End")];
    expect(await through(actions, [who])).toEqual([["End"]]);
    expect((await account.events(who)).find(({ metric }) => metric === "Reached")?.properties).toMatchObject({ step: 1 });
  });

  behaviour("end at a stock that nobody asked for, and at an output that nothing gives", assumed, async () => {
    const [first = "", second = ""] = await tiers();
    expect(await through([{ type: "back-in-stock-delay" }, email("Back")], [first])).toEqual([[]]);
    const fork = { type: "action-output-split", data: { action_output_filter: null }, links: { next_if_true: "yes", next_if_false: null } };
    expect(await through([fork, { ...email("Yes"), temporary_id: "yes" }], [second])).toEqual([[]]);
  });
});

describe("messages", () => {
  behaviour("go out on the channels that people agreed to", { as: "documented", from: "behaviour.md §2.3" }, async () => {
    const both = await account.person({ email: "a@gmail.com", phone_number: "+12025550123" });
    const out = await account.person({ email: "b@gmail.com", phone_number: "+12025550124" });
    await account.within((ctx) => {
      subscribe(ctx, both, { channel: "sms" });
      unsubscribe(ctx, out, { channel: "email" });
    });
    const text = { type: "send-sms", data: { message: { name: "Text", body: "Hi", smart_sending_enabled: false } } };
    // Within a second events have no order.
    const sent = await through([text, email("Mail"), email("Receipt", { transactional: true })], [both, out]);
    expect(sent.map((names) => names.toSorted())).toEqual([["Mail", "Receipt", "Text"], ["Receipt"]]);
  });

  behaviour("are passed over by Smart Sending within 16 hours", { as: "documented", from: "behaviour.md §2.10" }, async () => {
    const who = await account.person({ email: "a@gmail.com" });
    const smart = { smart_sending_enabled: true };
    await through([email("One", smart), email("Two", smart), delay(17, "hours"), email("Three", smart)], [who]);
    account.control.advance(18 * 60 * MINUTE);
    expect(await account.sent(who)).toEqual(["One", "Three"]);
  });

  behaviour("to other machines and to the shop itself are noted, not sent", assumed, async () => {
    const hook = { type: "send-webhook", data: { message: { url: "https://shop.example/hook", headers: {}, body: "{}" } } };
    const alert = { from_email: "a@shop.example", from_label: "Shop", to_emails: ["me@shop.example"], subject_line: "New" };
    const who = await account.person({ email: "a@gmail.com" });
    const actions = [
      hook,
      { type: "send-internal-alert", data: { message: alert } },
      { type: "send-whatsapp", data: { message: { vendor_id: "1" } } },
    ];
    expect(await through([...actions, email("End")], [who])).toEqual([["End"]]);
    expect(account.count("flow_notes")).toBe(3);
  });

  behaviour("are opened and clicked as those of campaigns are, credited to the flow", spec, async () => {
    const people: string[] = [];
    for (let i = 0; i < 60; i++) people.push(await account.person({ email: `p${i}@gmail.com` }));
    await through([email("Hello")], people);
    account.control.advance(4 * 24 * 60 * MINUTE);
    const metrics = (await Promise.all(people.map(account.got))).flat();
    expect([metrics.filter((name) => name === "Received Email").length, metrics.includes("Opened Email")]).toEqual([60, true]);
    const opened = await account.call("GET /api/events?include=attributions&page[size]=5");
    const credited = (opened.body["included"] as JsonObject[]).map((each) => at(each, "relationships", "flow", "data")["type"]);
    expect(credited).toContain("flow");
  });
});

describe("a webhook on this machine", () => {
  behaviour(
    "is told of the person and the event; one that cannot be written is skipped",
    { as: "assumed", from: "developers.klaviyo.com flow-webhooks" },
    async () => {
      await using receiver = await endpoint(200);
      await account.track("a@gmail.com", "Ordered");
      account.control.advance(MINUTE);
      const hook = (body: string) => ({ type: "send-webhook", data: { message: { url: `${receiver.origin}/hook`, headers: {}, body } } });
      const body = '{"who":"{{ person.email }}","what":"{{ event.Item|upper }}","tier":"{{ person|lookup:\'The Tier\' }}"}';
      const trigger = { type: "metric", id: await account.metric("Ordered"), trigger_filter: null };
      await account.set(await account.flow(trigger, [hook(body), hook("{{ x|nothing }}")]), "live");
      await account.person({ email: "b@gmail.com", properties: { "The Tier": "A & B" } });
      await account.track("b@gmail.com", "Ordered", { properties: { Item: "mug" } });
      account.control.advance(MINUTE);
      await account.control.deliveries();
      expect(receiver.seen.map((each) => each.body)).toEqual(['{"who":"b@gmail.com","what":"MUG","tier":"A & B"}']);
    },
  );

  behaviour("is called, and again after an answer that says try later", { as: "documented", from: "behaviour.md §2.11" }, async () => {
    const calls: { token: unknown; body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        calls.push({ token: request.headers["x-token"], body: Buffer.concat(chunks).toString() });
        response.writeHead(calls.length === 1 ? 503 : 200).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook`;
    const who = await account.person({ email: "a@gmail.com" });
    await through([{ type: "send-webhook", data: { message: { url, headers: { "x-token": "t" }, body: '{"a":1}' } } }], [who]);
    await account.control.deliveries();
    expect(calls).toEqual([{ token: "t", body: '{"a":1}' }]);
    for (let i = 0; i < 3; i++) {
      account.control.advance(MINUTE);
      await account.control.deliveries();
    }
    expect(calls).toHaveLength(2);
    server.close();
  });
});
