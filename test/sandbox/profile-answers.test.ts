import { afterAll, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { prepare } from "../account/skip.ts";
import { ids, schemaViolations, type Called } from "./open.ts";
import { consentBody, idOf, openPeople, profileBody, SUBSCRIBE, subscribed, UNSUBSCRIBE, unsubscribed, type People } from "./people.ts";
import { behaviour, schemaOf } from "./provenance.ts";

let people: People;
const called = new Map<string, Called>();

prepare(async () => {
  people = await openPeople();
  const call = async (operation: string, request: string, body?: unknown): Promise<string> => {
    const isClient = request.includes(" /client/");
    const answer = await people.call(
      isClient ? `${request}?company_id=${people.publicKey}` : request,
      body,
      isClient ? { authorization: null } : {},
    );
    called.set(operation, answer);
    return idOf(answer);
  };
  const list = await people.list("News");
  const ada = { email: "ada@example.com", phone_number: "+15005550001", location: { latitude: 1.5 } };
  const id = await call("create_profile", "POST /api/profiles?additional-fields[profile]=subscriptions", profileBody(ada));
  await call(
    "create_or_update_profile",
    "POST /api/profile-import?additional-fields[profile]=subscriptions",
    profileBody({ email: "ada@example.com" }),
  );
  await call("update_profile", `PATCH /api/profiles/${id}`, profileBody({ first_name: "Ada" }, { id }));
  const device = { token: "device-1", platform: "ios", vendor: "apns", profile: profileBody({ email: "ada@example.com" }) };
  await call("create_push_token", "POST /api/push-tokens", { data: { type: "push-token", attributes: device } });
  const subscription = { email: "ada@example.com", phone_number: "+15005550001" };
  await call(
    "bulk_subscribe_profiles",
    SUBSCRIBE,
    consentBody("create", [{ ...subscription, subscriptions: { email: subscribed(), sms: subscribed() } }], { list }),
  );
  const erased = { data: { type: "profile", attributes: { email: "nobody@example.com" } } };
  await call("request_profile_deletion", "POST /api/data-privacy-deletion-jobs", {
    data: { type: "data-privacy-deletion-job", attributes: { profile: erased } },
  });
  const imported = {
    data: [
      { type: "profile", attributes: { email: "bob@example.com" } },
      { type: "profile", id: "nobody", attributes: { email: "x@example.com" } },
    ],
  };
  const lists = { lists: ids("list", list) };
  const job = await call("bulk_import_profiles", "POST /api/profile-bulk-import-jobs", {
    data: { type: "profile-bulk-import-job", attributes: { profiles: imported }, relationships: lists },
  });
  const emails = { profiles: { data: [{ type: "profile", attributes: { email: "cy@example.com" } }] } };
  const jobs: Record<string, string> = {};
  for (const [operation, kind] of [
    ["bulk_suppress_profiles", "create"],
    ["bulk_unsuppress_profiles", "delete"],
  ] as const) {
    const type = `profile-suppression-bulk-${kind}-job`;
    jobs[kind] = await call(operation, `POST /api/${type}s`, { data: { type, attributes: emails } });
  }
  people.control.advance(5000);
  const token = idOf(await people.call("GET /api/push-tokens"));
  const all = "additional-fields[profile]=subscriptions,predictive_analytics";
  const reads: Record<string, string> = {
    get_profiles: `profiles?${all}&include=push-tokens,conversations`,
    get_profile: `profiles/${id}?${all}&include=lists,segments,push-tokens,conversations`,
    get_lists_for_profile: `profiles/${id}/lists`,
    get_list_ids_for_profile: `profiles/${id}/relationships/lists`,
    get_segments_for_profile: `profiles/${id}/segments`,
    get_segment_ids_for_profile: `profiles/${id}/relationships/segments`,
    get_push_tokens_for_profile: `profiles/${id}/push-tokens`,
    get_push_token_ids_for_profile: `profiles/${id}/relationships/push-tokens`,
    get_conversation_for_profile: `profiles/${id}/conversation`,
    get_conversation_id_for_profile: `profiles/${id}/relationships/conversation`,
    get_conversations_for_profile: `profiles/${id}/conversations`,
    get_conversation_ids_for_profile: `profiles/${id}/relationships/conversations`,
    get_profiles_for_list: `lists/${list}/profiles?${all}&filter=equals(push_token,["device-1"])`,
    get_profile_ids_for_list: `lists/${list}/relationships/profiles`,
    get_push_tokens: "push-tokens?include=profile",
    get_push_token: `push-tokens/${token}?include=profile`,
    get_profile_for_push_token: `push-tokens/${token}/profile`,
    get_profile_id_for_push_token: `push-tokens/${token}/relationships/profile`,
    get_bulk_import_profiles_jobs: "profile-bulk-import-jobs",
    get_bulk_import_profiles_job: `profile-bulk-import-jobs/${job}?include=lists`,
    get_list_for_bulk_import_profiles_job: `profile-bulk-import-jobs/${job}/lists`,
    get_list_ids_for_bulk_import_profiles_job: `profile-bulk-import-jobs/${job}/relationships/lists`,
    get_profiles_for_bulk_import_profiles_job: `profile-bulk-import-jobs/${job}/profiles`,
    get_profile_ids_for_bulk_import_profiles_job: `profile-bulk-import-jobs/${job}/relationships/profiles`,
    get_errors_for_bulk_import_profiles_job: `profile-bulk-import-jobs/${job}/import-errors`,
    get_bulk_suppress_profiles_jobs: "profile-suppression-bulk-create-jobs",
    get_bulk_suppress_profiles_job: `profile-suppression-bulk-create-jobs/${jobs["create"]}`,
    get_bulk_unsuppress_profiles_jobs: "profile-suppression-bulk-delete-jobs",
    get_bulk_unsuppress_profiles_job: `profile-suppression-bulk-delete-jobs/${jobs["delete"]}`,
  };
  for (const [operation, path] of Object.entries(reads)) await call(operation, `GET /api/${path}`);
  await call(
    "bulk_unsubscribe_profiles",
    UNSUBSCRIBE,
    consentBody("delete", [{ email: "ada@example.com", subscriptions: { email: unsubscribed } }]),
  );
  await call("merge_profiles", "POST /api/profile-merge", {
    data: { type: "profile-merge", id, relationships: { profiles: ids("profile", (await people.find("bob@example.com")) ?? "") } },
  });
  await call("delete_push_token", `DELETE /api/push-tokens/${token}`);
  await call("create_client_profile", "POST /client/profiles", profileBody({ email: "vi@example.com" }));
  await call("create_client_push_token", "POST /client/push-tokens", {
    data: { type: "push-token", attributes: { ...device, token: "device-2" } },
  });
  const { vendor: _, ...gone } = device;
  await call("unregister_client_push_token", "POST /client/push-token-unregister", {
    data: { type: "push-token-unregister", attributes: gone },
  });
  await call("create_client_subscription", "POST /client/subscriptions", {
    data: {
      type: "subscription",
      attributes: { profile: profileBody({ email: "vi@example.com" }) },
      relationships: { list: { data: { type: "list", id: list } } },
    },
  });
});
afterAll(() => people.close());

const AREAS = new Set(["profiles", "data-privacy"]);
const OWN = loadCatalog().operations.filter(({ area, channel }) => AREAS.has(area) && channel === "stable");

it("every stable operation of profiles, consent and erasure is answered, none with 501", () => {
  expect(OWN.map(({ id }) => id).filter((id) => !called.has(id))).toEqual([]);
  expect(people.log).toEqual([]);
});

for (const operation of OWN) {
  behaviour(`${operation.id} answers as the vendor's schema has it`, schemaOf(operation), () => {
    const answer = called.get(operation.id);
    if (!answer) throw new Error(`${operation.id} was not called`);
    const stated = operation.answers.map(({ status }) => status);
    expect([operation.id, stated.includes(answer.status), schemaViolations(operation.id, answer)]).toEqual([operation.id, true, []]);
  });
}
