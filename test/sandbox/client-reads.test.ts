import { afterEach, beforeEach, expect } from "vitest";
import type { Context } from "../../src/sandbox/engine/context.ts";
import { conversationMessages, conversations } from "../../src/sandbox/resources/conversation-rows.ts";
import { geofences } from "../../src/sandbox/resources/geofences.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, openPeople, type People } from "./people.ts";
import { behaviour } from "./provenance.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(() => people.close());

const PLACES = { ghent: [51.05, 3.72], paris: [48.86, 2.35], york: [53.96, -1.08] } as const;
const fenced = (ctx: Context) => {
  for (const [id, [latitude, longitude]] of Object.entries(PLACES)) ctx.rows(geofences).put({ id, latitude, longitude, radius: 100 });
};
const fences = (query: string, filter?: string) =>
  people.call(`GET /client/geofences?company_id=${people.publicKey}${query}`, undefined, {
    authorization: null,
    ...(filter !== undefined && { "x-klaviyo-api-filters": filter }),
  });
const NEAR_PARIS = "and(equals(lat,48.8),equals(lng,2.3))";

behaviour(
  "geofences come nearest first where the header names a place",
  { as: "documented", from: "openapi/stable-2026-07-15.json get_client_geofences" },
  async () => {
    await people.within(fenced);
    const order = async (query: string, filter?: string) => dataOf(await fences(query, filter)).map(({ id }) => id);
    expect(await order("")).toEqual(["ghent", "paris", "york"]);
    expect(await order("", NEAR_PARIS)).toEqual(["paris", "ghent", "york"]);
    expect(await order("", "equals(lat,48.8)")).toEqual(["ghent", "paris", "york"]);
    const first = await fences("&page[size]=2", NEAR_PARIS);
    const next = (first.body["links"] as { next: string }).next;
    const second = await people.call(`GET ${next.slice(people.url.length)}`, undefined, {
      authorization: null,
      "x-klaviyo-api-filters": NEAR_PARIS,
    });
    expect([dataOf(first).length, dataOf(second).map(({ id }) => id)]).toEqual([2, ["york"]]);
    const refused = await Promise.all(["equals(id,1)", "equals("].map((filter) => fences("", filter)));
    expect(refused.map(({ status }) => status)).toEqual([400, 400]);
  },
);

behaviour(
  "the allow list of addresses stands at one id and needs no account",
  { as: "documented", from: "openapi/stable-2026-07-15.json get_client_ip_allowlist" },
  async () => {
    const bare = { authorization: null, revision: null };
    const answer = await people.call("GET /client/ip-allowlists/integration-egress", undefined, bare);
    expect(answer.status).toBe(200);
    expect(attributesOf(answer)["prefixes"]).toContain("192.0.2.0/24");
    expect((await people.call("GET /client/ip-allowlists/other", undefined, bare)).status).toBe(404);
  },
);

const message = (attributes: object, conversation?: string) => ({
  data: {
    type: "conversation-message",
    attributes,
    relationships: { conversation: conversation === undefined ? {} : { data: { type: "conversation", id: conversation } } },
  },
});

behaviour("a message goes to the person of a conversation", { as: "documented", from: "behaviour.md §2.16" }, async () => {
  const ada = await people.person({ phone_number: "+12025550100" });
  await people.within((ctx) => void ctx.rows(conversations).put({ id: "c1", channel: "sms", profile: ada }));
  const send = (body: object) => people.call("POST /api/conversation-messages", body);
  const pair = [{ message_format: "RCS" }, { message_format: "SMS", message: "Hello" }];
  const sent = await send(message({ body: "Hello", message_hierarchy: pair }, "c1"));
  expect([sent.status, sent.text]).toEqual([202, ""]);
  expect((await people.events(ada)).map(({ metric, properties }) => [metric, properties["Message Body"]])).toEqual([
    ["Received Text Message", "Hello"],
  ]);
  let kept: unknown[] = [];
  await people.within((ctx) => void (kept = ctx.rows(conversationMessages).where("conversation", "c1")));
  expect(kept).toMatchObject([{ body: "Hello", hierarchy: pair }]);
  const refused = [
    await send(message({ body: "Hello" }, "c2")),
    await send(message({ body: "Hello" })),
    await send(message({ body: "Hello", message_hierarchy: pair.toReversed() }, "c1")),
    await send(message({ body: "" }, "c1")),
  ];
  expect(refused.map((answer) => [answer.status, errorOf(answer).source])).toEqual([
    [404, { pointer: "/data/" }],
    [400, { pointer: "/data/relationships/conversation" }],
    [400, { pointer: "/data/attributes/message_hierarchy" }],
    [400, { pointer: "/data/attributes/body" }],
  ]);
});
