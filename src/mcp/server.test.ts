import { readFileSync } from "node:fs";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { getEncoding } from "js-tiktoken";
import { describe, expect, it } from "vitest";
import { callerOf, createLines, createScriptedGate, done } from "../../test/mcp/scripted-gate.ts";
import { loadCatalog } from "../catalog/catalog.ts";
import { HalyardError } from "../lib/errors.ts";
import { findActions } from "./find-actions.ts";
import { createMcpServer } from "./server.ts";
import { TOOLS } from "./tools.ts";

const encoding = getEncoding("o200k_base");
const tokens = (value: unknown) => encoding.encode(JSON.stringify(value), [], []).length;

async function connect() {
  const gate = createScriptedGate();
  const { lines, log } = createLines();
  const server = createMcpServer({
    door: "stdio",
    refused: () => undefined,
    version: "1.2.3",
    load: () => Promise.resolve(gate),
    caller: () => Promise.resolve(callerOf("a", "stdio")),
    log,
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(ours);
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
  return { gate, lines, client, call };
}

describe("the list of tools", () => {
  it("takes at most 950 tokens", async () => {
    const { tools } = await (await connect()).client.listTools();
    expect(tools).toHaveLength(6);
    expect(tokens(tools)).toBeLessThanOrEqual(950);
  });

  it("has closed schemas, names and keys that every client takes, and annotations that are true", async () => {
    const { tools } = await (await connect()).client.listTools();
    for (const { name, title, description, inputSchema, annotations } of tools) {
      expect([name, ...Object.keys(inputSchema.properties ?? {})].every((key) => /^[a-zA-Z0-9_.-]{1,64}$/.test(key))).toBe(true);
      expect(title).toBeTruthy();
      expect(description).toBeTruthy();
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(annotations).toStrictEqual({
        title,
        readOnlyHint: name !== "write",
        destructiveHint: name === "write",
        idempotentHint: name !== "write",
        openWorldHint: ["read", "write", "account_overview"].includes(name),
      });
    }
  });

  it("is what the registry holds, in that order", async () => {
    const { tools } = await (await connect()).client.listTools();
    expect(tools.map(({ name }) => name)).toStrictEqual(TOOLS.map(({ name }) => name));
  });
});

describe("the server's instructions", () => {
  it("say everything that matters in their first 512 characters", async () => {
    const start = ((await connect()).client.getInstructions() ?? "").slice(0, 512);
    for (const word of [
      "Klaviyo",
      "search_actions",
      "describe_action",
      "read or write",
      "approval_required",
      "outside this chat",
      "same arguments",
      "approval_status",
      "Never ask",
    ]) {
      expect(start).toContain(word);
    }
  });
});

describe("tools", () => {
  it("find actions in at most 800 tokens, whatever is asked", () => {
    const requests = readFileSync(new URL("../../test/search/requests.tsv", import.meta.url), "utf8").split("\n");
    for (const request of requests) expect(tokens(findActions(loadCatalog(), request))).toBeLessThanOrEqual(800);
  });

  it("find an action with its effect and required arguments, and say what to do when nothing fits", async () => {
    const { call } = await connect();
    const found = await call("search_actions", { query: "add people to a list" });
    expect(found.structuredContent).toMatchObject({
      actions: expect.arrayContaining([
        expect.objectContaining({
          action: "add_profiles_to_list",
          effect: expect.stringMatching(/^write, risk \d$/),
          required: ["id", "profiles"],
        }),
      ]),
    });
    expect(found.content).toStrictEqual([{ type: "text", text: JSON.stringify(found.structuredContent) }]);
    expect((await call("search_actions", { query: "zzzz" })).structuredContent).toMatchObject({
      actions: [],
      next: expect.stringContaining("nouns"),
    });
  });

  it("pass a read to the gate as a read and a write as a write with its reason", async () => {
    const { call, gate } = await connect();
    await call("read", { action: "get_lists" });
    await call("write", { action: "create_list", args: { name: "VIP" }, reason: "asked for" });
    expect(gate.calls.map(({ input }) => input)).toStrictEqual([
      { action: "get_lists", args: {}, intent: "read" },
      { action: "create_list", args: { name: "VIP" }, reason: "asked for", intent: "write" },
    ]);
    expect(gate.calls[0]?.caller).toStrictEqual(callerOf("a", "stdio"));
  });

  it("answer with the same data as text and as structured content, cleaned", async () => {
    const { call, gate } = await connect();
    gate.results.push(done({ data: [{ type: "list", id: "A", attributes: { name: "x\u001B[31m\u202E" } }] }));
    const answer = await call("read", { action: "get_lists", args: {} });
    expect(answer.structuredContent).toMatchObject({ status: "done", rows: [{ id: "A", name: "x<U+001B>[31m<U+202E>" }] });
    expect(answer.content).toStrictEqual([{ type: "text", text: JSON.stringify(answer.structuredContent) }]);
  });

  it.each([
    ["write", { action: "a", args: {}, reason: "r", approved: true }, "/approved"],
    ["write", { action: "a", args: {} }, "/reason"],
    ["write", { action: "a", args: '{"id":1}', reason: "r" }, "/args"],
    ["write", { action: ["a"], args: {}, reason: "r" }, "/action"],
    ["read", { action: "a", args: [] }, "/args"],
    ["approval_status", { approval_id: 7 }, "/approval_id"],
    ["account_overview", { connection: "other" }, "/connection"],
  ])("refuse wrong arguments of %s %j before anything is loaded or asked", async (name, args, path) => {
    const { call, gate } = await connect();
    const answer = await call(name, args);
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: { code: "invalid_arguments", violations: expect.arrayContaining([expect.objectContaining({ path })]) },
    });
    expect(gate.calls).toStrictEqual([]);
  });

  it.each([
    ["a number that is not exact", { id: 2 ** 53 + 2 }],
    ["minus zero", { count: -0 }],
    ["half of a surrogate pair", { name: "\uD800" }],
    ["a nesting that is too deep", Array.from({ length: 80 }).reduce((inner) => ({ inner }), {})],
  ])("refuse %s", async (_, args) => {
    const { call, gate } = await connect();
    expect(await call("read", { action: "get_lists", args })).toMatchObject({
      isError: true,
      structuredContent: { code: expect.stringMatching(/invalid_json|too_large/) },
    });
    expect(gate.calls).toStrictEqual([]);
  });

  it("tell a refusal of the gate with code, hint and violations, and a bug with nothing but its code", async () => {
    const { call, gate, lines } = await connect();
    gate.results.push(
      new HalyardError("unknown_action", "There is no action of that name.", { hint: "Did you mean get_lists?" }),
      new Error("SELECT secret FROM keys"),
    );
    expect(await call("read", { action: "get_list_s" })).toMatchObject({
      isError: true,
      structuredContent: { code: "unknown_action", hint: "Did you mean get_lists?" },
    });
    const bug = await call("read", { action: "get_lists" });
    expect(bug).toMatchObject({ isError: true, structuredContent: { code: "internal" } });
    expect(JSON.stringify(bug)).not.toContain("SELECT");
    expect(lines.join("\n")).toContain("SELECT secret FROM keys");
  });

  it("show an agent its own approvals only, and the account without what is not known", async () => {
    const { call } = await connect();
    expect(await call("approval_status", { approval_id: "appr_other" })).toMatchObject({
      isError: true,
      structuredContent: { code: "not_found" },
    });
    expect((await call("account_overview", {})).structuredContent).toStrictEqual({ agent: "a", account: { id: "ABC123" } });
  });
});
