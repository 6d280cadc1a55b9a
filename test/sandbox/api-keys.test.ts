import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { openInBeta, resource } from "./in-beta.ts";
import { dataOf, errorOf, schemaViolations, type Opened } from "./open.ts";
import { attributesOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Opened;
beforeEach(async () => {
  account = await openInBeta();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const stated = (schema: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;
const assumed = (schema: string) => ({ as: "assumed", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;

const as = (key: string) => ({ authorization: `Klaviyo-API-Key ${key}` });
const idOf = (name: string) => account.control.keys().find(({ id }) => id === name)?.api_id ?? "";
const patch = (name: string, attributes: JsonObject, headers = {}) =>
  account.call(`PATCH /api/api-keys/${idOf(name)}`, resource("api-key", attributes, { id: idOf(name) }), headers);
const opens = async (key: string) => (await account.call("GET /api/lists", undefined, { ...as(key), revision: "2026-07-15" })).status;

describe("API keys", () => {
  behaviour("are the sandbox's own, listed without their values", stated("get_api_keys_beta"), async () => {
    account.control.advance(1000);
    const made = account.control.createKey("agent", ["lists:read", "profiles:write"]);
    const all = await account.call("GET /api/api-keys");
    expect(schemaViolations("get_api_keys_beta", all)).toEqual([]);
    expect(dataOf(all).map(({ attributes }) => attributes["name"])).toEqual(["full", "readOnly", "agent"]);
    expect(dataOf(all)[2]).toMatchObject({
      id: idOf("agent"),
      attributes: { status: "active", scopes: ["lists:read", "profiles:write"], created: "2026-07-15T10:00:01+00:00" },
    });
    for (const key of [made, account.keys.full, account.keys.readOnly]) expect(all.text).not.toContain(key.slice(0, 20));
  });

  behaviour("show their last four characters when asked", stated("PatchApiKeyResponse"), async () => {
    const key = account.control.createKey("agent", null);
    const redacted = `pk_****${key.slice(-4)}`;
    const read = await account.call(`GET /api/api-keys/${idOf("agent")}?additional-fields[api-key]=redacted_key`);
    expect(attributesOf(read)["redacted_key"]).toBe(redacted);
    expect(attributesOf(await patch("agent", { name: "x" }))).not.toHaveProperty("redacted_key");
    expect((await account.call(`GET /api/api-keys/${idOf("agent")}`)).text).not.toContain("pk_");
  });

  behaviour("with every scope name every scope that an operation asks for", stated("ApiKeyResponseObjectResource"), async () => {
    const full = attributesOf(await account.call(`GET /api/api-keys/${idOf("full")}`));
    const needed = loadCatalog().operations.flatMap(({ scopes }) => scopes);
    expect(full["scopes"]).toEqual(expect.arrayContaining([...new Set(needed)]));
  });

  behaviour("are relabelled and go on opening", stated("ApiKeyUpdateRequest"), async () => {
    const key = account.control.createKey("agent", ["lists:read"]);
    expect(attributesOf(await patch("agent", { name: "Night agent" }))).toMatchObject({ name: "Night agent", status: "active" });
    expect(await opens(key)).toBe(200);
    expect(account.control.keys().find(({ id }) => id === "agent")).toMatchObject({ label: "Night agent", disabled: false });
    expect(account.control.ledger().at(-1)).toMatchObject({ key: "agent" });
    const refused = await patch("agent", { name: " " });
    expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: "/data/attributes/name" }]);
    expect(attributesOf(await patch("agent", { name: null, status: null }))).toMatchObject({ name: "Night agent", status: "active" });
  });

  behaviour("open nothing while they are disabled", stated("ApiKeyUpdateRequest"), async () => {
    const key = account.control.createKey("agent", ["lists:read"]);
    expect(await opens(key)).toBe(200);
    expect(attributesOf(await patch("agent", { status: "disabled" }))["status"]).toBe("disabled");
    const refused = await account.call("GET /api/lists", undefined, as(key));
    expect([refused.status, errorOf(refused).code]).toEqual([401, "authentication_failed"]);
    expect(account.control.keys().find(({ id }) => id === "agent")).toMatchObject({ disabled: true, revoked: false });
    expect(attributesOf(await account.call(`GET /api/api-keys/${idOf("agent")}`))["status"]).toBe("disabled");
    await patch("agent", { status: "active" });
    expect(await opens(key)).toBe(200);
  });

  behaviour("can disable themselves, and need another to come back", { as: "assumed", from: "behaviour.md §2.20" }, async () => {
    const key = account.control.createKey("agent", ["credentials:read", "credentials:write", "lists:read"]);
    expect((await patch("agent", { status: "disabled" }, as(key))).status).toBe(200);
    expect((await patch("agent", { status: "active" }, as(key))).status).toBe(401);
    expect((await patch("agent", { status: "active" })).status).toBe(200);
    expect(await opens(key)).toBe(200);
  });

  behaviour("are changed by a key with that scope alone", stated("update_api_key_beta"), async () => {
    expect((await patch("full", { status: "disabled" }, as(account.keys.readOnly))).status).toBe(403);
    expect((await account.call("GET /api/api-keys", undefined, as(account.keys.readOnly))).status).toBe(200);
    expect(await opens(account.keys.full)).toBe(200);
  });

  behaviour("are gone once they are revoked", assumed("get_api_keys_beta"), async () => {
    account.control.createKey("agent", ["lists:read"]);
    await patch("agent", { status: "disabled" });
    account.control.revokeKey("agent");
    expect(dataOf(await account.call("GET /api/api-keys"))).toHaveLength(2);
    expect((await account.call(`GET /api/api-keys/${idOf("agent")}`)).status).toBe(404);
    expect((await patch("agent", { status: "active" })).status).toBe(404);
    expect(account.control.keys().find(({ id }) => id === "agent")).toMatchObject({ revoked: true });
  });

  it("can be switched on again without any key that works, and survive no reset as they were", async () => {
    const full = account.keys.full;
    await patch("full", { status: "disabled" });
    expect(await opens(full)).toBe(401);
    const enable = (body: object) => account.call("PATCH /_sandbox/keys", body);
    expect((await enable({ name: "full" })).status).toBe(400);
    expect((await enable({ name: "nobody", disabled: false })).status).toBe(404);
    expect((await enable({ name: "full", disabled: false })).status).toBe(204);
    expect(await opens(full)).toBe(200);
    await patch("full", { status: "disabled", name: "Old" });
    account.control.reset();
    expect(await opens(full)).toBe(200);
    expect(account.control.keys()[0]).toMatchObject({ id: "full", label: "full", disabled: false });
  });
});
