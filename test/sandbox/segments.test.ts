import { afterEach, beforeEach, describe, expect } from "vitest";
import { freshSegments } from "../../src/sandbox/seed/fresh-segments.ts";
import { daysAgo, DAY_MS, event, FRESH, membersOf, metricId, openAccount, processed, segment, track } from "./activity.ts";
import { dataOf, errorOf, ids, list, profile, tag, type Called, type Opened } from "./open.ts";
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
const made = async (request: string, body: object): Promise<string> => dataOf(await sandbox.call(request, body))[0]?.id ?? "";
const patch = (id: string, attributes: object) => sandbox.call(`PATCH /api/segments/${id}`, { data: { type: "segment", id, attributes } });
const attributesOf = async (id: string) => dataOf(await get(`/api/segments/${id}?additional-fields[segment]=profile_count`))[0]?.attributes;

const HAS_EMAIL = { type: "profile-property", property: "email", filter: { type: "existence", operator: "is-set" } };
const emailIs = (value: string) => ({ type: "profile-property", property: "email", filter: { type: "string", operator: "equals", value } });
const inGroup = (...groups: string[]) => ({ type: "profile-group-membership", is_member: true, group_ids: groups });
const did = (metric: string, days: number) => ({
  type: "profile-metric",
  metric_id: metric,
  measurement: "count",
  measurement_filter: { type: "numeric", operator: "greater-than", value: 0 },
  timeframe_filter: { type: "date", operator: "in-the-last", unit: "day", quantity: days },
});
const spec = { as: "documented", from: "behaviour.md §2.6" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.6" } as const;

describe("a segment", () => {
  behaviour(
    "is processing for 13 seconds, at the end of which `updated` moves",
    { as: "observed", from: "recorded/create-segment.json, recorded/get-segment.json" },
    async () => {
      await made("POST /api/profiles", profile("a@example.com"));
      const answer = await sandbox.call("POST /api/segments", segment("Reachable", [HAS_EMAIL]));
      const [created] = dataOf(answer);
      expect([answer.status, created?.id]).toEqual([201, expect.stringMatching(/^[0-9A-Za-z]{6}$/)]);
      expect(created?.attributes).toEqual({
        name: "Reachable",
        definition: { condition_groups: [{ conditions: [HAS_EMAIL] }] },
        created: "2026-07-15T10:00:00.000000+00:00",
        updated: "2026-07-15T10:00:00.000000+00:00",
        is_active: true,
        is_processing: true,
        is_starred: false,
      });
      expect(Object.keys(created?.relationships ?? {})).toEqual(["profiles", "tags", "flow-triggers"]);
      sandbox.control.advance(12_999);
      expect(await attributesOf(created?.id ?? "")).toMatchObject({ is_processing: true });
      sandbox.control.advance(1);
      expect(await attributesOf(created?.id ?? "")).toMatchObject({
        is_processing: false,
        updated: "2026-07-15T10:00:13+00:00",
        profile_count: 1,
      });
    },
  );

  behaviour("has no members until processed, and those of before while it is processed again", assumed, async () => {
    await made("POST /api/profiles", profile("a@example.com"));
    await made("POST /api/profiles", profile("b@example.com"));
    const id = await made("POST /api/segments", segment("A", [emailIs("a@example.com")]));
    expect(await membersOf(sandbox, id)).toEqual([]);
    sandbox.control.advance(13_000);
    expect(await membersOf(sandbox, id)).toEqual(["a@example.com"]);
    await patch(id, { definition: { condition_groups: [{ conditions: [emailIs("b@example.com")] }] } });
    expect([await membersOf(sandbox, id), (await attributesOf(id))?.["is_processing"]]).toEqual([["a@example.com"], true]);
    sandbox.control.advance(13_000);
    expect([await membersOf(sandbox, id), (await attributesOf(id))?.["is_processing"]]).toEqual([["b@example.com"], false]);
  });

  behaviour("is not processed for a new name, a star or being switched off", assumed, async () => {
    const id = await processed(sandbox, [HAS_EMAIL]);
    expect((await patch(id, { name: "Renamed", is_starred: true, is_active: false })).status).toBe(200);
    expect(await attributesOf(id)).toMatchObject({ name: "Renamed", is_starred: true, is_active: false, is_processing: false });
    await patch(id, { is_starred: false });
    expect(await attributesOf(id)).toMatchObject({ name: "Renamed", is_starred: false, is_active: false });
  });

  behaviour("is listed ten to a page, found by its fields, tagged and deleted", spec, async () => {
    for (let i = 0; i < 11; i++) await made("POST /api/segments", segment(`S${i % 2}`, [HAS_EMAIL]));
    expect(dataOf(await get("/api/segments"))).toHaveLength(10);
    expect((await get("/api/segments?page[size]=11")).status).toBe(400);
    expect(dataOf(await get('/api/segments?filter=equals(name,"S1")'))).toHaveLength(5);
    const [first] = dataOf(await get("/api/segments?sort=-created"));
    const tagId = await made("POST /api/tags", tag("vip"));
    expect((await sandbox.call(`POST /api/tags/${tagId}/relationships/segments`, ids("segment", first?.id ?? ""))).status).toBe(204);
    expect(dataOf(await get(`/api/segments/${first?.id}/tags`))[0]?.attributes).toEqual({ name: "vip" });
    expect((await get(`/api/segments/${first?.id}/flow-triggers`)).body["data"]).toEqual([]);
    expect((await sandbox.call(`DELETE /api/segments/${first?.id}`)).status).toBe(204);
    expect(sandbox.control.state().counts).toMatchObject({ segments: FRESH.segments + 10, tag_links: 0 });
    sandbox.control.advance(13_000);
    expect((await get(`/api/segments/${first?.id}`)).status).toBe(404);
  });

  const NUMBER = { type: "numeric", operator: "greater-than", value: 0 };
  const COUNT = { type: "numeric", operator: "greater-than", value: 0 };
  const created = (filter: object) => ({ type: "profile-property", property: "created", filter: { type: "date", ...filter } });
  const refused: [what: string, conditions: object[][]][] = [
    ["no groups", []],
    ["a group without conditions", [[]]],
    ["a metric that is not there", [[did("NoSuch", 30)]]],
    ["a list that is not there", [[inGroup("NoSuch")]]],
    ["a pattern that is none", [[{ ...HAS_EMAIL, filter: { type: "string", operator: "regex", value: "(" } }]]],
    ["a range that ends before it starts", [[created({ operator: "between-static", start: daysAgo(1), end: daysAgo(2) })]]],
    ["a month that is none", [[created({ operator: "calendar-month", value: 13 })]]],
    ["less than no time", [[created({ operator: "in-the-last", unit: "day", quantity: -3 })]]],
    [
      "a type of object that is not there",
      [[{ type: "profile-has-custom-object", object_type_id: "NoSuch", object_type_relationship_id: "x", filter: COUNT, filters: [] }]],
    ],
    ["a condition of no known kind", [[{ type: "profile-mood", filter: NUMBER }]]],
  ];
  for (const [what, groups] of refused) {
    behaviour(`is refused with ${what}`, assumed, async () => {
      const answer = await sandbox.call("POST /api/segments", segment("Bad", ...(groups as never[])));
      expect([answer.status, errorOf(answer).source["pointer"]]).toEqual([400, expect.stringMatching(/^\/data\/attributes\/definition/)]);
      expect(sandbox.control.state().counts).toMatchObject({ segments: FRESH.segments, scheduled: 0 });
    });
  }
});

describe("a condition that is wrong", () => {
  behaviour("is pointed at", assumed, async () => {
    const body = segment(
      "Bad",
      [HAS_EMAIL],
      [HAS_EMAIL, { ...inGroup("NoSuch"), group_ids: [await made("POST /api/lists", list("A")), "NoSuch"] }],
    );
    const answer = await sandbox.call("POST /api/segments", body);
    expect(errorOf(answer).source).toEqual({ pointer: "/data/attributes/definition/condition_groups/1/conditions/1/group_ids/1" });
  });
});

describe("members of a segment by the time they joined", () => {
  behaviour("are found as they are shown", assumed, async () => {
    await track(
      sandbox,
      event("old@example.com", "Opened", { time: daysAgo(50) }),
      event("new@example.com", "Opened", { time: daysAgo(2) }),
    );
    const inner = await processed(sandbox, [did(await metricId(sandbox, "Opened"), 90)]);
    sandbox.control.advance(10 * DAY_MS);
    await track(sandbox, event("late@example.com", "Opened"));
    const recently = { type: "date", operator: "in-the-last", unit: "day", quantity: 5 };
    const outer = await processed(sandbox, [{ ...inGroup(inner), timeframe_filter: recently }]);
    expect(await membersOf(sandbox, inner)).toHaveLength(3);
    expect(await membersOf(sandbox, outer)).toEqual(["late@example.com"]);
  });
});

describe("the segments of a fresh account", () => {
  behaviour(
    "hold the email list's newest and those of it who opened, clicked or just came",
    { as: "observed", from: "recorded/segments.json" },
    async () => {
      const listId = await made("POST /api/lists", list("Email List"));
      await track(
        sandbox,
        event("a@example.com", "Opened", { time: daysAgo(50) }),
        event("b@example.com", "Clicked", { time: daysAgo(5) }),
        event("c@example.com", "Opened"),
      );
      const people = dataOf(await get("/api/profiles")).filter(({ attributes }) => attributes["email"] !== "c@example.com");
      await sandbox.call(`POST /api/lists/${listId}/relationships/profiles`, ids("profile", ...people.map(({ id }) => id)));
      sandbox.control.advance(16 * DAY_MS);
      const [opened, clicked] = [await metricId(sandbox, "Opened"), await metricId(sandbox, "Clicked")];
      const found: Record<string, string[]> = {};
      for (const { name, definition } of freshSegments({ list: listId, opened, clicked })) {
        const id = await made("POST /api/segments", { data: { type: "segment", attributes: { name, definition } } });
        sandbox.control.advance(13_000);
        found[name] = (await membersOf(sandbox, id)).map((email) => email[0] ?? "");
      }
      expect(found).toEqual({
        "New Subscribers": [],
        "Engaged (30 Days)": ["b"],
        "Engaged (60 Days)": ["a", "b"],
        "Engaged (90 Days)": ["a", "b"],
      });
    },
  );
});

describe("members", () => {
  behaviour("pass every group by one of its conditions", spec, async () => {
    for (const name of ["a", "b", "c"]) await made("POST /api/profiles", profile(`${name}@example.com`));
    const id = await processed(
      sandbox,
      [emailIs("a@example.com"), emailIs("b@example.com")],
      [emailIs("b@example.com"), emailIs("c@example.com")],
    );
    expect(await membersOf(sandbox, id)).toEqual(["b@example.com"]);
  });

  behaviour("follow profiles, lists, events and the clock by themselves", spec, async () => {
    const listId = await made("POST /api/lists", list("News"));
    const [a, b] = [await made("POST /api/profiles", profile("a@example.com")), await made("POST /api/profiles", profile("b@example.com"))];
    await track(sandbox, event("a@example.com", "Opened", { time: daysAgo(29) }));
    const id = await processed(sandbox, [inGroup(listId)], [did(await metricId(sandbox, "Opened"), 30)]);
    expect(await membersOf(sandbox, id)).toEqual([]);
    await sandbox.call(`POST /api/lists/${listId}/relationships/profiles`, ids("profile", a, b));
    expect(await membersOf(sandbox, id)).toEqual(["a@example.com"]);
    await track(sandbox, event("b@example.com", "Opened"));
    expect(await membersOf(sandbox, id)).toEqual(["a@example.com", "b@example.com"]);
    sandbox.control.advance(DAY_MS);
    expect(await membersOf(sandbox, id)).toEqual(["b@example.com"]);
    await sandbox.call(`DELETE /api/lists/${listId}/relationships/profiles`, ids("profile", b));
    expect(await attributesOf(id)).toMatchObject({ profile_count: 0 });
  });

  behaviour("are paged with the time they joined, found by identifiers and sorted by that time", spec, async () => {
    const listId = await made("POST /api/lists", list("News"));
    const id = await processed(sandbox, [inGroup(listId)]);
    for (const name of ["a", "b", "c"]) {
      const personId = await made("POST /api/profiles", profile(`${name}@example.com`));
      sandbox.control.advance(60_000);
      await sandbox.call(`POST /api/lists/${listId}/relationships/profiles`, ids("profile", personId));
    }
    const emails = async (query: string) =>
      dataOf(await get(`/api/segments/${id}/profiles?${query}`)).map(({ attributes }) => String(attributes["email"])[0]);
    expect(await emails("sort=-joined_group_at")).toEqual(["c", "b", "a"]);
    expect(await emails('filter=equals(email,"b@example.com")')).toEqual(["b"]);
    const [first, second] = dataOf(await get(`/api/segments/${id}/profiles`));
    expect(first?.attributes["joined_group_at"]).toBe("2026-07-15T10:01:13+00:00");
    expect(await emails(`filter=greater-than(joined_group_at,2026-07-15T10:01:13Z)`)).toEqual(["b", "c"]);
    expect(await emails(`filter=any(profile_id,["${first?.id}","${second?.id}"])`)).toEqual(["a", "b"]);
    const page = await get(`/api/segments/${id}/relationships/profiles?page[size]=2`);
    expect(page.body["data"]).toEqual([first, second].map((each) => ({ type: "profile", id: each?.id })));
    const { next } = page.body["links"] as { next: string };
    expect(dataOf(await get(next.slice(sandbox.url.length)))).toHaveLength(1);
    expect(dataOf(await get(`/api/profiles/${first?.id}/segments`)).map((each) => each.id)).toEqual([id]);
  });

  behaviour("of segments that hang on each other come to an end", assumed, async () => {
    await made("POST /api/profiles", profile("a@example.com"));
    await made("POST /api/profiles", profile("b@example.com"));
    const first = await processed(sandbox, [emailIs("a@example.com")]);
    const second = await processed(sandbox, [inGroup(first), emailIs("b@example.com")]);
    expect(await membersOf(sandbox, second)).toEqual(["a@example.com", "b@example.com"]);
    await patch(first, { definition: { condition_groups: [{ conditions: [inGroup(second), emailIs("a@example.com")] }] } });
    sandbox.control.advance(13_000);
    expect(await membersOf(sandbox, first)).toEqual(["a@example.com", "b@example.com"]);
    expect(await membersOf(sandbox, second)).toEqual(["a@example.com", "b@example.com"]);
    await patch(second, { definition: { condition_groups: [{ conditions: [inGroup(first)] }] } });
    sandbox.control.advance(13_000);
    expect(await membersOf(sandbox, second)).toEqual(["a@example.com"]);
  });

  behaviour("of a deleted group are nobody", assumed, async () => {
    await made("POST /api/profiles", profile("a@example.com"));
    const first = await processed(sandbox, [emailIs("a@example.com")]);
    const second = await processed(sandbox, [inGroup(first)]);
    const without = await processed(sandbox, [{ ...inGroup(first), is_member: false }]);
    expect([await membersOf(sandbox, second), await membersOf(sandbox, without)]).toEqual([["a@example.com"], []]);
    await sandbox.call(`DELETE /api/segments/${first}`);
    expect([await membersOf(sandbox, second), await membersOf(sandbox, without)]).toEqual([[], ["a@example.com"]]);
  });
});
