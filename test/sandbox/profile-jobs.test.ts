import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, errorOf, ids } from "./open.ts";
import {
  at,
  attributesOf,
  consentBody,
  idOf,
  openPeople,
  SUBSCRIBE,
  subscribed,
  UNSUBSCRIBE,
  unsubscribed,
  type People,
} from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(async () => {
  expect(people.log).toEqual([]);
  await people.close();
});

const IMPORTS = "/api/profile-bulk-import-jobs";
const startImport = (profiles: JsonObject[], ...lists: string[]) =>
  people.call(`POST ${IMPORTS}`, {
    data: {
      type: "profile-bulk-import-job",
      attributes: { profiles: { data: profiles.map((attributes) => ({ type: "profile", attributes })) } },
      ...(lists.length > 0 && { relationships: { lists: ids("list", ...lists) } }),
    },
  });

describe("bulk import", () => {
  behaviour(
    "is accepted as a queued job that expires in a week",
    { as: "observed", from: "recorded/bulk-import-profiles.json" },
    async () => {
      const list = await people.list("News");
      const answer = await startImport([{ email: "ada@example.com" }, { email: "bob@example.com" }], list);
      const [job] = dataOf(answer);
      expect([answer.status, job?.attributes]).toEqual([
        202,
        {
          status: "queued",
          created_at: "2026-07-15T10:00:00+00:00",
          total_count: 2,
          completed_count: 0,
          failed_count: 0,
          completed_at: null,
          expires_at: "2026-07-22T10:00:00+00:00",
          started_at: null,
        },
      ]);
      expect(at(job?.relationships ?? {}, "lists")["data"]).toEqual([{ type: "list", id: list }]);
      expect(Buffer.from(job?.id ?? "", "base64").toString()).toMatch(
        new RegExp(`^${people.accountId}_\\w+\\.\\w{6}\\.1784109600\\.\\w{6}$`),
      );
      expect(await people.find("ada@example.com")).toBeUndefined();
    },
  );

  behaviour(
    "goes through processing to complete, adds to its list and leaves consent alone",
    { as: "documented", from: "behaviour.md §2.2, §2.21" },
    async () => {
      const list = await people.list("News", "double_opt_in");
      const known = await people.person({ email: "ada@example.com", first_name: "Ada" });
      const id = idOf(
        await startImport([{ email: "ada@example.com", last_name: "Lovelace", first_name: null }, { external_id: "bob" }], list),
      );
      const job = async (): Promise<JsonObject> => attributesOf(await people.call(`GET ${IMPORTS}/${id}`));
      people.control.advance(1000);
      expect(await job()).toMatchObject({ status: "processing", started_at: "2026-07-15T10:00:01+00:00", completed_count: 0 });
      people.control.advance(2000);
      expect(await job()).toMatchObject({
        status: "complete",
        completed_at: "2026-07-15T10:00:03+00:00",
        completed_count: 2,
        failed_count: 0,
      });
      expect(await people.read(known)).toMatchObject({ first_name: "Ada", last_name: "Lovelace" });
      expect([(await people.email(known))["consent"], await people.listIds(known)]).toEqual(["NEVER_SUBSCRIBED", [list]]);
      expect(dataOf(await people.call(`GET ${IMPORTS}/${id}/profiles?page[size]=1`))).toMatchObject([{ id: known }]);
      expect(dataOf(await people.call(`GET ${IMPORTS}/${id}/relationships/profiles`))).toHaveLength(2);
      expect(dataOf(await people.call(`GET ${IMPORTS}/${id}/lists`))).toMatchObject([{ id: list }]);
    },
  );

  behaviour("tells of what could not be stored by import errors", { as: "documented", from: "behaviour.md §2.2" }, async () => {
    await people.person({ email: "ada@example.com" });
    await people.person({ external_id: "bob" });
    const id = idOf(await startImport([{ email: "ada@example.com", external_id: "bob" }, { email: "cy@example.com" }]));
    people.control.advance(3000);
    expect(attributesOf(await people.call(`GET ${IMPORTS}/${id}`))).toMatchObject({
      status: "complete",
      completed_count: 1,
      failed_count: 1,
    });
    expect(dataOf(await people.call(`GET ${IMPORTS}/${id}/import-errors`)).map(({ attributes }) => attributes)).toEqual([
      {
        code: "duplicate_profile",
        title: "Conflict.",
        detail: "A profile already exists with one of these identifiers.",
        source: { pointer: "/data/attributes/profiles/data/0" },
        original_payload: { type: "profile", attributes: { email: "ada@example.com", external_id: "bob" } },
      },
    ]);
  });

  behaviour("is found by its status", { as: "documented", from: "behaviour.md §2.2" }, async () => {
    const first = idOf(await startImport([{ email: "ada@example.com" }]));
    people.control.advance(3000);
    const second = idOf(await startImport([{ email: "bob@example.com" }]));
    const found = async (query: string): Promise<string[]> => dataOf(await people.call(`GET ${IMPORTS}?${query}`)).map(({ id }) => id);
    expect(await found('filter=any(status,["queued","processing"])')).toEqual([second]);
    expect(await found('filter=equals(status,"complete")')).toEqual([first]);
    expect(await found("sort=created_at")).toEqual([first, second]);
  });

  behaviours<[string, JsonObject[], string]>(
    "as a whole is refused for %s",
    { as: "documented", from: "behaviour.md §2.2" },
    [
      [
        "one wrong address among right ones",
        [{ email: "a@example.com" }, { email: "nonsense" }],
        "/data/attributes/profiles/data/1/attributes/email",
      ],
      ["one wrong number", [{ phone_number: "123" }], "/data/attributes/profiles/data/0/attributes/phone_number"],
      ["a profile without identifier", [{ first_name: "Ada" }], "/data/attributes/profiles/data/0/attributes"],
      ["more than 10,000 profiles", Array.from({ length: 10_001 }, (_, i) => ({ email: `a${i}@b.co` })), "/data/attributes/profiles/data"],
      [
        "a profile over 100 KB",
        [{ email: "a@example.com", properties: { text: "x".repeat(102_400) } }],
        "/data/attributes/profiles/data/0",
      ],
      ["nobody", [], "/data/attributes/profiles/data"],
    ],
    async (_, profiles, pointer) => {
      const answer = await startImport(profiles);
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer }]);
      expect(people.control.state().counts).toMatchObject({ import_jobs: 0, scheduled: 0 });
    },
  );
});

describe("suppression jobs", () => {
  const start = (kind: "create" | "delete", target: JsonObject) =>
    people.call(`POST /api/profile-suppression-bulk-${kind}-jobs`, {
      data: { type: `profile-suppression-bulk-${kind}-job`, attributes: {}, ...target },
    });
  const emails = (...each: string[]): JsonObject => ({
    attributes: { profiles: { data: each.map((email) => ({ type: "profile", attributes: { email } })) } },
  });
  const ofList = (id: string): JsonObject => ({ relationships: { list: { data: { type: "list", id } } } });

  behaviour("count whom they changed and whom they passed over", { as: "documented", from: "behaviour.md §2.3 rule 7" }, async () => {
    const answer = await start("create", emails("ada@example.com", "bob@example.com"));
    expect([answer.status, attributesOf(answer)]).toMatchObject([
      202,
      { status: "queued", total_count: 2, completed_count: 0, skipped_count: 0, completed_at: null },
    ]);
    people.control.advance(3000);
    const again = idOf(await start("create", emails("ada@example.com", "new@example.com")));
    people.control.advance(1000);
    expect(attributesOf(await people.call(`GET /api/profile-suppression-bulk-create-jobs/${again}`))["status"]).toBe("processing");
    people.control.advance(2000);
    expect(attributesOf(await people.call(`GET /api/profile-suppression-bulk-create-jobs/${again}`))).toMatchObject({
      status: "complete",
      completed_count: 1,
      skipped_count: 1,
    });
  });

  behaviour("take the members of a list", { as: "documented", from: "behaviour.md §2.3 rule 7, §2.3 rule 8" }, async () => {
    const list = await people.list("Dead");
    const id = await people.person({ email: "ada@example.com" });
    const silent = await people.person({ phone_number: "+15005550001" });
    await people.call(`POST /api/lists/${list}/relationships/profiles`, ids("profile", id, silent));
    const job = idOf(await start("create", ofList(list)));
    people.control.advance(3000);
    expect(await people.email(id)).toMatchObject({ can_receive_email_marketing: false });
    expect(dataOf(await people.call(`GET /api/profile-suppression-bulk-create-jobs?filter=equals(list_id,"${list}")`))).toMatchObject([
      { id: job, attributes: { total_count: 2, completed_count: 1, skipped_count: 1 } },
    ]);
    await start("delete", ofList(list));
    people.control.advance(3000);
    expect(await people.email(id)).toMatchObject({ can_receive_email_marketing: true });
  });

  behaviours<[string, number, () => JsonObject]>(
    "are refused for %s",
    { as: "documented", from: "behaviour.md §2.3 rule 7" },
    [
      ["no target", 400, () => ({})],
      ["two targets", 400, () => ({ ...emails("ada@example.com"), ...ofList("AAAAAA") })],
      ["nobody", 400, () => emails()],
      ["a wrong address", 400, () => emails("nonsense")],
      ["101 addresses", 400, () => emails(...Array.from({ length: 101 }, (_, i) => `a${i}@example.com`))],
      ["a list that does not exist", 404, () => ofList("AAAAAA")],
    ],
    async (_, status, target) => {
      for (const kind of ["create", "delete"] as const) expect((await start(kind, target())).status).toBe(status);
    },
  );
});

describe("merging", () => {
  const merge = (destination: string, ...sources: string[]) =>
    people.call("POST /api/profile-merge", {
      data: { type: "profile-merge", id: destination, relationships: { profiles: ids("profile", ...sources) } },
    });

  behaviour(
    "answers 201 at once and joins a moment later: the destination wins, the source fills gaps",
    { as: "documented", from: "behaviour.md §2.2" },
    async () => {
      const [one, two] = [await people.list("One"), await people.list("Two")];
      const source = await people.person({
        email: "old@example.com",
        phone_number: "+15005550001",
        first_name: "Augusta",
        last_name: "King",
        properties: { size: "M", old: 1 },
        location: { city: "Paris", country: "FR", timezone: "Europe/Paris" },
      });
      const destination = await people.person({
        email: "ada@example.com",
        first_name: "Ada",
        properties: { size: "L" },
        location: { city: "London", timezone: "Europe/London" },
      });
      await people.call(
        SUBSCRIBE,
        consentBody("create", [{ email: "old@example.com", subscriptions: { email: subscribed() } }], { list: one }),
      );
      await people.call(`POST /api/lists/${two}/relationships/profiles`, ids("profile", destination));
      const answer = await merge(destination, source);
      const links = { self: `${people.url}/api/profiles/${destination}/` };
      expect([answer.status, dataOf(answer)]).toEqual([201, [{ type: "profile", id: destination, links }]]);
      expect((await people.call(`GET /api/profiles/${source}`)).status).toBe(200);
      people.control.advance(2000);
      expect((await people.call(`GET /api/profiles/${source}`)).status).toBe(404);
      expect(await people.read(destination)).toMatchObject({
        email: "ada@example.com",
        phone_number: "+15005550001",
        first_name: "Ada",
        last_name: "King",
        properties: { size: "L", old: 1 },
        location: { city: "Paris", country: "FR", timezone: "Europe/Paris" },
      });
      expect((await people.listIds(destination)).toSorted()).toEqual([one, two].toSorted());
      const events = await people.events(destination);
      expect(events.map(({ metric }) => metric).toSorted()).toEqual([
        "Merged Profile",
        "Subscribed to Email Marketing",
        "Subscribed to List",
      ]);
      expect(events.find(({ metric }) => metric === "Merged Profile")?.properties).toEqual({
        MergeDate: "2026-07-15T10:00:02",
        MergeType: "Merged via API",
        $event_id: `merge_tombstone:${source}:${destination}`,
        $extra: {
          ExternalID: null,
          LastName: "King",
          KlaviyoID: source,
          AnonymousID: null,
          FirstName: "Augusta",
          Created: "2026-07-15T10:00:00",
        },
      });
    },
  );

  behaviour("of a suppressed and an active person makes a suppressed one", { as: "documented", from: "behaviour.md §2.2" }, async () => {
    const source = await people.person({ email: "old@example.com" });
    const destination = await people.person({ email: "ada@example.com" });
    await people.call(UNSUBSCRIBE, consentBody("delete", [{ email: "old@example.com", subscriptions: { email: unsubscribed } }]));
    await merge(destination, source);
    people.control.advance(2000);
    expect(await people.email(destination)).toMatchObject({ can_receive_email_marketing: false, suppression: [{ reason: "UNSUBSCRIBE" }] });
  });

  behaviour(
    "refuses none, two, itself and strangers, and does nothing the second time",
    { as: "assumed", from: "behaviour.md §2.2" },
    async () => {
      const [a, b, c] = [
        await people.person({ email: "a@example.com" }),
        await people.person({ email: "b@example.com" }),
        await people.person({ email: "c@example.com" }),
      ];
      expect(
        [await merge(a), await merge(a, b, c), await merge(a, a), await merge(a, "nobody"), await merge("nobody", a)].map(
          ({ status }) => status,
        ),
      ).toEqual([400, 400, 400, 404, 404]);
      expect([await merge(a, b), await merge(c, b)].map(({ status }) => status)).toEqual([201, 201]);
      people.control.advance(2000);
      expect([await people.find("a@example.com"), await people.find("b@example.com"), await people.find("c@example.com")]).toEqual([
        a,
        undefined,
        c,
      ]);
    },
  );
});

describe("erasure", () => {
  const erase = (profile: JsonObject) =>
    people.call("POST /api/data-privacy-deletion-jobs", {
      data: { type: "data-privacy-deletion-job", attributes: { profile: { data: { type: "profile", attributes: {}, ...profile } } } },
    });

  behaviour("comes after 202, for good, with all that hangs on the person", { as: "documented", from: "behaviour.md §2.4" }, async () => {
    const list = await people.list("News");
    await people.call(SUBSCRIBE, consentBody("create", [{ email: "ada@example.com", subscriptions: { email: subscribed() } }], { list }));
    const id = (await people.find("ada@example.com")) ?? "";
    const answer = await erase({ attributes: { email: "ada@example.com" } });
    expect([answer.status, answer.text]).toEqual([202, ""]);
    expect((await people.call(`GET /api/profiles/${id}`)).status).toBe(200);
    people.control.advance(10_000);
    expect((await people.call(`GET /api/profiles/${id}`)).status).toBe(404);
    expect(people.control.state().counts).toMatchObject({ profiles: 0, events: 0, list_members: 0 });
    expect(await people.person({ email: "ada@example.com" })).not.toBe(id);
  });

  behaviour("takes exactly one identifier", { as: "documented", from: "behaviour.md §2.4" }, async () => {
    const id = await people.person({ email: "ada@example.com", phone_number: "+15005550001" });
    expect((await erase({})).status).toBe(400);
    expect((await erase({ id, attributes: { email: "ada@example.com" } })).status).toBe(400);
    for (const [name, value] of [["email", "ada"] as const, ["phone_number", "0123"] as const]) {
      const answer = await erase({ attributes: { [name]: value } });
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: `/data/attributes/profile/data/attributes/${name}` }]);
    }
    expect([await erase({ id }), await erase({ attributes: { phone_number: "+15005550001" } })].map(({ status }) => status)).toEqual([
      202, 202,
    ]);
    people.control.advance(10_000);
    expect(people.control.state().counts["profiles"]).toBe(0);
  });
});
