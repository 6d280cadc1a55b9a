import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createLoopback, reply, type Seen } from "../../test/loopback.ts";
import { createMemoryLimits } from "../../test/memory-limits.ts";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { buildRequest } from "../catalog/request.ts";
import { createManualClock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import type { JsonObject } from "../lib/json.ts";
import { Secret } from "../lib/secret.ts";
import { createClient, type ClientOptions } from "./client.ts";

const catalog = loadCatalog();
const KEY = "pk_4f9a7c1e5b3d8026af94ce71b05d3826e9";
const fills = { account_id: "Abc123" };
const half = () => Uint8Array.of(0x80, 0, 0, 0);
const SHORT = { timeouts: { totalMs: 100 } };

type Answering = (response: ServerResponse, nth: number, seen: Seen) => void;

async function setUp(answer: Answering, options: Partial<ClientOptions> = {}) {
  const server = await createLoopback((response, seen, nth) => answer(response, nth, seen));
  const clock = createManualClock(1_000_000);
  const limits = createMemoryLimits();
  const client = createClient({ limits, clock, random: half, version: "1.2.3", ...options });
  const credentials = { origin: server.origin, key: new Secret(KEY), accountId: "Abc123" };
  const plan = (id: string, args: JsonObject) => ({
    operation: mustFind(catalog, id),
    request: buildRequest(mustFind(catalog, id), args, fills),
  });
  return {
    clock,
    limits,
    client,
    credentials,
    seen: server.seen,
    read(id: string, args: JsonObject, signal?: AbortSignal) {
      const { operation, request } = plan(id, args);
      return client.read(operation, request, credentials, signal);
    },
    write(id: string, args: JsonObject, signal?: AbortSignal, origin = server.origin) {
      const { operation, request } = plan(id, args);
      return client.write("intent_1", operation, request, { ...credentials, origin }, { ...(signal && { signal }) });
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const ok: Answering = (response) => reply(response, 200, { data: [] });
const hang: Answering = () => undefined;
const status =
  (...codes: number[]): Answering =>
  (response, nth) =>
    reply(response, codes[Math.min(nth, codes.length) - 1] ?? 500, { data: [] });

describe("what is sent", () => {
  it("is the request with Klaviyo's headers, and the answer comes back", async () => {
    await using world = await setUp((response) =>
      reply(response, 201, { data: { id: "a" } }, { "x-klaviyo-req-id": "r-1", "x-klaviyo-api-revision": "2026-07-15" }),
    );
    const result = await world.write("create_list", { name: "VIP", fields_list: ["name"] });
    expect(result).toEqual({
      kind: "answered",
      answer: { status: 201, body: { data: { id: "a" } }, requestId: "r-1", revision: "2026-07-15", attempts: 1 },
    });
    const [seen] = world.seen;
    expect([seen?.method, seen?.url, seen?.body]).toEqual([
      "POST",
      "/api/lists?fields%5Blist%5D=name",
      '{"data":{"attributes":{"name":"VIP"},"type":"list"}}',
    ]);
    expect(seen?.headers).toMatchObject({
      authorization: `Klaviyo-API-Key ${KEY}`,
      revision: mustFind(catalog, "create_list").revision,
      accept: "application/vnd.api+json",
      "content-type": "application/vnd.api+json",
      "user-agent": "halyard/1.2.3",
    });
  });

  it("carries a body on DELETE and no key to the client endpoints", async () => {
    await using world = await setUp(status(204, 202));
    await world.write("remove_profiles_from_list", { id: "Vip123", profiles: ["01HQ"] });
    await world.write("create_client_profile", { email: "a@b.de" });
    expect(world.seen[0]?.body).toBe('{"data":[{"id":"01HQ","type":"profile"}]}');
    expect(world.seen[1]?.url).toBe("/client/profiles?company_id=Abc123");
    expect(world.seen[1]?.headers).not.toHaveProperty("authorization");
  });

  it("never goes the wrong way: no write as a read, no read as a write, no write without an intent", async () => {
    await using world = await setUp(ok);
    const createList = mustFind(catalog, "create_list");
    const getLists = mustFind(catalog, "get_lists");
    const write = buildRequest(createList, { name: "VIP" }, fills);
    const read = buildRequest(getLists, {}, fills);
    await expect(world.client.read(createList, write, world.credentials)).rejects.toMatchObject({ code: "internal" });
    await expect(world.client.write("intent_1", getLists, read, world.credentials)).rejects.toMatchObject({ code: "internal" });
    await expect(world.client.write("", createList, write, world.credentials)).rejects.toMatchObject({ code: "internal" });
    await expect(world.client.read(getLists, write, world.credentials)).rejects.toMatchObject({ code: "internal" });
    await expect(world.client.probeWrite(getLists, world.credentials)).rejects.toMatchObject({ code: "internal" });
    expect(await world.client.write("intent_1", createList, { ...write, path: "/api/lists/../profiles" }, world.credentials)).toMatchObject(
      { kind: "not_sent", attempts: 0 },
    );
    expect(world.seen).toEqual([]);
  });
});

describe("a read", () => {
  it.each([429, 500, 502, 503, 504, 408])("asks up to three times on %i", async (code) => {
    await using world = await setUp(status(code, code, 200));
    expect(await world.read("get_lists", {})).toMatchObject({ status: 200, attempts: 3 });
    expect(world.clock.waits).toEqual(code === 429 ? [1000, 1000] : [250, 500]);
  });

  it.each<[string, Answering, string]>([
    ["server errors", status(503), "unreachable"],
    ["resets", (response) => response.socket?.resetAndDestroy(), "unreachable"],
    ["time-outs", hang, "timed_out"],
    [
      "torn bodies",
      (response) => response.writeHead(200, { "content-length": "9" }).write("{", () => response.destroy()),
      "answer_malformed",
    ],
    ["429s", status(429), "rate_limited"],
  ])("gives up after three %s", async (_, answer, code) => {
    await using world = await setUp(answer, answer === hang ? SHORT : {});
    await expect(world.read("get_lists", {})).rejects.toMatchObject({ code });
    expect(world.seen).toHaveLength(3);
  });

  it.each<[string, Answering, string]>([
    ["400", status(400), "rejected"],
    ["401", status(401), "key_rejected"],
    ["403", status(403), "key_missing_scope"],
    ["404", status(404), "not_found"],
    ["501", status(501), "rejected"],
    ["a redirect", (response) => response.writeHead(301, { location: "/api/x" }).end(), "unreachable"],
    ["HTML", (response) => response.writeHead(200).end("<html>"), "answer_malformed"],
    ["an empty body", (response) => response.writeHead(200).end(), "answer_malformed"],
    ["a body that is no document", (response) => response.writeHead(200).end("[]"), "answer_malformed"],
  ])("does not ask again after %s", async (_, answer, code) => {
    await using world = await setUp(answer);
    await expect(world.read("get_lists", {})).rejects.toMatchObject({ code });
    expect(world.seen).toHaveLength(1);
  });

  it("waits as long as Klaviyo says, or says so when that is too long", async () => {
    await using world = await setUp((response, nth) =>
      nth === 2
        ? ok(response, nth, { method: "", url: "", headers: {}, body: "", fromPort: 0 })
        : reply(response, 429, {}, { "retry-after": nth === 1 ? "7" : "30" }),
    );
    expect(await world.read("get_lists", {})).toMatchObject({ attempts: 2 });
    await expect(world.read("get_lists", {})).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 30_000 });
    expect(world.clock.waits).toEqual([7000]);
    expect(world.seen).toHaveLength(3);
  });

  it("stops when its caller does, before and between attempts", async () => {
    const stop = new AbortController();
    await using world = await setUp((response) => {
      stop.abort();
      reply(response, 503);
    });
    await expect(world.read("get_lists", {}, AbortSignal.abort())).rejects.toMatchObject({ code: "timed_out" });
    expect(world.seen).toHaveLength(0);
    await expect(world.read("get_lists", {}, stop.signal)).rejects.toBeInstanceOf(HalyardError);
    expect(world.seen).toHaveLength(1);
  });

  it.each([0, 1000, 61_000])("keeps attempts of an outage to 1.1 per request, one every %i ms", async (everyMs) => {
    await using world = await setUp(status(503), { random: () => new Uint8Array(4) });
    const requests = 100;
    for (let i = 0; i < requests; i++) {
      await expect(world.read("get_profile", { id: "01HQ" })).rejects.toMatchObject({ code: "unreachable" });
      world.clock.advance(everyMs);
    }
    expect(world.seen.length).toBeGreaterThan(0);
    expect(world.seen.length).toBeLessThanOrEqual(requests * 1.1);
  });

  it("rests after five attempts in vain, and finds out by a read whether the account is back, never by a write", async () => {
    let isDown = true;
    const probe = mustFind(catalog, "get_accounts");
    await using world = await setUp((response) => reply(response, isDown ? 503 : 200, { data: [] }), { probe });
    for (let i = 0; i < 3; i++) await world.read("get_profile", { id: "01HQ" }).catch(() => undefined);
    expect(world.seen).toHaveLength(5);
    expect(await world.write("create_list", { name: "VIP" })).toMatchObject({
      kind: "not_sent",
      attempts: 0,
      error: { code: "unreachable" },
    });
    expect(world.seen).toHaveLength(5);
    world.clock.advance(5000);
    expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ kind: "not_sent", attempts: 0 });
    expect(world.seen.slice(5).map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /api/accounts"]);
    isDown = false;
    world.clock.advance(10_000);
    expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ kind: "answered" });
    expect(world.seen.slice(6).map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("corrects the counters from the answer, and survives a store that cannot", async () => {
    const headers = { "ratelimit-limit": "3, 3;w=1, 60;w=60", "ratelimit-remaining": "0", "ratelimit-reset": "5" };
    await using world = await setUp((response) => reply(response, 200, { data: [] }, headers));
    await world.read("get_tags", {});
    expect(world.limits.observed).toEqual([{ key: "Abc123:get_tags:1", widthS: 1, used: 3, atMs: 1_000_000 }]);
    await world.read("get_tags", {});
    expect(world.clock.waits).toEqual([1000]);
    world.limits.observe = () => Promise.reject(new HalyardError("store_unavailable", "down"));
    expect(await world.read("get_tags", {})).toMatchObject({ status: 200 });
  });
});

describe("a write", () => {
  const createList = { name: "VIP" };
  const updateList = { id: "Vip123", name: "VIP" };

  it.each([400, 401, 403, 404, 409, 413, 422])("that Klaviyo refuses with %i is answered", async (code) => {
    await using world = await setUp(status(code));
    expect(await world.write("update_list", updateList)).toMatchObject({ kind: "answered", answer: { status: code, attempts: 1 } });
  });

  it.each<[string, Answering]>([
    ["a time-out", hang],
    ["a reset", (response) => response.socket?.resetAndDestroy()],
    ["500", status(500)],
    ["503", status(503)],
    ["a torn success", (response) => response.writeHead(201, { "content-length": "99" }).write("{", () => response.destroy())],
    ["a torn refusal", (response) => response.writeHead(400, { "content-length": "99" }).write("{", () => response.destroy())],
    ["a success that is a web page", (response) => response.writeHead(200).end("<html>")],
    ["a redirect", (response) => response.writeHead(302, { location: "/" }).end()],
  ])("that cannot be repeated is unknown after %s, and sent once", async (_, answer) => {
    await using world = await setUp(answer, answer === hang ? SHORT : {});
    expect(await world.write("create_list", createList)).toMatchObject({
      kind: "unknown",
      attempts: 1,
      error: { code: "outcome_unknown" },
    });
    expect(world.seen).toHaveLength(1);
  });

  it.each<[string, Answering]>([
    ["429", status(429, 429, 201)],
    [
      "429 with a wait",
      (response, nth) => (nth < 3 ? reply(response, 429, {}, { "retry-after": "3" }) : reply(response, 201, { data: {} })),
    ],
  ])("is repeated after %s, which Klaviyo did not run", async (_, answer) => {
    await using world = await setUp(answer);
    expect(await world.write("create_list", createList)).toMatchObject({ kind: "answered", answer: { status: 201, attempts: 3 } });
  });

  it("is not sent when every attempt was throttled", async () => {
    await using world = await setUp(status(429));
    expect(await world.write("create_list", createList)).toMatchObject({
      kind: "not_sent",
      attempts: 3,
      error: { code: "rate_limited", retryAfterMs: 1000 },
    });
  });

  it("is not sent when nobody listens, after three tries", async () => {
    await using world = await setUp(ok);
    expect(await world.write("create_list", createList, undefined, "http://127.0.0.1:9")).toMatchObject({
      kind: "not_sent",
      attempts: 3,
      error: { code: "unreachable" },
    });
    expect(world.clock.waits).toEqual([250, 500]);
  });

  it("is not sent when its caller stopped it, when there is no room in time, and when the store is down", async () => {
    await using world = await setUp(status(201), { maxWaitMs: 0 });
    expect(await world.write("create_list", createList, AbortSignal.abort())).toMatchObject({
      kind: "not_sent",
      attempts: 0,
      error: { code: "timed_out" },
    });
    world.limits.used.set("Abc123:create_list:86400", { used: 150, startMs: 1_000_000 });
    expect(await world.write("create_list", createList)).toMatchObject({
      kind: "not_sent",
      attempts: 0,
      error: { code: "rate_limited", retryAfterMs: 86_400_000 },
    });
    world.limits.take = () => Promise.reject(new HalyardError("store_unavailable", "down"));
    expect(await world.write("create_list", createList)).toMatchObject({
      kind: "not_sent",
      attempts: 0,
      error: { code: "store_unavailable" },
    });
    expect(world.seen).toHaveLength(0);
  });

  it("is unknown when its caller stopped it on the way", async () => {
    const stop = new AbortController();
    await using world = await setUp(() => stop.abort());
    expect(await world.write("update_list", updateList, stop.signal)).toMatchObject({ kind: "unknown", attempts: 1 });
  });

  it.each<[string, Answering]>([
    ["a reset", (response, nth) => (nth === 1 ? response.socket?.resetAndDestroy() : reply(response, 200, { data: {} }))],
    ["500", status(500, 200)],
  ])("that is idempotent is repeated after %s", async (_, answer) => {
    await using world = await setUp(answer);
    expect(await world.write("update_list", updateList)).toMatchObject({ kind: "answered", answer: { status: 200, attempts: 2 } });
  });

  it("that is idempotent is not repeated after a time-out", async () => {
    await using world = await setUp(hang, SHORT);
    expect(await world.write("update_list", updateList)).toMatchObject({ kind: "unknown", attempts: 1 });
  });

  it("stays unknown when a later attempt is refused or does not get through, and shows the refusal", async () => {
    await using gone = await setUp(status(502, 404));
    expect(await gone.write("delete_list", { id: "Vip123" })).toMatchObject({ kind: "unknown", attempts: 2, answer: { status: 404 } });
    await using throttled = await setUp((response, nth) => reply(response, nth === 1 ? 502 : 429, {}, { "retry-after": "40" }));
    const result = await throttled.write("delete_list", { id: "Vip123" });
    expect(result).toMatchObject({ kind: "unknown", attempts: 2 });
    expect(result).not.toHaveProperty("answer");
  });
});
