import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { conversations } from "../../src/sandbox/resources/conversation-rows.ts";
import { dataOf, errorOf, schemaViolations, type Called } from "./open.ts";
import { at, attributesOf, idOf, openPeople, profileBody, type People } from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(async () => {
  expect(people.log).toEqual([]);
  await people.close();
});

const PROFILES = { as: "documented", from: "behaviour.md §2.2" } as const;
const patch = (id: string, attributes: JsonObject, meta?: JsonObject) =>
  people.call(`PATCH /api/profiles/${id}`, profileBody(attributes, { id, ...(meta && { meta }) }));

describe("making a profile", () => {
  behaviour(
    "answers 201 with every attribute, null where nothing is known, and microseconds",
    { as: "observed", from: "recorded/create-profile.json" },
    async () => {
      const answer = await people.call("POST /api/profiles", profileBody({ email: "ada@example.com", properties: { source: "test" } }));
      const { attributes, relationships } = dataOf(answer)[0] ?? { attributes: {}, relationships: {} };
      expect(answer.status).toBe(201);
      expect(Object.keys(attributes)).toEqual(
        "email phone_number external_id anonymous_id whatsapp_bsuid first_name last_name organization locale title image created updated last_event_date location properties".split(
          " ",
        ),
      );
      expect(attributes).toMatchObject({
        email: "ada@example.com",
        first_name: null,
        created: "2026-07-15T10:00:00.000000+00:00",
        properties: { source: "test" },
      });
      expect(Object.values(at(attributes, "location"))).toEqual(Array(10).fill(null));
      expect(Object.keys(relationships)).toEqual(["lists", "segments", "push-tokens", "conversations"]);
      expect(attributesOf(await people.call(`GET /api/profiles/${idOf(answer)}`))["created"]).toBe("2026-07-15T10:00:00+00:00");
    },
  );

  behaviour("answers 409 with the id of whoever has an identifier", { as: "documented", from: "behaviour.md §1.4" }, async () => {
    const id = await people.person({ email: "ada@example.com", phone_number: "+15005550006", external_id: "ada" });
    for (const attributes of [{ email: "ada@example.com" }, { phone_number: "+15005550006" }, { external_id: "ada" }]) {
      const answer = await people.call("POST /api/profiles", profileBody(attributes));
      expect([answer.status, errorOf(answer)]).toMatchObject([
        409,
        {
          code: "duplicate_profile",
          detail: "A profile already exists with one of these identifiers.",
          meta: { duplicate_profile_id: id },
          source: { pointer: "/data/attributes" },
        },
      ]);
    }
    expect(people.control.state().counts["profiles"]).toBe(1);
  });

  behaviours<[string, JsonObject, string]>(
    "refuses %s",
    PROFILES,
    [
      ["no identifier", { first_name: "Ada" }, "/data/attributes"],
      ["a bad address", { email: "ada@example" }, "/data/attributes/email"],
      ["an address of more than 100 characters", { email: `${"a".repeat(100)}@example.com` }, "/data/attributes/email"],
      ["a number that is not E.164", { phone_number: "555-0100" }, "/data/attributes/phone_number"],
      ["an external id of 256 characters", { external_id: "x".repeat(256) }, "/data/attributes/external_id"],
      ["more than 100 KB", { email: "ada@example.com", properties: { text: "x".repeat(102_400) } }, "/data"],
    ],
    async (_, attributes, pointer) => {
      const answer = await people.call("POST /api/profiles", profileBody(attributes));
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer }]);
      expect(people.control.state().counts["profiles"]).toBe(0);
    },
  );

  behaviour("takes addresses without regard to case", { as: "assumed", from: "behaviour.md §2.2" }, async () => {
    await people.person({ email: "Ada@Example.com" });
    expect((await people.call("POST /api/profiles", profileBody({ email: "ada@example.COM" }))).status).toBe(409);
  });
});

describe("create_or_update_profile", () => {
  behaviour("answers 201 for a new person and 200 for a known one, by any identifier", PROFILES, async () => {
    const first = await people.call("POST /api/profile-import", profileBody({ email: "ada@example.com", first_name: "Ada" }));
    const byEmail = await people.call("POST /api/profile-import", profileBody({ email: "ada@example.com", external_id: "ada" }));
    const byExternalId = await people.call(
      "POST /api/profile-import",
      profileBody({ external_id: "ada", last_name: "Lovelace", first_name: null }),
    );
    const byId = await people.call("POST /api/profile-import", profileBody({ title: "Countess" }, { id: idOf(first) }));
    expect([first, byEmail, byExternalId, byId].map(({ status }) => status)).toEqual([201, 200, 200, 200]);
    expect(new Set([first, byEmail, byExternalId, byId].map(idOf)).size).toBe(1);
    expect(attributesOf(byExternalId)).toMatchObject({ email: "ada@example.com", first_name: null, last_name: "Lovelace" });
    expect(attributesOf(byId)).toMatchObject({ last_name: "Lovelace", title: "Countess" });
  });

  behaviour(
    "answers 409 when the identifiers point at two people",
    { as: "documented", from: "behaviour.md §2.2 (klaviyo-api-node#75)" },
    async () => {
      await people.person({ email: "ada@example.com" });
      const other = await people.person({ external_id: "bob" });
      const answer = await people.call("POST /api/profile-import", profileBody({ email: "ada@example.com", external_id: "bob" }));
      expect([answer.status, errorOf(answer).meta]).toEqual([409, { duplicate_profile_id: other }]);
    },
  );

  behaviour("answers 404 for an id that nobody has", { as: "assumed", from: "behaviour.md §2.2" }, async () => {
    expect((await people.call("POST /api/profile-import", profileBody({ email: "ada@example.com" }, { id: "nobody" }))).status).toBe(404);
  });
});

describe("changing a profile", () => {
  behaviour(
    "clears by null, leaves what is missing, and moves updated in whole seconds",
    { as: "observed", from: "recorded/update-profile.json" },
    async () => {
      const id = await people.person({
        email: "ada@example.com",
        first_name: "Ada",
        last_name: "Lovelace",
        location: { city: "London", country: "UK" },
      });
      people.control.advance(5000);
      const answer = await patch(id, { first_name: null, location: { city: null, zip: "W1" } });
      expect(answer.status).toBe(200);
      expect(attributesOf(answer)).toMatchObject({ first_name: null, last_name: "Lovelace", updated: "2026-07-15T10:00:05+00:00" });
      expect(at(attributesOf(answer), "location")).toMatchObject({ city: null, country: "UK", zip: "W1" });
    },
  );

  behaviour(
    "answers 409 for an identifier of someone else",
    { as: "documented", from: "behaviour.md §2.2 (klaviyo-api-node#74)" },
    async () => {
      const other = await people.person({ email: "bob@example.com" });
      const answer = await patch(await people.person({ email: "ada@example.com" }), { email: "bob@example.com" });
      expect([answer.status, errorOf(answer).meta]).toEqual([409, { duplicate_profile_id: other }]);
    },
  );

  behaviour("merges properties, then appends, takes out and unsets", PROFILES, async () => {
    const id = await people.person({ email: "ada@example.com", properties: { skus: ["1", "2"], size: "M", old: 1, older: 2 } });
    const answer = await patch(
      id,
      { properties: { colour: "red" } },
      { patch_properties: { append: { skus: ["3"], size: "L", fresh: "a" }, unappend: { skus: "1" }, unset: ["old", "older", "never"] } },
    );
    expect(attributesOf(answer)["properties"]).toEqual({ skus: ["2", "3"], size: ["M", "L"], colour: "red", fresh: ["a"] });
    expect(attributesOf(await patch(id, {}, { patch_properties: { unset: "size" } }))["properties"]).not.toHaveProperty("size");
  });

  behaviour("gives and takes secondary addresses, which identify but do not show", PROFILES, async () => {
    const id = await people.person({ email: "ada@example.com" });
    await patch(id, {}, { patch_identifiers: { append: { email: ["old@example.com"] } } });
    expect(await people.find("old@example.com")).toBe(id);
    expect((await people.call("POST /api/profiles", profileBody({ email: "old@example.com" }))).status).toBe(409);
    await patch(id, {}, { patch_identifiers: { unappend: { email: "old@example.com" } } });
    expect(await people.find("old@example.com")).toBeUndefined();
  });

  behaviour("refuses another id in the body, and answers 404 for nobody", { as: "assumed", from: "behaviour.md §1.3, §1.4" }, async () => {
    const id = await people.person({ email: "ada@example.com" });
    expect((await people.call(`PATCH /api/profiles/${id}`, profileBody({}, { id: "other" }))).status).toBe(400);
    expect((await patch("nobody", {})).status).toBe(404);
  });
});

describe("reading profiles", () => {
  const names = async (query: string): Promise<unknown[]> =>
    dataOf(await people.call(`GET /api/profiles?${query}`)).map(({ attributes }) => attributes["first_name"]);
  beforeEach(async () => {
    await people.person({ first_name: "Ada", email: "ada@example.com", phone_number: "+15005550001", external_id: "a" });
    people.control.advance(1000);
    await people.person({ first_name: "Bob", email: "bob@example.com" });
    people.control.advance(1000);
    await people.person({ first_name: "Cy", external_id: "c" });
  });

  behaviours<[string, string[]]>(
    "answers %s",
    { as: "documented", from: "behaviour.md Appendix A" },
    [
      ['filter=equals(email,"ada@example.com")', ["Ada"]],
      ['filter=any(email,["ada@example.com","bob@example.com"])', ["Ada", "Bob"]],
      ['filter=equals(phone_number,"%2B15005550001")', ["Ada"]],
      ['filter=any(external_id,["a","c","z"])', ["Ada", "Cy"]],
      ["filter=greater-than(created,2026-07-15T10:00:00Z)", ["Bob", "Cy"]],
      ["filter=less-than(updated,2026-07-15T10:00:01Z)", ["Ada"]],
      ["filter=greater-than(created,2026-07-15T10:00:00Z),less-than(created,2026-07-15T10:00:02Z)", ["Bob"]],
      ["sort=-created", ["Cy", "Bob", "Ada"]],
      ["sort=-id", ["Cy", "Bob", "Ada"]],
      ["sort=email", ["Ada", "Bob", "Cy"]],
      ["sort=-updated&page[size]=1", ["Cy"]],
      ['filter=equals(_kx,"unknown")', []],
    ],
    async (query, expected) => {
      expect(await names(query)).toEqual(expected);
    },
  );

  behaviour("shows predictions only when asked, the same every time", { as: "documented", from: "behaviour.md §1.9" }, async () => {
    const id = await people.find("ada@example.com");
    const path = `GET /api/profiles/${id}?additional-fields[profile]=predictive_analytics`;
    expect(await people.read(id ?? "")).not.toHaveProperty("predictive_analytics");
    const first = at(attributesOf(await people.call(path)), "predictive_analytics");
    expect(Object.keys(first)).toContain("churn_probability");
    expect(at(attributesOf(await people.call(path)), "predictive_analytics")).toEqual(first);
  });
});

describe("conversations of a profile", () => {
  behaviour("are read all, or the first of them", { as: "documented", from: "behaviour.md §1.2, §2.16" }, async () => {
    const id = await people.person({ email: "ada@example.com" });
    const read = async (path: string): Promise<unknown> => (await people.call(`GET /api/profiles/${id}/${path}`)).body["data"];
    expect([await read("conversation"), await read("relationships/conversation"), await read("conversations")]).toEqual([null, null, []]);
    await people.within((ctx) => {
      ctx.rows(conversations).put({ id: "c2", channel: "whatsapp", profile: id });
      ctx.rows(conversations).put({ id: "c1", channel: "sms", profile: id });
    });
    expect(await read("conversation")).toMatchObject({
      id: "c1",
      attributes: { channel: "sms" },
      links: { self: `${people.url}/api/conversations/c1/` },
    });
    expect(await read("relationships/conversation")).toEqual({ type: "conversation", id: "c1" });
    expect(await read("relationships/conversations")).toEqual([
      { type: "conversation", id: "c1" },
      { type: "conversation", id: "c2" },
    ]);
    const answer = await people.call(`GET /api/profiles/${id}/conversations`);
    expect([dataOf(answer).length, schemaViolations("get_conversations_for_profile", answer)]).toEqual([2, []]);
  });
});

describe("a profile asked for at an older revision", () => {
  behaviour("has one conversation, or none", { as: "documented", from: "behaviour.md §1.2" }, async () => {
    const id = await people.person({ email: "ada@example.com" });
    const read = async (include: string, revision: string): Promise<Called> =>
      people.call(`GET /api/profiles/${id}?include=${include}`, undefined, { revision });
    const relation = async (): Promise<JsonObject> => at((await read("conversation", "2026-04-15")).body, "data", "relationships");
    expect(await relation()).toMatchObject({ conversation: { data: null } });
    await people.within((ctx) => void ctx.rows(conversations).put({ id: "c1", channel: "sms", profile: id }));
    const base = `${people.url}/api/profiles/${id}`;
    expect(await relation()).toMatchObject({
      conversation: {
        data: { type: "conversation", id: "c1" },
        links: { self: `${base}/relationships/conversation/`, related: `${base}/conversation/` },
      },
    });
    expect(await relation()).not.toHaveProperty("conversations");
    expect((await read("conversation", "2026-07-15")).status).toBe(400);
    expect(at((await read("conversations", "2026-07-15")).body, "data", "relationships")).not.toHaveProperty("conversation");
  });
});

describe("client twins", () => {
  const client = (path: string, body: JsonObject) =>
    people.call(`POST /client/${path}?company_id=${people.publicKey}`, body, { authorization: null });

  behaviour(
    "fill in a profile with 202, and pass over a change of identifiers",
    { as: "documented", from: "behaviour.md §2.9, §5 quirk 14" },
    async () => {
      const id = await people.person({ email: "ada@example.com", phone_number: "+15005550001" });
      const answer = await client(
        "profiles",
        profileBody({ email: "ada@example.com", phone_number: "+15005550002", external_id: "ada", first_name: "Ada" }),
      );
      expect([answer.status, answer.text]).toEqual([202, ""]);
      expect(await people.read(id)).toMatchObject({ phone_number: "+15005550001", external_id: "ada", first_name: "Ada" });
      expect((await client("profiles", profileBody({ anonymous_id: "visitor", first_name: "Vi" }))).status).toBe(202);
      expect((await client("profiles", profileBody({ anonymous_id: "visitor", email: "vi@example.com" }))).status).toBe(202);
      expect(await people.read((await people.find("vi@example.com")) ?? "")).toMatchObject({ first_name: "Vi" });
      expect(people.control.state().counts["profiles"]).toBe(2);
    },
  );

  behaviour("register and unregister a device", PROFILES, async () => {
    const device = { token: "device-1", platform: "ios", vendor: "apns", profile: profileBody({ email: "ada@example.com" }) };
    expect((await client("push-tokens", { data: { type: "push-token", attributes: device } })).status).toBe(202);
    expect(dataOf(await people.call("GET /api/push-tokens"))).toHaveLength(1);
    const { vendor: _, ...gone } = device;
    expect((await client("push-token-unregister", { data: { type: "push-token-unregister", attributes: gone } })).status).toBe(202);
    expect(dataOf(await people.call("GET /api/push-tokens"))).toEqual([]);
  });
});

describe("push tokens", () => {
  const register = (profile: JsonObject, more: JsonObject = {}) =>
    people.call("POST /api/push-tokens", {
      data: {
        type: "push-token",
        attributes: { token: "device-1", platform: "android", vendor: "fcm", profile: profileBody(profile), ...more },
      },
    });

  behaviour("are registered with defaults and 202, and brought up to date by a repetition", PROFILES, async () => {
    const answer = await register({ email: "ada@example.com" });
    expect([answer.status, answer.text]).toEqual([202, ""]);
    await register({ email: "ada@example.com" }, { enablement_status: "DENIED", device_metadata: { os_name: "android", app_id: null } });
    const [token, ...more] = dataOf(await people.call("GET /api/push-tokens?include=profile"));
    expect(more).toEqual([]);
    expect(token?.attributes).toMatchObject({
      token: "device-1",
      enablement_status: "DENIED",
      background: "AVAILABLE",
      metadata: { os_name: "android" },
    });
  });

  behaviour("move to the profile that registers them", { as: "assumed", from: "behaviour.md §2.2" }, async () => {
    await register({ email: "ada@example.com" });
    await register({ email: "bob@example.com" });
    const [ada, bob] = [await people.find("ada@example.com"), await people.find("bob@example.com")];
    expect(dataOf(await people.call(`GET /api/profiles/${ada}/push-tokens`))).toEqual([]);
    expect(dataOf(await people.call(`GET /api/profiles/${bob}/push-tokens`))).toHaveLength(1);
    expect(dataOf(await people.call(`GET /api/push-tokens?filter=equals(profile.id,"${bob}")`))).toHaveLength(1);
    expect(dataOf(await people.call('GET /api/push-tokens?filter=equals(platform,"ios")'))).toEqual([]);
  });

  behaviour("are deleted by their id", PROFILES, async () => {
    await register({ email: "ada@example.com" });
    const id = idOf(await people.call("GET /api/push-tokens"));
    expect(idOf(await people.call(`GET /api/push-tokens/${id}/profile`))).toBe(await people.find("ada@example.com"));
    expect((await people.call(`DELETE /api/push-tokens/${id}`)).status).toBe(204);
    expect((await people.call(`GET /api/push-tokens/${id}`)).status).toBe(404);
  });
});
