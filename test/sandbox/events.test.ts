import { afterEach, beforeEach, describe, expect } from "vitest";
import { daysAgo, event, FRESH, metricId, NOW, openAccount, track } from "./activity.ts";
import { dataOf, errorOf, profile, type Called, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await openAccount();
});
afterEach(async () => {
  expect(sandbox.log).toEqual([]);
  await sandbox.close();
});

const get = (path: string): Promise<Called> => sandbox.call(`GET ${path}`);
const attributesOf = async (path: string) => dataOf(await get(path)).map(({ attributes }) => attributes);
const propertiesOf = async (path: string) => (await attributesOf(path)).map((each) => each["event_properties"]);
const identified = (attributes: object) => ({ profile: { data: { type: "profile", attributes } } }) as never;
const spec = { as: "documented", from: "behaviour.md §2.9" } as const;
const recorded = { as: "observed", from: "recorded/list-events.json" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.9" } as const;

describe("create_event", () => {
  behaviour(
    "answers 202 without a body, and the event is there a second later",
    { as: "observed", from: "behaviour.md §2.21" },
    async () => {
      const answer = await sandbox.call("POST /api/events", event("a@example.com", "Placed Order"));
      expect([answer.status, answer.text]).toEqual([202, ""]);
      expect(await attributesOf("/api/events")).toEqual([]);
      expect(await attributesOf("/api/metrics")).toHaveLength(FRESH.metrics);
      sandbox.control.advance(1000);
      expect(await attributesOf("/api/events")).toHaveLength(1);
    },
  );

  behaviour("shows the properties with $event_id and $value, times by the second and a time-based uuid", recorded, async () => {
    await track(
      sandbox,
      event("a@example.com", "Placed Order", {
        properties: { item: "Mug" },
        value: 19.99,
        unique_id: "seed-1",
        time: "2026-07-01T12:00:00.900Z",
      }),
    );
    const [found] = dataOf(await get("/api/events"));
    expect(found?.id).toMatch(/^7[0-9A-Za-z]{10}$/);
    expect(found?.attributes).toEqual({
      timestamp: 1782907200,
      event_properties: { item: "Mug", $event_id: "seed-1", $value: 19.99 },
      datetime: "2026-07-01T12:00:00+00:00",
      uuid: expect.stringMatching(/^62bd6000-7544-11f1-8001-[0-9a-f]{12}$/),
    });
    expect(Object.keys(found?.relationships ?? {})).toEqual(["profile", "metric"]);
  });

  behaviour("makes the profile or updates it, and moves its last event", spec, async () => {
    await sandbox.call("POST /api/profiles", profile("known@example.com"));
    const told = { email: "known@example.com", first_name: "Ada", properties: { tier: "gold" } };
    await track(sandbox, event("", "Signed Up", identified(told)), event("new@example.com", "Signed Up", { time: "2026-07-10T00:00:00Z" }));
    const profiles = await attributesOf("/api/profiles?sort=created");
    expect(profiles).toMatchObject([
      { email: "known@example.com", first_name: "Ada", properties: { tier: "gold" }, last_event_date: "2026-07-15T10:00:00+00:00" },
      { email: "new@example.com", last_event_date: "2026-07-10T00:00:00+00:00" },
    ]);
  });

  behaviour("keeps the first of two events with one unique id of a profile and metric", spec, async () => {
    const again = (n: number) => ({ properties: { n }, unique_id: "order-1" });
    await track(sandbox, event("a@example.com", "Placed Order", again(1)), event("a@example.com", "Placed Order", again(2)));
    await track(sandbox, event("b@example.com", "Placed Order", again(3)), event("a@example.com", "Refunded Order", again(4)));
    expect((await propertiesOf("/api/events")).map((each) => (each as { n: number }).n).toSorted((a, b) => a - b)).toEqual([1, 3, 4]);
  });

  behaviour("lets two events of one second collapse when they have no unique id", spec, async () => {
    await track(
      sandbox,
      event("a@example.com", "Viewed", { properties: { n: 1 } }),
      event("a@example.com", "Viewed", { properties: { n: 2 } }),
    );
    await track(sandbox, event("a@example.com", "Viewed", { properties: { n: 3 } }));
    expect(await propertiesOf("/api/events")).toEqual([
      { n: 3, $event_id: String(NOW / 1000 + 1) },
      { n: 1, $event_id: String(NOW / 1000) },
    ]);
  });

  const refused: [what: string, body: unknown, pointer: string][] = [
    ["no identifier", event("", "X", identified({ first_name: "Ada" })), "/data/attributes/profile/data/attributes"],
    ["a bad address", event("not an address", "X"), "/data/attributes/profile/data/attributes/email"],
    ["an empty metric name", event("a@example.com", ""), "/data/attributes/metric/data/attributes/name"],
    ["a metric name of 128 characters", event("a@example.com", "m".repeat(128)), "/data/attributes/metric/data/attributes/name"],
    ["a currency that is none", event("a@example.com", "X", { value: 1, value_currency: "ZZZ" }), "/data/attributes/value_currency"],
    ["a time before 1990", event("a@example.com", "X", { time: "1989-12-31T00:00:00Z" }), "/data/attributes/time"],
    ["a time more than a year ahead", event("a@example.com", "X", { time: "2027-08-01T00:00:00Z" }), "/data/attributes/time"],
    [
      "401 properties",
      event("a@example.com", "X", { properties: Object.fromEntries(Array.from({ length: 401 }, (_, i) => [`p${i}`, i])) }),
      "/data/attributes/properties",
    ],
    ["a text over 100 KB", event("a@example.com", "X", { properties: { text: "x".repeat(102_401) } }), "/data/attributes/properties"],
    [
      "a list of 4001",
      event("a@example.com", "X", { properties: { list: Array.from({ length: 4001 }, () => 0) } }),
      "/data/attributes/properties",
    ],
    [
      "eleven levels",
      event("a@example.com", "X", { properties: JSON.parse(`${'{"a":'.repeat(11)}1${"}".repeat(11)}`) as never }),
      "/data/attributes/properties",
    ],
  ];
  for (const [what, body, pointer] of refused) {
    behaviour(`refuses ${what} before anything is accepted`, spec, async () => {
      const answer = await sandbox.call("POST /api/events", body);
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer }]);
      sandbox.control.advance(1000);
      expect(sandbox.control.state().counts).toMatchObject({ events: 0, profiles: 0, metrics: FRESH.metrics });
    });
  }

  behaviour("gives the event to the first person when identifiers name two, and changes neither", assumed, async () => {
    await sandbox.call("POST /api/profiles", profile("a@example.com"));
    await sandbox.call("POST /api/profiles", { data: { type: "profile", attributes: { external_id: "two" } } });
    await track(sandbox, event("", "X", identified({ email: "a@example.com", external_id: "two" })));
    const [found] = dataOf(await get("/api/events?include=profile"));
    const [first, second] = dataOf(await get("/api/profiles?sort=created"));
    expect(found?.relationships["profile"]).toMatchObject({ data: { id: first?.id } });
    expect([first?.attributes["external_id"], second?.attributes["email"]]).toEqual([null, null]);
  });
});

describe("bulk_create_events", () => {
  const bulk = (...groups: [email: string, ...attributes: object[]][]) => ({
    data: {
      type: "event-bulk-create-job",
      attributes: {
        "events-bulk-create": {
          data: groups.map(([email, ...each]) => ({
            type: "event-bulk-create",
            attributes: {
              profile: { data: { type: "profile", attributes: { email, last_name: "Bulk" } } },
              events: {
                data: each.map((attributes) => ({
                  type: "event",
                  attributes: { properties: {}, metric: { data: { type: "metric", attributes: { name: "Viewed" } } }, ...attributes },
                })),
              },
            },
          })),
        },
      },
    },
  });
  const send = (body: unknown) => sandbox.call("POST /api/event-bulk-create-jobs", body);
  const GROUPS = "/data/attributes/events-bulk-create/data";

  behaviour("says which event of which person is wrong", assumed, async () => {
    const wrongTime = await send(bulk(["a@example.com", {}], ["b@example.com", {}, { time: "1980-01-01T00:00:00Z" }]));
    expect([wrongTime.status, errorOf(wrongTime).source]).toEqual([
      400,
      { pointer: `${GROUPS}/1/attributes/events/data/1/attributes/time` },
    ]);
    const wrongPerson = await send(bulk(["a@example.com", {}], ["b", {}]));
    expect(errorOf(wrongPerson).source).toEqual({ pointer: `${GROUPS}/1/attributes/profile/data/attributes/email` });
    expect(errorOf(await send(bulk())).source).toEqual({ pointer: GROUPS });
  });

  behaviour("stores the events of many people and what it says of them", spec, async () => {
    expect(
      await send(bulk(["a@example.com", { unique_id: "1" }, { unique_id: "2" }], ["b@example.com", { unique_id: "1" }])),
    ).toMatchObject({ status: 202, text: "" });
    sandbox.control.advance(1000);
    expect(sandbox.control.state().counts).toMatchObject({ events: 3, profiles: 2, metrics: FRESH.metrics + 1 });
    expect(await attributesOf("/api/profiles")).toMatchObject([{ last_name: "Bulk" }, { last_name: "Bulk" }]);
  });

  behaviour("fails as a whole when a unique id stands twice for a person and metric", spec, async () => {
    const answer = await send(bulk(["a@example.com", { unique_id: "1" }], ["A@example.com", { unique_id: "2" }, { unique_id: "1" }]));
    expect([answer.status, errorOf(answer)]).toMatchObject([
      400,
      { detail: "Duplicate unique_id found: 1", source: { pointer: `${GROUPS}/1/attributes/events/data/1/attributes/unique_id` } },
    ]);
    sandbox.control.advance(1000);
    expect(sandbox.control.state().counts["events"]).toBe(0);
  });

  behaviour("takes 1000 events and not one more", spec, async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ unique_id: String(i) }));
    expect((await send(bulk(["a@example.com", ...many(600)], ["b@example.com", ...many(401)]))).status).toBe(400);
    expect((await send(bulk(["a@example.com", ...many(600)], ["b@example.com", ...many(400)]))).status).toBe(202);
    sandbox.control.advance(1000);
    expect(sandbox.control.state().counts["events"]).toBe(1000);
  });
});

describe("client twins", () => {
  const asBrowser = (path: string, body: unknown, companyId = sandbox.publicKey) =>
    sandbox.call(`POST ${path}?company_id=${companyId}`, body, { authorization: null });

  behaviour(
    "store events by the public key and leave identifiers as they are",
    { as: "documented", from: "behaviour.md §2.9" },
    async () => {
      await sandbox.call("POST /api/profiles", { data: { type: "profile", attributes: { email: "a@example.com", external_id: "kept" } } });
      const one = event("", "Active on Site", identified({ email: "a@example.com", external_id: "changed" }));
      expect(await asBrowser("/client/events", one)).toMatchObject({ status: 202, text: "" });
      const events = {
        data: [{ type: "event", attributes: { properties: {}, metric: { data: { type: "metric", attributes: { name: "Viewed" } } } } }],
      };
      const attributes = { ...(identified({ external_id: "kept", email: "b@example.com" }) as object), events };
      expect(await asBrowser("/client/event-bulk-create", { data: { type: "event-bulk-create", attributes } })).toMatchObject({
        status: 202,
        text: "",
      });
      sandbox.control.advance(1000);
      expect(await attributesOf("/api/profiles")).toMatchObject([{ email: "a@example.com", external_id: "kept" }]);
      expect(sandbox.control.state().counts).toMatchObject({ events: 2, metrics: FRESH.metrics + 1 });
      expect((await asBrowser("/client/events", one, "WRONG1")).status).toBe(400);
    },
  );
});

describe("get_events", () => {
  beforeEach(async () => {
    for (let day = 1; day <= 4; day++) {
      await track(
        sandbox,
        event("a@example.com", day % 2 === 0 ? "Even" : "Odd", { time: daysAgo(day), properties: { day } }),
        event("b@example.com", "Odd", { time: daysAgo(day), properties: { day: day * 10 } }),
      );
    }
  });
  const days = async (query: string) => (await propertiesOf(`/api/events?${query}`)).map((each) => (each as { day: number }).day);

  behaviour("comes newest first, in either order of both sort fields", recorded, async () => {
    expect((await days("page[size]=3")).map((day) => (day < 10 ? day : day / 10))).toEqual([1, 1, 2]);
    expect((await days("sort=datetime")).map((day) => (day < 10 ? day : day / 10))).toEqual([4, 4, 3, 3, 2, 2, 1, 1]);
    expect(await days("sort=-timestamp")).toEqual(await days(""));
  });

  behaviour("filters by metric, profile and time, one or several at once", spec, async () => {
    const odd = await metricId(sandbox, "Odd");
    const [a] = dataOf(await get('/api/profiles?filter=equals(email,"a@example.com")'));
    const since = daysAgo(2.5);
    const cases: [filter: string, wanted: number[]][] = [
      [`equals(metric_id,"${odd}"),equals(profile_id,"${a?.id}")`, [1, 3]],
      [`equals(profile_id,"${a?.id}")`, [1, 2, 3, 4]],
      [`equals(profile_id,"${a?.id}"),greater-than(datetime,${since})`, [1, 2]],
      [`equals(profile_id,"${a?.id}"),less-or-equal(timestamp,${Date.parse(daysAgo(3)) / 1000})`, [3, 4]],
      [`equals(metric_id,"nothere")`, []],
      [`equals(metric_id,["${odd}"]),has(metric),has(profile),equals(profile_id,"${a?.id}")`, [1, 3]],
    ];
    for (const [filter, wanted] of cases) expect([filter, await days(`filter=${encodeURIComponent(filter)}`)]).toEqual([filter, wanted]);
    expect((await get(`/api/events?filter=contains(metric_id,"x")`)).status).toBe(400);
  });

  behaviour("walks the pages of one metric, with a cursor that another metric does not take", recorded, async () => {
    const [odd, even] = [await metricId(sandbox, "Odd"), await metricId(sandbox, "Even")];
    const seen: number[] = [];
    let path = `/api/events?filter=equals(metric_id,"${odd}")&page[size]=2`;
    while (path !== "") {
      const answer = await get(path);
      seen.push(...dataOf(answer).map(({ attributes }) => Number((attributes["event_properties"] as { day: number }).day)));
      path = String((answer.body["links"] as { next: string | null }).next ?? "").slice(sandbox.url.length);
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual([1, 3, 10, 20, 30, 40]);
    const { next } = (await get(`/api/events?filter=equals(metric_id,"${odd}")&page[size]=2`)).body["links"] as { next: string };
    const cursor = new URL(next).searchParams.get("page[cursor]");
    expect(JSON.parse(Buffer.from(cursor ?? "", "base64").toString())).toEqual([
      expect.any(Number),
      expect.any(String),
      true,
      expect.any(String),
    ]);
    expect((await get(`/api/events?filter=equals(metric_id,"${even}")&page[size]=2&page[cursor]=${cursor}`)).status).toBe(400);
  });

  behaviour("includes profile and metric, and attributions only when asked", recorded, async () => {
    const answer = await get("/api/events?include=profile,metric,attributions&page[size]=1");
    expect((answer.body["included"] as { type: string }[]).map(({ type }) => type)).toEqual(["profile", "metric"]);
    expect(dataOf(answer)[0]?.relationships["attributions"]).toMatchObject({ data: [] });
  });
});
