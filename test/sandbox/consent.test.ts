import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { canReceive, subscribe, suppress as suppressFor } from "../../src/sandbox/resources/consent.ts";
import { profiles } from "../../src/sandbox/resources/profile-rows.ts";
import { errorOf, ids } from "./open.ts";
import { at, consentBody, openPeople, SUBSCRIBE, subscribed, UNSUBSCRIBE, unsubscribed, type People } from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(async () => {
  expect(people.log).toEqual([]);
  await people.close();
});

const rule = (number: number, as: "documented" | "observed" | "assumed" = "documented") =>
  ({ as, from: `behaviour.md §2.3 rule ${number}` }) as const;
const byEmail = (email: string, more: JsonObject = {}): JsonObject => ({ email, subscriptions: { email: subscribed() }, ...more });
const outByEmail = (email: string): JsonObject => ({ email, subscriptions: { email: unsubscribed } });
const mustFind = async (email: string): Promise<string> => (await people.find(email)) ?? "";

/** Suppresses by a job and waits for it. */
async function suppress(email: string, kind: "create" | "delete" = "create"): Promise<void> {
  const type = `profile-suppression-bulk-${kind}-job`;
  const attributes = { profiles: { data: [{ type: "profile", attributes: { email } }] } };
  expect((await people.call(`POST /api/${type}s`, { data: { type, attributes } })).status).toBe(202);
  people.control.advance(3000);
}

describe("subscribing", () => {
  behaviour("answers 202 without a body and makes who is not known", rule(1), async () => {
    const answer = await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")], { custom_source: "Fair" }));
    expect([answer.status, answer.text]).toEqual([202, ""]);
    expect(await people.email(await mustFind("ada@example.com"))).toMatchObject({
      consent: "SUBSCRIBED",
      can_receive_email_marketing: true,
      consent_timestamp: "2026-07-15T10:00:00+00:00",
      method: "API_V3_SUBSCRIBE",
      method_detail: "Fair",
      double_optin: false,
    });
  });

  behaviour("touches only the channels that are named", rule(1), async () => {
    await people.call(
      SUBSCRIBE,
      consentBody("create", [{ email: "ada@example.com", phone_number: "+15005550001", subscriptions: { sms: subscribed() } }]),
    );
    const id = await mustFind("ada@example.com");
    expect([(await people.email(id))["consent"], (await people.sms(id))["consent"]]).toEqual(["NEVER_SUBSCRIBED", "SUBSCRIBED"]);
  });

  behaviours<[string, JsonObject[], JsonObject, string]>(
    "refuses %s and changes nothing",
    { as: "documented", from: "behaviour.md §2.3 rule 1, §2.3 rule 3" },
    [
      [
        "texts without a number",
        [{ email: "a@example.com", subscriptions: { sms: subscribed() } }],
        {},
        "'phone_number' must not be empty when the sms channel is included in 'subscriptions'.",
      ],
      [
        "mail without an address",
        [{ phone_number: "+15005550001", subscriptions: { email: subscribed() } }],
        {},
        "'email' must not be empty when the email channel is included in 'subscriptions'.",
      ],
      ["an address twice", [byEmail("a@example.com"), byEmail("a@example.com")], {}, "Duplicate email found: a@example.com"],
      [
        "more than 1000 people",
        Array.from({ length: 1001 }, (_, i) => byEmail(`a${i}@example.com`)),
        {},
        "At most 1000 profiles can be given at once.",
      ],
      ["nobody", [], {}, "At least one profile is required."],
      [
        "consented_at without historical_import",
        [{ email: "a@example.com", subscriptions: { email: subscribed({ consented_at: "2020-01-01T00:00:00Z" }) } }],
        {},
        "'consented_at' must only be given when 'historical_import' is true.",
      ],
      [
        "historical_import without consented_at",
        [byEmail("a@example.com")],
        { historical_import: true },
        "'consented_at' is required when 'historical_import' is true.",
      ],
      [
        "consent from the future",
        [{ email: "a@example.com", subscriptions: { email: subscribed({ consented_at: "2027-01-01T00:00:00Z" }) } }],
        { historical_import: true },
        "'consented_at' must be in the past.",
      ],
      [
        "consent before 1990",
        [{ email: "a@example.com", subscriptions: { email: subscribed({ consented_at: "1989-12-31T00:00:00Z" }) } }],
        { historical_import: true },
        "'consented_at' must not be before 1990-01-01.",
      ],
    ],
    async (_, profiles, more, detail) => {
      const answer = await people.call(SUBSCRIBE, consentBody("create", profiles, more));
      expect([answer.status, errorOf(answer).detail]).toEqual([400, detail]);
      expect(people.control.state().counts["profiles"]).toBe(0);
    },
  );

  behaviour("with a double opt-in list changes nothing until it is confirmed, for 72 hours", rule(2), async () => {
    const list = await people.list("News", "double_opt_in");
    const id = await people.person({ email: "ada@example.com" });
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com"), byEmail("new@example.com")], { list }));
    expect([(await people.email(id))["consent"], await people.listIds(id), await people.find("new@example.com")]).toEqual([
      "NEVER_SUBSCRIBED",
      [],
      undefined,
    ]);
    expect(people.control.state().counts["awaiting_confirmation"]).toBe(2);
    people.control.advance(72 * 3_600_000);
    expect(people.control.state().counts["awaiting_confirmation"]).toBe(0);
  });

  behaviour("to transactional texts needs no confirmation", rule(2), async () => {
    const list = await people.list("Texts", "double_opt_in");
    const sms = { marketing: { consent: "SUBSCRIBED" }, transactional: { consent: "SUBSCRIBED" } };
    await people.call(
      SUBSCRIBE,
      consentBody("create", [{ email: "ada@example.com", phone_number: "+15005550001", subscriptions: { sms } }], { list }),
    );
    const id = await mustFind("ada@example.com");
    expect(at(await people.read(id), "subscriptions", "sms")).toMatchObject({
      marketing: { consent: "NEVER_SUBSCRIBED" },
      transactional: { consent: "SUBSCRIBED" },
    });
    expect(await people.listIds(id)).toEqual([]);
  });

  behaviour("with historical_import passes the double opt-in and keeps the date of consent", rule(3), async () => {
    const list = await people.list("News", "double_opt_in");
    const subscriptions = { email: subscribed({ consented_at: "2020-03-01T00:00:00+02:00" }) };
    await people.call(SUBSCRIBE, consentBody("create", [{ email: "ada@example.com", subscriptions }], { list, historical_import: true }));
    const id = await mustFind("ada@example.com");
    expect(await people.email(id)).toMatchObject({
      consent: "SUBSCRIBED",
      consent_timestamp: "2020-02-29T22:00:00+00:00",
      last_updated: "2026-07-15T10:00:00+00:00",
    });
    expect(await people.listIds(id)).toEqual([list]);
  });

  behaviour("ends unsubscribes and manual suppressions", rule(4), async () => {
    const id = await people.person({ email: "ada@example.com" });
    await people.call(UNSUBSCRIBE, consentBody("delete", [outByEmail("ada@example.com")]));
    await suppress("ada@example.com");
    expect(await people.email(id)).toMatchObject({
      can_receive_email_marketing: false,
      suppression: [{ reason: "UNSUBSCRIBE" }, { reason: "USER_SUPPRESSED" }],
    });
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")]));
    expect(await people.email(id)).toMatchObject({ consent: "SUBSCRIBED", can_receive_email_marketing: true, suppression: [] });
  });

  behaviour("records its events once, with the list", rule(5, "observed"), async () => {
    const list = await people.list("News");
    for (let i = 0; i < 2; i++) {
      await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")], { list, custom_source: "Fair" }));
      people.control.advance(5000);
    }
    const id = await mustFind("ada@example.com");
    const events = await people.events(id);
    expect(events.map(({ metric }) => metric).toSorted()).toEqual(["Subscribed to Email Marketing", "Subscribed to List"]);
    expect(events.find(({ metric }) => metric === "Subscribed to List")?.properties).toEqual({
      list_id: list,
      List: "News",
      $event_id: `${list}1784109600`,
    });
    expect(events.find(({ metric }) => metric !== "Subscribed to List")?.properties).toMatchObject({
      double_optin: false,
      email_address: "ada@example.com",
      list_name: "News",
      list_id: list,
      method: "API_V3_SUBSCRIBE",
      method_detail: "Fair",
      custom_method_detail: null,
    });
    expect(at(await people.read(id), "properties")).toEqual({
      $sms_consent_method: 5,
      $source: -9,
      $consent: ["email"],
      $consent_timestamp: "2026-07-15T10:00:05.000000+00:00",
    });
  });

  behaviour("to push registers the devices", { as: "documented", from: "behaviour.md §2.2" }, async () => {
    const push = { marketing: { consent: "SUBSCRIBED" }, tokens: [{ token: "device-1", platform: "ios", vendor: "apns" }] };
    await people.call(SUBSCRIBE, consentBody("create", [{ email: "ada@example.com", subscriptions: { push } }]));
    const id = await mustFind("ada@example.com");
    const marketing = async (): Promise<JsonObject> => at(await people.read(id), "subscriptions", "mobile_push", "marketing");
    expect(await marketing()).toMatchObject({ consent: "SUBSCRIBED", can_receive_push_marketing: true });
    const gone = { marketing: { consent: "UNSUBSCRIBED" }, tokens: push.tokens };
    await people.call(UNSUBSCRIBE, consentBody("delete", [{ email: "ada@example.com", subscriptions: { push: gone } }]));
    expect(await marketing()).toMatchObject({ consent: "UNSUBSCRIBED", can_receive_push_marketing: false });
    expect(people.control.state().counts["push_tokens"]).toBe(0);
  });
});

describe("unsubscribing", () => {
  behaviour("without a list is global, and makes who is not known", rule(6), async () => {
    await people.call(UNSUBSCRIBE, consentBody("delete", [outByEmail("ada@example.com")]));
    const id = await mustFind("ada@example.com");
    expect(await people.email(id)).toMatchObject({
      consent: "UNSUBSCRIBED",
      can_receive_email_marketing: false,
      suppression: [{ reason: "UNSUBSCRIBE" }],
    });
    expect(await people.events(id)).toMatchObject([
      { metric: "Unsubscribed from Email Marketing", properties: { list_ids: [], list_names: [] } },
    ]);
  });

  behaviour("with a list that the person is on ends only that list", rule(6), async () => {
    const list = await people.list("News");
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")], { list }));
    people.control.advance(5000);
    await people.call(UNSUBSCRIBE, consentBody("delete", [outByEmail("ada@example.com")], { list }));
    const id = await mustFind("ada@example.com");
    expect(await people.email(id)).toMatchObject({
      consent: "SUBSCRIBED",
      can_receive_email_marketing: true,
      suppression: [],
      list_suppressions: [{ list_id: list, reason: "UNSUBSCRIBE" }],
    });
    expect(await people.listIds(id)).toEqual([]);
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")], { list }));
    expect(await people.email(id)).toMatchObject({ list_suppressions: [] });
    expect(await people.listIds(id)).toEqual([list]);
  });

  behaviour("with a list that the person is not on is global", rule(6), async () => {
    const list = await people.list("News");
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")]));
    await people.call(UNSUBSCRIBE, consentBody("delete", [outByEmail("ada@example.com")], { list }));
    expect(await people.email(await mustFind("ada@example.com"))).toMatchObject({
      consent: "UNSUBSCRIBED",
      can_receive_email_marketing: false,
      list_suppressions: [],
    });
  });

  behaviour("from marketing texts ends the transactional ones too", rule(6), async () => {
    const person = { email: "ada@example.com", phone_number: "+15005550001" };
    const sms = { marketing: { consent: "SUBSCRIBED" }, transactional: { consent: "SUBSCRIBED" } };
    await people.call(SUBSCRIBE, consentBody("create", [{ ...person, subscriptions: { sms } }]));
    await people.call(UNSUBSCRIBE, consentBody("delete", [{ ...person, subscriptions: { sms: unsubscribed } }]));
    expect(at(await people.read(await mustFind("ada@example.com")), "subscriptions", "sms")).toMatchObject({
      marketing: { consent: "UNSUBSCRIBED", can_receive_sms_marketing: false },
      transactional: { consent: "UNSUBSCRIBED", can_receive_sms_transactional: false },
    });
  });

  behaviour("takes at most 100 people", rule(6), async () => {
    const many = Array.from({ length: 101 }, (_, i) => outByEmail(`a${i}@example.com`));
    expect((await people.call(UNSUBSCRIBE, consentBody("delete", many))).status).toBe(400);
  });
});

describe("suppression", () => {
  behaviour("stops mail and leaves consent, by an event of its own", rule(7), async () => {
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")]));
    await suppress("ada@example.com");
    const id = await mustFind("ada@example.com");
    expect(await people.email(id)).toMatchObject({
      consent: "SUBSCRIBED",
      can_receive_email_marketing: false,
      suppression: [{ reason: "USER_SUPPRESSED" }],
    });
    expect((await people.events(id)).at(-1)?.metric).toBe("Manually Suppressed from Email Marketing");
  });

  behaviour("is lifted only where it was manual", rule(8), async () => {
    const id = await people.person({ email: "ada@example.com" });
    await people.call(UNSUBSCRIBE, consentBody("delete", [outByEmail("ada@example.com")]));
    await suppress("ada@example.com");
    await suppress("ada@example.com", "delete");
    await suppress("stranger@example.com", "delete");
    expect(await people.email(id)).toMatchObject({ consent: "UNSUBSCRIBED", suppression: [{ reason: "UNSUBSCRIBE" }] });
    expect((await people.events(id)).at(-1)?.metric).toBe("Manually Unsuppressed from Email Marketing");
    expect(await people.find("stranger@example.com")).toBeUndefined();
  });

  behaviour("is found by reason and time", { as: "documented", from: "behaviour.md Appendix A" }, async () => {
    await people.person({ email: "ada@example.com" });
    await suppress("bob@example.com");
    const found = async (filter: string): Promise<unknown> => (await people.call(`GET /api/profiles?filter=${filter}`)).body["data"];
    expect(await found('equals(subscriptions.email.marketing.suppression.reason,"USER_SUPPRESSED")')).toMatchObject([
      { attributes: { email: "bob@example.com" } },
    ]);
    expect(await found("greater-than(subscriptions.email.marketing.suppression.timestamp,2026-07-15T11:00:00Z)")).toEqual([]);
  });
});

describe("what sending makes of a person", () => {
  behaviour("a hard bounce outlives a new subscription and a lifted suppression, and goes before others", rule(4), async () => {
    const id = await people.person({ email: "ada@example.com" });
    await suppress("ada@example.com");
    await people.within((ctx) => {
      expect([suppressFor(ctx, id, "HARD_BOUNCE"), suppressFor(ctx, id, "HARD_BOUNCE")]).toEqual([true, false]);
    });
    expect(await people.email(id)).toMatchObject({ suppression: [{ reason: "HARD_BOUNCE" }, { reason: "USER_SUPPRESSED" }] });
    await people.call(SUBSCRIBE, consentBody("create", [byEmail("ada@example.com")]));
    expect(await people.email(id)).toMatchObject({
      consent: "SUBSCRIBED",
      can_receive_email_marketing: false,
      suppression: [{ reason: "HARD_BOUNCE" }],
    });
  });

  behaviour("reaches by email who has not declined, by text who has agreed", { as: "assumed", from: "behaviour.md §2.3" }, async () => {
    const id = await people.person({ email: "ada@example.com" });
    const silent = await people.person({ external_id: "silent" });
    const answers: boolean[] = [];
    await people.within((ctx) => {
      const ask = (each: string): void => {
        const row = ctx.rows(profiles).get(each);
        for (const channel of ["email", "sms"] as const) answers.push(row !== undefined && canReceive(row, channel));
      };
      ask(id);
      subscribe(ctx, id, { channel: "sms" });
      subscribe(ctx, silent, { channel: "email" });
      ask(id);
      ask(silent);
    });
    expect(answers).toEqual([true, false, true, false, false, false]);
  });
});

describe("consent and everything else", () => {
  behaviour("texts hang on the number: another one has no consent", rule(10), async () => {
    const person = { email: "ada@example.com", phone_number: "+15005550001" };
    await people.call(SUBSCRIBE, consentBody("create", [{ ...person, subscriptions: { sms: subscribed() } }]));
    const id = await mustFind("ada@example.com");
    expect((await people.sms(id))["can_receive_sms_marketing"]).toBe(true);
    await people.call(`PATCH /api/profiles/${id}`, { data: { type: "profile", id, attributes: { phone_number: "+15005550002" } } });
    expect(await people.sms(id)).toMatchObject({ consent: "NEVER_SUBSCRIBED", can_receive_sms_marketing: false });
  });

  behaviour("implied consent is enough for mail and not for texts", rule(10), async () => {
    const id = await people.person({ email: "ada@example.com", phone_number: "+15005550001" });
    expect([(await people.email(id))["can_receive_email_marketing"], (await people.sms(id))["can_receive_sms_marketing"]]).toEqual([
      true,
      false,
    ]);
  });

  behaviour("client subscriptions without subscriptions take both addresses", rule(11), async () => {
    const list = await people.list("News");
    const profile = {
      data: { type: "profile", attributes: { email: "ada@example.com", phone_number: "+15005550001", first_name: "Ada" } },
    };
    const body = {
      data: {
        type: "subscription",
        attributes: { profile, custom_source: "Footer" },
        relationships: { list: { data: { type: "list", id: list } } },
      },
    };
    const answer = await people.call(`POST /client/subscriptions?company_id=${people.publicKey}`, body, { authorization: null });
    expect([answer.status, answer.text]).toEqual([202, ""]);
    const id = await mustFind("ada@example.com");
    expect([(await people.email(id))["consent"], (await people.sms(id))["consent"], await people.listIds(id)]).toEqual([
      "SUBSCRIBED",
      "SUBSCRIBED",
      [list],
    ]);
    expect((await people.read(id))["first_name"]).toBe("Ada");
  });

  behaviour("members of a list come and go without a word about consent", rule(12), async () => {
    const list = await people.list("News");
    const id = await people.person({ email: "ada@example.com" });
    for (const method of ["POST", "POST", "DELETE"]) {
      expect((await people.call(`${method} /api/lists/${list}/relationships/profiles`, ids("profile", id))).status).toBe(204);
    }
    expect(await people.email(id)).toMatchObject({ consent: "NEVER_SUBSCRIBED", list_suppressions: [] });
    expect(await people.events(id)).toEqual([]);
  });
});
