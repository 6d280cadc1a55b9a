import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openAccount, NOW, DAY_MS } from "./activity.ts";
import { dataOf, schemaViolations, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";
import { at } from "./people.ts";

type Resource = ReturnType<typeof dataOf>[number];

/** Every page of a collection. */
async function all(sandbox: Opened, path: string): Promise<Resource[]> {
  const found: Resource[] = [];
  for (let next: string | null = path; next !== null;) {
    const answer = await sandbox.call(`GET ${next.replace(sandbox.url, "")}`);
    if (answer.status !== 200) throw new Error(answer.text);
    found.push(...dataOf(answer));
    next = ((answer.body["links"] ?? {}) as { next?: string }).next ?? null;
  }
  return found;
}

const idIn = (each: Resource, name: string): string => String(at(each.relationships, name, "data")["id"]);
const timeOf = (text: unknown): number => Date.parse(String(text));

describe("the seed", () => {
  it("is the same for the same seed and clock, and another for another of either", async () => {
    const opened = await Promise.all(
      [{}, {}, { seed: "other" }, { startAt: NOW + DAY_MS }].map((each) => openAccount({ profiles: 60, ...each })),
    );
    const [first, second, other, later] = opened.map(({ control }) => control.state().hash);
    expect(second).toBe(first);
    expect(new Set([first, other, later]).size).toBe(3);
    await Promise.all(opened.map((each) => each.close()));
  });

  it("is built anew under a journal, at the clock that it was built at first, and by a reset", async () => {
    const folder = mkdtempSync(join(tmpdir(), "halyard-seed-"));
    const options = { profiles: 30, persist: join(folder, "account.jsonl") };
    const before = await openAccount(options);
    const fresh = before.control.state();
    before.control.advance(90 * 60_000);
    await before.close();
    const after = await openAccount(options);
    expect(after.control.state()).toEqual(fresh);
    expect(after.control.clock().now).toBe(NOW + 90 * 60_000);
    await after.call("POST /api/lists", { data: { type: "list", attributes: { name: "New" } } });
    after.control.reset();
    expect(after.control.state()).toEqual(fresh);
    await after.close();
    rmSync(folder, { recursive: true });
  });

  it("has the same people first however many there are, with the same events", async () => {
    const [small, large] = await Promise.all([openAccount({ profiles: 40 }), openAccount({ profiles: 300 })]);
    const read = async (sandbox: Opened, path: string) =>
      (await all(sandbox, path)).map(({ id, attributes }) => `${id} ${JSON.stringify(attributes)}`);
    const everybody = new Set(await read(large, "/api/profiles?page[size]=100"));
    expect((await read(small, "/api/profiles?page[size]=100")).filter((each) => !everybody.has(each))).toEqual([]);
    expect(everybody.size).toBe(300);
    const happened = new Set(await read(large, "/api/events?page[size]=1000"));
    const few = await read(small, "/api/events?page[size]=1000");
    expect(few.filter((each) => !happened.has(each))).toEqual([]);
    expect(few.length / 40).toBeGreaterThan(40);
    await Promise.all([small.close(), large.close()]);
  });

  it("gives few of very many a history", async () => {
    const sandbox = await openAccount({ profiles: 20_000 });
    const { events, profiles } = sandbox.control.counts() as { events: number; profiles: number };
    expect(profiles).toBe(20_000);
    expect(events / profiles).toBeLessThan(15);
    await sandbox.close();
  });

  behaviour("of no profiles is what Klaviyo puts into a new account", { as: "observed", from: "behaviour.md §2.1" }, async () => {
    const sandbox = await openAccount({ profiles: 0 });
    const { counts } = sandbox.control.state();
    expect(counts).toMatchObject({ lists: 3, segments: 4, tag_groups: 1, tags: 0, profiles: 0, events: 0, campaigns: 0, templates: 0 });
    await sandbox.close();
  });
});

describe("the shop", () => {
  let sandbox: Opened;
  let people: Map<string, Resource>;
  let events: (Resource & { metric: string; profile: string; at: number; properties: JsonObject })[];
  beforeAll(async () => {
    sandbox = await openAccount({ profiles: 500 });
    const metrics = new Map((await all(sandbox, "/api/metrics")).map(({ id, attributes }) => [id, String(attributes["name"])]));
    people = new Map(
      (await all(sandbox, "/api/profiles?page[size]=100&additional-fields[profile]=subscriptions")).map((each) => [each.id, each]),
    );
    events = (await all(sandbox, "/api/events?page[size]=1000")).map((each) => ({
      ...each,
      metric: metrics.get(idIn(each, "metric")) ?? "",
      profile: idIn(each, "profile"),
      at: timeOf(each.attributes["datetime"]),
      properties: each.attributes["event_properties"] as JsonObject,
    }));
  });
  afterAll(async () => {
    expect(sandbox.log).toEqual([]);
    await sandbox.close();
  });
  const emailOf = (id: string): JsonObject => at(people.get(id)?.attributes ?? {}, "subscriptions", "email", "marketing");
  const of = (...names: string[]) => events.filter(({ metric }) => names.includes(metric));

  it("has events of people and metrics that exist, none of them ahead, and each person's latest is noted", () => {
    expect(events.filter(({ metric, profile, at }) => metric === "" || !people.has(profile) || at > NOW)).toEqual([]);
    const latest = new Map<string, number>();
    for (const { profile, at } of events) latest.set(profile, Math.max(at, latest.get(profile) ?? 0));
    for (const [id, { attributes }] of people)
      expect([id, timeOf(attributes["last_event_date"])]).toEqual([id, latest.get(id) ?? Number.NaN]);
  });

  it("writes to nobody who was suppressed or had unsubscribed", () => {
    let gone = 0;
    for (const id of people.keys()) {
      const {
        suppression,
        consent,
        consent_timestamp: at,
      } = emailOf(id) as { suppression: { timestamp: string }[]; consent: string; consent_timestamp: string };
      const ends = [...suppression.map(({ timestamp }) => timeOf(timestamp)), ...(consent === "UNSUBSCRIBED" ? [timeOf(at)] : [])];
      if (ends.length === 0) continue;
      gone++;
      const late = of("Received Email", "Opened Email", "Clicked Email").filter(
        ({ profile, at: sent }) => profile === id && sent > Math.min(...ends),
      );
      expect([id, late]).toEqual([id, []]);
    }
    expect(gone).toBeGreaterThan(50);
  });

  it("knows consent of every kind in believable shares", () => {
    const states = [...people.keys()].map((id) => {
      const { consent, suppression } = emailOf(id) as { consent: string; suppression: { reason: string }[] };
      return suppression[0]?.reason ?? consent;
    });
    const share = (state: string): number => states.filter((each) => each === state).length / states.length;
    expect(share("SUBSCRIBED")).toBeGreaterThan(0.5);
    const [never, out, bounced] = [share("NEVER_SUBSCRIBED"), share("UNSUBSCRIBE"), share("HARD_BOUNCE")];
    for (const each of [never, out, bounced]) expect(each).toBeGreaterThan(0.02);
    for (const rare of ["SPAM_COMPLAINT", "USER_SUPPRESSED"]) expect(share(rare)).toBeGreaterThan(0);
  });

  it("has addresses and numbers that reach nobody, in many places", () => {
    const contacts = [...people.values()].map(
      ({ attributes }) => attributes as { email: string | null; phone_number: string | null; location: JsonObject },
    );
    expect(contacts.filter(({ email }) => email !== null && !/^[a-z._0-9]+@(example\.(com|org|net)|[a-z]+\.example)$/.test(email))).toEqual(
      [],
    );
    const fictional = /^\+1[2-9]\d\d55501\d\d$|^\+447700900\d{3}$|^\+3363998\d{4}$/;
    expect(contacts.filter(({ phone_number: phone }) => phone !== null && !fictional.test(phone))).toEqual([]);
    expect(contacts.filter(({ email, phone_number: phone }) => email === null && phone === null)).toEqual([]);
    for (const member of ["country", "timezone"]) expect(new Set(contacts.map(({ location }) => location[member])).size).toBeGreaterThan(8);
  });

  it("has lists of people who exist, each of them on it since after they came", async () => {
    for (const { id, attributes } of await all(sandbox, "/api/lists")) {
      const members = await all(sandbox, `/api/lists/${id}/profiles?page[size]=100`);
      for (const each of members)
        expect(timeOf(each.attributes["joined_group_at"])).toBeGreaterThanOrEqual(timeOf(people.get(each.id)?.attributes["created"]));
      const isEmpty = ["Preview List", "Customers of the old shop"].includes(String(attributes["name"]));
      expect([attributes["name"], members.length > 0]).toEqual([attributes["name"], !isEmpty]);
    }
  });

  it("has segments that somebody is in and somebody is not", async () => {
    const segments = await all(sandbox, "/api/segments");
    expect(segments).toHaveLength(22);
    for (const { id, attributes } of segments) {
      const [read] = dataOf(await sandbox.call(`GET /api/segments/${id}?additional-fields[segment]=profile_count`));
      const count = Number(read?.attributes["profile_count"]);
      expect([attributes["name"], count > 0 && count < 400]).toEqual([attributes["name"], true]);
    }
  });

  it("is visited at the hours and on the weekdays of each person's own clock", () => {
    const shown = new Map<string, Intl.DateTimeFormat>();
    const hours = new Map<string, number>();
    const days = new Map<string, number>();
    for (const { profile, at: when } of of("Active on Site")) {
      const zone = String(at(people.get(profile)?.attributes ?? {}, "location")["timezone"]);
      const format =
        shown.get(zone) ?? new Intl.DateTimeFormat("en-US", { timeZone: zone, hour: "2-digit", hourCycle: "h23", weekday: "short" });
      shown.set(zone, format);
      const parts = Object.fromEntries(format.formatToParts(when).map(({ type, value }) => [type, value]));
      const region = zone.startsWith("America") ? "west" : "east";
      const part = Number(parts["hour"]) < 6 ? "night" : Number(parts["hour"]) >= 18 && Number(parts["hour"]) < 23 ? "evening" : "day";
      hours.set(`${region} ${part}`, (hours.get(`${region} ${part}`) ?? 0) + 1);
      days.set(parts["weekday"] ?? "", (days.get(parts["weekday"] ?? "") ?? 0) + 1);
    }
    for (const region of ["west", "east"])
      expect([region, (hours.get(`${region} evening`) ?? 0) > 3 * (hours.get(`${region} night`) ?? 0)]).toEqual([region, true]);
    expect(days.get("Sat") ?? 0).toBeGreaterThan(1.1 * (days.get("Tue") ?? 0));
  });

  it("sells most before Christmas, and ships and refunds what was ordered", () => {
    const orders = of("Placed Order");
    const perDay = (from: number, to: number): number => orders.filter(({ at }) => at >= from && at < to).length / ((to - from) / DAY_MS);
    expect(perDay(Date.UTC(2025, 10, 20), Date.UTC(2025, 11, 20))).toBeGreaterThan(1.4 * perDay(NOW - 365 * DAY_MS, NOW));
    const blackFriday = Date.UTC(2025, 10, 28);
    expect(perDay(blackFriday, blackFriday + 4 * DAY_MS)).toBeGreaterThan(2 * perDay(NOW - 365 * DAY_MS, NOW));
    expect(perDay(Date.UTC(2025, 5, 1), Date.UTC(2025, 7, 1))).toBeGreaterThan(1.05 * perDay(Date.UTC(2025, 7, 1), Date.UTC(2025, 9, 1)));
    const numbers = new Set(orders.map(({ properties }) => properties["OrderId"]));
    expect(numbers.size).toBe(orders.length);
    for (const { properties } of of("Ordered Product", "Fulfilled Order", "Refunded Order", "Cancelled Order"))
      expect(numbers.has(properties["OrderId"] ?? "")).toBe(true);
  });

  it("has sent campaigns whose figures add up: those who opened got it, those who clicked opened it", async () => {
    const campaigns = await all(sandbox, "/api/campaigns?filter=equals(messages.channel,'email')");
    const sent = campaigns.filter(({ attributes }) => attributes["status"] === "Sent");
    expect(sent.length).toBeGreaterThanOrEqual(25);
    const listed = new Map<string, Map<string, number>>();
    for (const { id } of await all(sandbox, "/api/lists")) {
      const members = await all(sandbox, `/api/lists/${id}/profiles?page[size]=100`);
      listed.set(id, new Map(members.map((each) => [each.id, timeOf(each.attributes["joined_group_at"])])));
    }
    for (const { id, attributes } of sent) {
      const message = dataOf(await sandbox.call(`GET /api/campaigns/${id}/campaign-messages`))[0]?.id ?? "";
      const who = (metric: string) => of(metric).filter(({ properties }) => properties["$message"] === message);
      const ids = (metric: string): Set<string> => new Set(who(metric).map(({ profile }) => profile));
      const [received, opened, clicked, bounced] = [ids("Received Email"), ids("Opened Email"), ids("Clicked Email"), ids("Bounced Email")];
      expect(received.size).toBeGreaterThan(5);
      expect(received.size).toBe(who("Received Email").length);
      const strangers = [...opened]
        .filter((each) => !received.has(each) || bounced.has(each))
        .concat([...clicked].filter((each) => !opened.has(each)));
      expect(strangers).toEqual([]);
      const sendAt = timeOf(attributes["send_time"]);
      const { included } = attributes["audiences"] as { included: string[] };
      for (const { profile, at } of who("Received Email")) {
        expect(at).toBeGreaterThanOrEqual(sendAt);
        expect(included.some((list) => (listed.get(list)?.get(profile) ?? Number.POSITIVE_INFINITY) < sendAt)).toBe(true);
      }
    }
  });

  it("is shown as the vendor's schema has it", async () => {
    const reads: Record<string, string> = {
      get_profiles: "/api/profiles?additional-fields[profile]=subscriptions,predictive_analytics&page[size]=100",
      get_events: "/api/events?include=attributions,metric,profile",
      get_metrics: "/api/metrics",
      get_lists: "/api/lists?include=tags",
      get_segments: "/api/segments?include=tags",
      get_campaigns: "/api/campaigns?filter=equals(messages.channel,'email')&include=campaign-messages,tags",
      get_templates: "/api/templates",
      get_tags: "/api/tags?include=tag-group",
      get_mapped_metrics: "/api/mapped-metrics",
    };
    for (const [operation, path] of Object.entries(reads)) {
      const answer = await sandbox.call(`GET ${path}`);
      expect([operation, answer.status, schemaViolations(operation, answer)]).toEqual([operation, 200, []]);
    }
  });

  it("has templates that render, with a way out for the reader", async () => {
    const templates = await all(sandbox, "/api/templates");
    for (const { id } of templates) {
      const body = {
        data: {
          type: "template",
          id,
          attributes: { context: { first_name: "Ada", person: { "Loyalty Tier": "Gold", "Favorite Roast": "Dark" } } },
        },
      };
      const answer = await sandbox.call("POST /api/template-render", body);
      expect([answer.status, String(dataOf(answer)[0]?.attributes["html"])]).toEqual([
        201,
        expect.stringMatching(/Hi Ada.*<a href="[^"]+">unsubscribe<\/a>/s),
      ]);
    }
    expect(templates.filter(({ attributes }) => !String(attributes["name"]).startsWith("Clone of "))).toHaveLength(22);
  });

  it("has two drafts and a campaign that goes out once its time comes", async () => {
    const own = await openAccount({ profiles: 40 });
    const byStatus = async (status: string) =>
      all(own, `/api/campaigns?filter=equals(messages.channel,'email'),equals(status,"${status}")`);
    expect(await byStatus("Draft")).toHaveLength(2);
    const [scheduled, ...others] = await byStatus("Scheduled");
    expect(others).toEqual([]);
    own.control.setClock(timeOf(scheduled?.attributes["send_time"]) + 10 * 60_000);
    const [after] = dataOf(await own.call(`GET /api/campaigns/${scheduled?.id}`));
    expect(after?.attributes["status"]).toBe("Sent");
    expect(own.log).toEqual([]);
    await own.close();
  });
});
