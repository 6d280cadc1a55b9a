import { describe, expect, it } from "vitest";
import { createLoopback, reply, type Seen } from "../../test/loopback.ts";
import { createMemoryLimits } from "../../test/memory-limits.ts";
import { loadCatalog } from "../catalog/catalog.ts";
import { createManualClock } from "../lib/clock.ts";
import type { Json } from "../lib/json.ts";
import { Secret } from "../lib/secret.ts";
import { createClient } from "./client.ts";
import { stableScopes } from "./probe-plan.ts";
import { findScopes, verifyKey } from "./probes.ts";

const catalog = loadCatalog();
const key = new Secret("pk_4f9a7c1e5b3d8026af94ce71b05d3826e9");

async function setUp(answer: (seen: Seen) => { status: number; body?: Json }) {
  const server = await createLoopback((response, seen) => {
    const { status, body } = answer(seen);
    reply(response, status, body ?? { data: [], errors: [] });
  });
  const limits = createMemoryLimits();
  const client = createClient({ limits, clock: createManualClock(1_000_000) });
  return {
    seen: server.seen,
    limits,
    verify: (secret = key) => verifyKey(client, catalog, { origin: server.origin, key: secret }),
    find: (signal?: AbortSignal) => findScopes(client, catalog, { origin: server.origin, key, accountId: "Abc123" }, signal),
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const account = (attributes: Json, id: Json = "Abc123"): Json => ({ data: [{ type: "account", id, attributes }] });

describe("verifyKey", () => {
  it("says whose account it is", async () => {
    const attributes = {
      test_account: true,
      contact_information: { organization_name: "Ha\u202erry's" },
      timezone: "Europe/Paris",
      preferred_currency: "EUR",
    };
    await using world = await setUp(() => ({ status: 200, body: account(attributes) }));
    expect(await world.verify()).toEqual({
      accountId: "Abc123",
      name: "Ha<U+202E>rry's",
      timezone: "Europe/Paris",
      currency: "EUR",
      isTest: true,
    });
    expect(world.seen.map(({ method, url }) => [method, url])).toEqual([["GET", "/api/accounts"]]);
    expect([...world.limits.used.keys()]).toEqual(["unverified:get_accounts:1", "unverified:get_accounts:60"]);
  });

  it("takes what is missing as empty, but not the account's id", async () => {
    await using bare = await setUp(() => ({ status: 200, body: account({}) }));
    expect(await bare.verify()).toEqual({ accountId: "Abc123", name: "", timezone: "", currency: "", isTest: false });
    await using nameless = await setUp(() => ({ status: 200, body: account({}, "a:b") }));
    await expect(nameless.verify()).rejects.toMatchObject({ code: "answer_malformed" });
    await using empty = await setUp(() => ({ status: 200, body: { data: [] } }));
    await expect(empty.verify()).rejects.toMatchObject({ code: "answer_malformed" });
  });

  it.each([
    [401, "key_rejected"],
    [403, "key_missing_scope"],
    [503, "unreachable"],
  ])("passes %i on as %s", async (status, code) => {
    await using world = await setUp(() => ({ status }));
    await expect(world.verify()).rejects.toMatchObject({ code });
  });

  it("does not send what is no private key", async () => {
    await using world = await setUp(() => ({ status: 200 }));
    await expect(world.verify(new Secret("Abc123"))).rejects.toMatchObject({
      code: "key_rejected",
      message: expect.stringContaining("public key"),
    });
    expect(world.seen).toEqual([]);
  });
});

describe("findScopes", () => {
  const all = stableScopes(catalog);
  const ERASURE = "data-privacy:write";

  /** Answers as Klaviyo would for a key with these scopes: permission first, then the id, then the body. */
  const withScopes =
    (granted: string[]) =>
    ({ method, url }: Seen): { status: number } => {
      const path = url.split("?")[0] ?? "";
      const operation = catalog.operations.find(
        (candidate) =>
          candidate.channel === "stable" &&
          candidate.method === method &&
          candidate.path.replaceAll(/\{\w+\}/g, "halyard-no-such-id") === path,
      );
      if (!operation || operation.scopes.some((scope) => !granted.includes(scope))) return { status: 403 };
      if (path.includes("halyard-no-such-id")) return { status: 404 };
      return { status: method === "GET" ? 200 : 400 };
    };

  it.each([
    ["a full key", all],
    ["a read-only key", all.filter((scope) => scope.endsWith(":read"))],
    ["a key for lists", ["accounts:read", "lists:read", "lists:write", "profiles:read", "profiles:write"]],
    ["a key with nothing else", ["accounts:read"]],
  ])("finds those of %s", async (_, granted) => {
    await using world = await setUp(withScopes(granted));
    const found = await world.find();
    const told = all.filter((scope) => scope !== ERASURE);
    expect(found.granted).toEqual(told.filter((scope) => granted.includes(scope)));
    expect([...found.granted, ...found.missing, ...found.unknown].toSorted()).toEqual(all);
    // What can only be told together with a scope that is missing stays open; nothing granted does.
    expect(found.unknown.filter((scope) => granted.includes(scope) && scope !== ERASURE)).toEqual([]);
    expect(found.unknown).toContain(ERASURE);
    expect(found.unknown.length).toBeLessThanOrEqual(5);
  });

  it("sends nothing but reads and empty bodies, one request for each scope but the verified one and erasure", async () => {
    await using world = await setUp(withScopes(all));
    await world.find();
    expect(world.seen).toHaveLength(all.length - 2);
    expect(world.seen.filter(({ method }) => method !== "GET").every(({ body, url }) => body === "{}" && !url.includes("?"))).toBe(true);
    expect(world.seen.some(({ method }) => method === "DELETE")).toBe(false);
  });

  it("stops probing writes once an empty body was taken, and says that it does not know", async () => {
    await using world = await setUp((seen) => (seen.method === "GET" ? { status: 200 } : { status: 202 }));
    const found = await world.find();
    expect(found.unknown).toEqual(expect.arrayContaining(["lists:write", "data-privacy:write", "webhooks:write"]));
    expect(found.granted.every((scope) => scope.endsWith(":read"))).toBe(true);
    expect(world.seen.filter(({ method }) => method !== "GET").length).toBeLessThanOrEqual(3);
  });

  it("does not know what gets a strange answer", async () => {
    await using world = await setUp((seen) =>
      seen.url.startsWith("/api/lists") ? { status: seen.method === "GET" ? 409 : 503 } : withScopes(all)(seen),
    );
    expect(await world.find()).toMatchObject({ missing: [], unknown: [ERASURE, "lists:read", "lists:write"] });
  });

  it("ends at once when the key is no longer valid or its caller stopped it", async () => {
    await using world = await setUp(() => ({ status: 401 }));
    await expect(world.find()).rejects.toMatchObject({ code: "key_rejected" });
    expect(world.seen.length).toBeLessThanOrEqual(3);
    await expect(world.find(AbortSignal.abort())).rejects.toMatchObject({ code: "timed_out" });
  });
});
