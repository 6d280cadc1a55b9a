import { getEncoding } from "js-tiktoken";
import { describe as suite, expect, it } from "vitest";
import { loadCatalog } from "../catalog/catalog.ts";
import { buildRequest } from "../catalog/request.ts";
import { describe } from "./describe.ts";
import { exampleOf } from "./example.ts";

const catalog = loadCatalog();
const encoding = getEncoding("o200k_base");
const tokens = (text: string) => encoding.encode(text, [], []).length;

suite("descriptions of actions", () => {
  it("describe every operation in at most 1,500 tokens, half of them in 200", () => {
    const sizes = catalog.operations
      .map(({ id }) => ({ id, size: tokens(describe(catalog, id).text ?? "") }))
      .toSorted((a, b) => a.size - b.size);
    expect(sizes.filter(({ size }) => size > 1500)).toStrictEqual([]);
    expect(sizes[Math.floor(sizes.length / 2)]?.size).toBeLessThanOrEqual(200);
  });

  it("give an example that the operation accepts, for every operation", () => {
    const refused = catalog.operations.filter((operation) => {
      try {
        buildRequest(operation, exampleOf(operation), { account_id: "ABC123" });
        return false;
      } catch {
        return true;
      }
    });
    expect(refused.map(({ id }) => id)).toStrictEqual([]);
  });

  it("name every argument of every operation", () => {
    const missing = catalog.operations.flatMap(({ id, args }) => {
      const { text = "" } = describe(catalog, id);
      return args
        .filter(({ name, fill }) => fill === undefined && !text.includes(`  ${name}`) && !text.includes(`"${name}"`))
        .map(({ name }) => `${id} ${name}`);
    });
    expect(missing).toStrictEqual([]);
  });

  it("show arguments, filters, paging, limits and scopes of a collection", () => {
    const { text = "", data } = describe(catalog, "get_campaigns");
    expect(text).toContain("  filter: string");
    expect(text).toContain('sort?: "created_at" | "id" | "name" | "scheduled_at" | "updated_at" | or with "-" before it, descending');
    expect(text).toContain("Required.");
    expect(text).toContain("messages.channel: equals (email | sms | mobile_push)");
    expect(text).toContain("page_size?: integer 1..100");
    expect(text).toContain("10/s, 150/min. Key scopes: campaigns:read");
    expect(data).toMatchObject({
      operation: "get_campaigns",
      kind: "read",
      risk: 0,
      effect: "read",
      args_schema: { type: "object", required: ["filter"] },
    });
  });

  it("show the risk of a write and what takes it back", () => {
    expect(describe(catalog, "create_campaign").text).toContain(
      "write, risk 2: ordinary data, can be put back. Can be undone: yes (delete_campaign).",
    );
    expect(describe(catalog, "send_campaign").text).toContain("Messages may go out to people.");
  });

  it("carry a schema without our marks and with the definitions that it reaches, unless it is large", () => {
    const schema = JSON.stringify(describe(catalog, "create_campaign").data["args_schema"]);
    expect(schema).not.toContain("x-wire");
    for (const [, name] of schema.matchAll(/#\/\$defs\/(\w+)/g)) expect(schema).toContain(`"${name}":{`);
    expect(describe(catalog, "create_flow").data).not.toHaveProperty("args_schema");
    expect(Buffer.byteLength(JSON.stringify(describe(catalog, "create_flow").data))).toBeLessThan(8000);
  });

  it("tell a folded shape by itself, and only shapes that the action has", () => {
    expect(describe(catalog, "create_flow").text).toMatch(/not shown. describe_action "create_flow#\w+"/);
    expect(describe(catalog, "create_flow#SendEmailAction").text).toContain('type: "send-email"');
    expect(() => describe(catalog, "create_list#SendEmailAction")).toThrow("no shape of that name");
  });

  it("reach every folded shape of the largest action, each within the budget", () => {
    const seen = new Set<string>();
    const queue = ["create_flow"];
    for (let asked = queue.shift(); asked !== undefined; asked = queue.shift()) {
      const { data, text = "" } = describe(catalog, asked);
      expect(tokens(text)).toBeLessThanOrEqual(1500);
      const folded = Array.isArray(data["more_shapes"]) ? data["more_shapes"].map(String) : [];
      expect(folded.filter((name) => !text.includes(name))).toStrictEqual([]);
      for (const name of folded.filter((one) => !seen.has(one))) {
        seen.add(name);
        queue.push(`create_flow#${name}`);
      }
    }
    expect(seen.size).toBeGreaterThan(50);
  });

  it("tell the choices where one name stands for several operations", () => {
    const { text = "", data } = describe(catalog, "create_tag_relationships");
    expect(text).toContain('"flows": tag_flows');
    expect(data).toMatchObject({ choose: { relationship: { flows: "tag_flows" } } });
  });

  it("refuse an unknown name with the nearest ones", () => {
    expect(() => describe(catalog, "get_campaign_s")).toThrow(
      expect.objectContaining({ code: "unknown_action", hint: expect.stringContaining("get_campaigns") }),
    );
  });
});
