import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { eventsOf, openAgents, refusalsOf, saidIn, type Agents } from "./agents.ts";
import { dataOf, schemaViolations } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Agents;
let folder = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "halyard-agents-"));
  account = await openAgents({ persist: join(folder, "account.jsonl") });
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
  rmSync(folder, { recursive: true });
});

const spec = (operation: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${operation}` }) as const;
const assumed = { as: "assumed", from: "behaviour.md §2.20" } as const;

const secret = (name: string, value: string) => account.create("agent-secret", { name, value });
const template = (more: JsonObject = {}): JsonObject => ({
  url_template: "https://parcels.example/{{number}}",
  http_method: "GET",
  ...more,
});
const NUMBER = { name: "number", type: "string" };
const tool = (details: JsonObject = {}, name = "Parcel lookup") =>
  account.create("agent-tool", {
    name,
    public_description: "Tells where a parcel is.",
    details: { type: "custom", request_template: template(), variables: [NUMBER], ...details },
  });
const withSecret = (id: string): JsonObject => ({
  request_template: template({ headers: [{ name: "x-api-key", value: "{{ key }}" }] }),
  variables: [NUMBER, { name: "key", type: "string", source: "secret", value: id }],
});
const skill = (tools: string[], more: JsonObject = {}) =>
  account.create(
    "agent-skill",
    { display_name: "Parcels", description: "Parcel whereabouts", instructions: "Look it up.", status: "live", ...more },
    { "agent-tools": { data: tools.map((id) => ({ type: "agent-tool", id })) } },
  );

describe("agent secrets", () => {
  behaviour("show the last three characters of their value and never more", spec("create_agent_secret_beta"), async () => {
    const value = "sk_live_Xq81Zt0plmken";
    const made = await secret("  Order API key ", value);
    expect(attributesOf(made)).toMatchObject({ name: "Order API key", mask: "**********ken" });
    const rotated = "rotated-9f2K77wwzyx";
    const after = await account.patch("agent-secret", idOf(made), { value: rotated });
    expect(attributesOf(after)).toMatchObject({ name: "Order API key", mask: "**********zyx" });
    const told = [
      made.text,
      after.text,
      (await account.call("GET /api/agent-secrets")).text,
      (await account.call(`GET /api/agent-secrets/${idOf(made)}`)).text,
      JSON.stringify(account.control.ledger()),
      JSON.stringify(account.control.state()),
      readFileSync(join(folder, "account.jsonl"), "utf8"),
    ].join("\n");
    expect(told).toContain("**********zyx");
    for (const part of [value, value.slice(0, -3), rotated, rotated.slice(0, -3), "Xq81", "77ww"]) expect(told).not.toContain(part);
  });

  behaviour("of three characters or fewer show stars alone", assumed, async () => {
    expect(attributesOf(await secret("short", "abc"))["mask"]).toBe("**********");
    expect(attributesOf(await secret("longer", "abcd"))["mask"]).toBe("**********bcd");
  });

  behaviour("have a name of their own and a value", spec("create_agent_secret_beta"), async () => {
    const id = idOf(await secret("one", "value"));
    const other = idOf(await secret("two", "value"));
    const refused = [
      await secret(" one ", "v-91ab-c2f0"),
      await account.patch("agent-secret", other, { name: "one" }),
      await secret("  ", "value"),
      await secret("three", ""),
      await account.patch("agent-secret", id, { name: " " }),
      await account.patch("agent-secret", id, { value: "" }),
    ];
    expect(refusalsOf(refused)).toEqual([
      [409, "/data/attributes/name"],
      [409, "/data/attributes/name"],
      [400, "/data/attributes/name"],
      [400, "/data/attributes/value"],
      [400, "/data/attributes/name"],
      [400, "/data/attributes/value"],
    ]);
    expect(refused.map(({ text }) => text).join("")).not.toContain("91ab");
    expect((await account.patch("agent-secret", id, { name: "one", value: null })).status).toBe(200);
    expect(await account.ids("agent-secrets")).toEqual([id, other].toSorted());
  });

  behaviour("are known to the tools that name them, and those to them", spec("AgentSecretResponseData"), async () => {
    const id = idOf(await secret("key", "value-of-it"));
    const made = await tool(withSecret(id));
    expect(await account.ids(`agent-secrets/${id}/agent-tools`)).toEqual([idOf(made)]);
    const ids = await account.call(`GET /api/agent-tools/${idOf(made)}/relationships/agent-secrets`);
    const link = { self: `${account.url}/api/agent-secrets/${id}/` };
    expect(ids.body["data"]).toEqual([{ type: "agent-secret", id, links: link }]);
    expect(schemaViolations("get_secret_ids_for_agent_tool_beta", ids)).toEqual([]);
    const whole = await account.call(`GET /api/agent-tools/${idOf(made)}/agent-secrets`);
    expect(whole.body["data"]).toEqual(ids.body["data"]);
    expect(at(dataOf(made)[0] ?? {}, "relationships", "agent-secrets")["data"]).toEqual([{ type: "agent-secret", id }]);
  });

  behaviour(
    "that are deleted leave their tools unable to authenticate until they name another",
    spec("delete_agent_secret_beta"),
    async () => {
      const id = idOf(await secret("key", "value-of-it"));
      const made = idOf(await tool(withSecret(id)));
      await skill([made]);
      expect(eventsOf(await account.ask("Where is my parcel?"))).toEqual([
        { type: "message", role: "agent", content: expect.stringContaining("Parcel lookup") },
      ]);
      expect((await account.call(`DELETE /api/agent-secrets/${id}`)).status).toBe(204);
      expect(await account.ids(`agent-tools/${made}/agent-secrets`)).toEqual([]);
      expect(eventsOf(await account.ask("Where is my parcel?"))[0]).toMatchObject({ type: "error", code: 401 });
      const next = idOf(await secret("key", "another"));
      await account.patch("agent-tool", made, { details: { type: "custom", variables: withSecret(next)["variables"] ?? [] } });
      expect(eventsOf(await account.ask("Where is my parcel?"))).toMatchObject([{ type: "message" }]);
    },
  );
});

describe("agent tools", () => {
  behaviour("are read as written, with what the vendor fills in", spec("AgentToolCustomCreateDetailsRequest"), async () => {
    const made = await tool();
    expect([made.status, idOf(made)]).toEqual([201, expect.stringMatching(/^custom:tool_\d+$/)]);
    expect(await account.read("agent-tool", idOf(made))).toEqual({
      name: "Parcel lookup",
      public_description: "Tells where a parcel is.",
      public_name: null,
      details: {
        type: "custom",
        protocol: "https",
        request_template: {
          ...template(),
          request_timeout_seconds: 5,
          query_parameters: null,
          headers: null,
          body_template: null,
        },
        variables: [{ ...NUMBER, required: false, description: null, source: "dynamic", value: null }],
        timeout_seconds: 5,
        max_retries: 1,
        created_at: "2026-07-15T10:00:00+00:00",
        updated_at: "2026-07-15T10:00:00+00:00",
      },
    });
  });

  behaviour("keep what an update does not name, and lose what null clears", spec("AgentToolCustomUpdateDetailsRequest"), async () => {
    const id = idOf(
      await tool({ request_template: template({ body_template: { a: "{{number}}" }, http_method: "POST" }), max_retries: 3 }),
    );
    const change = {
      type: "custom",
      request_template: { http_method: "PUT", body_template: null, url_template: null },
      timeout_seconds: 9,
    };
    await account.patch("agent-tool", id, { name: null, public_description: "Anew", details: change });
    expect(await account.read("agent-tool", id)).toMatchObject({
      name: "Parcel lookup",
      public_description: "Anew",
      details: {
        request_template: { url_template: "https://parcels.example/{{number}}", http_method: "PUT", body_template: null },
        variables: [{ name: "number" }],
        timeout_seconds: 9,
        max_retries: 3,
      },
    });
  });

  behaviour("stay within their bounds", spec("AgentToolCustomCreateDetailsRequest"), async () => {
    const refused = [
      await tool({ timeout_seconds: 0 }),
      await tool({ timeout_seconds: 11 }),
      await tool({ max_retries: -1 }),
      await tool({ max_retries: 4 }),
      await tool({ request_template: template({ request_timeout_seconds: 11 }) }),
      await tool({ request_template: template({ url_template: "http://parcels.example/{{number}}" }) }),
      await tool({ variables: [{ ...NUMBER, source: "secret", value: "sec_nobody" }] }),
    ];
    expect(refusalsOf(refused).map(([status, pointer]) => [status, pointer.replace("/data/attributes/details/", "")])).toEqual([
      [400, "timeout_seconds"],
      [400, "timeout_seconds"],
      [400, "max_retries"],
      [400, "max_retries"],
      [400, "request_template/request_timeout_seconds"],
      [400, "request_template/url_template"],
      [400, "variables/0/value"],
    ]);
    expect((await tool({ timeout_seconds: 10, max_retries: 0 })).status).toBe(201);
  });

  behaviour("declare every variable of their templates, each once", assumed, async () => {
    const refused = [
      await tool({ variables: [] }),
      await tool({ variables: [NUMBER, NUMBER] }),
      await tool({ request_template: template({ headers: [{ name: "a", value: "Bearer {{token}}" }] }) }),
      await tool({ variables: [{ ...NUMBER, value: "x" }] }),
      await tool({ variables: [{ ...NUMBER, source: "klaviyo" }] }),
      await tool({ variables: [{ ...NUMBER, name: "a b" }] }),
    ];
    expect(refusalsOf(refused).map(([status, pointer]) => [status, pointer.replace("/data/attributes/details/", "")])).toEqual([
      [400, "request_template/url_template"],
      [400, "variables/1/name"],
      [400, "request_template/headers"],
      [400, "variables/0/value"],
      [400, "variables/0/value"],
      [400, "variables/0/name"],
    ]);
  });

  behaviour("are filtered by name, kind and time", spec("get_agent_tools_beta"), async () => {
    const first = idOf(await tool({}, "Stock check"));
    account.control.advance(3_600_000);
    const second = idOf(await tool({}, "Parcel lookup"));
    const found = (filter: string) => account.ids(`agent-tools?filter=${encodeURIComponent(filter)}`);
    expect(await found('equals(tool_type,"custom")')).toEqual([first, second]);
    expect(await found('contains(name,"Stock"),equals(tool_type,"custom")')).toEqual([first]);
    expect(await found("greater-or-equal(created_at,2026-07-15T11:00:00Z)")).toEqual([second]);
    expect(await found("equals(updated_at,2026-07-15T10:00:00Z)")).toEqual([first]);
    expect(await found('equals(tool_type,"internal")')).toContain("klaviyo:agent_search");
  });

  behaviour("that are deleted are taken from their skills", spec("delete_agent_tool_beta"), async () => {
    const [kept, gone] = [idOf(await tool()), idOf(await tool())];
    const id = idOf(await skill([kept, gone]));
    expect(await account.ids(`agent-tools/${gone}/agent-skills`)).toEqual([id]);
    expect((await account.call(`DELETE /api/agent-tools/${gone}`)).status).toBe(204);
    expect((await account.call(`GET /api/agent-tools/${gone}`)).status).toBe(404);
    expect(at(dataOf(await account.call(`GET /api/agent-skills/${id}`))[0] ?? {}, "relationships", "agent-tools")["data"]).toEqual([
      { type: "agent-tool", id: kept },
    ]);
  });

  behaviour("of Klaviyo's own are in every account and stay as they are", assumed, async () => {
    const own = "klaviyo:agent_search";
    expect(attributesOf(await account.call(`GET /api/agent-tools/${own}`))["details"]).toMatchObject({ type: "internal" });
    expect((await account.patch("agent-tool", own, { name: "Mine" })).status).toBe(400);
    expect((await account.call(`DELETE /api/agent-tools/${own}`)).status).toBe(400);
  });

  behaviour("that need to know the person ask them to sign in", assumed, async () => {
    const variables = [NUMBER, { name: "email", type: "string", required: true, source: "klaviyo", value: "profile.email" }];
    await skill([idOf(await tool({ variables }))]);
    expect(eventsOf(await account.ask("Where is my parcel?"))).toEqual([{ type: "require-authentication" }]);
    const person = await account.call("POST /api/profiles", { data: { type: "profile", attributes: { email: "ada@example.com" } } });
    expect(person.status).toBe(201);
    const known = await account.ask("Where is my parcel?", { customer: { email: "Ada@example.com" } });
    expect(saidIn(known)).toContain("Parcel lookup");
    // Whoever is known once is known for the rest of the conversation.
    expect(saidIn(await account.ask("And my other parcel?", {}, idOf(known)))).toContain("Parcel lookup");
    expect(eventsOf(await account.ask("Where is my parcel?", { customer: { email: "eve@example.com" } }))).toEqual([
      { type: "require-authentication" },
    ]);
  });
});
