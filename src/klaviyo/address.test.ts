import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { buildRequest, type WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import { parseOrigin, urlOf } from "./address.ts";

const catalog = loadCatalog();
const getList = mustFind(catalog, "get_list");
const good = buildRequest(getList, { id: "Vip123" }, { account_id: "Abc123" });
const withPath = (path: string): WireRequest => ({ ...good, path });

describe("parseOrigin", () => {
  it.each(["https://a.klaviyo.com", "http://127.0.0.1:8321", "http://[::1]:8321", "http://127.0.0.1:65535"])("accepts %s", (origin) => {
    expect(parseOrigin(origin)).toBe(origin);
    expect(parseOrigin(`${origin}/`)).toBe(origin);
  });

  it.each([
    "http://a.klaviyo.com",
    "https://a.klaviyo.com@evil.example",
    "https://user:pass@a.klaviyo.com",
    "https://a.klaviyo.com:8443",
    "https://a.klaviyo.com.evil.example",
    "https://а.klaviyo.com",
    "https://A.KLAVIYO.COM",
    "https://a.klaviyo.com/x",
    "https://a.klaviyo.com//",
    "https://a.klaviyo.com\t",
    "https://127.0.0.1:8321",
    "http://127.0.0.1",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://localhost:8321",
    "http://127.1:8321",
    "http://2130706433:8321",
    "http://user@127.0.0.1:8321",
    "http://127.0.0.1:8321@evil.example",
    "",
  ])("refuses %j without repeating it", (origin) => {
    let thrown: unknown;
    try {
      parseOrigin(origin);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "config" });
    expect(String(thrown)).not.toContain(origin || "undefined");
  });
});

describe("urlOf", () => {
  it("builds the address of every operation in the catalog", () => {
    for (const operation of catalog.operations) {
      const path = operation.path.replaceAll(/\{\w+\}/g, "%24custom%3A%3A%3A%24default%3A%3A%3Aa-1.2");
      const request = {
        operation: operation.id,
        revision: operation.revision,
        method: operation.method,
        path,
        query: [],
        body: null,
        files: {},
      };
      expect(urlOf("https://a.klaviyo.com", operation, request).href).toBe(`https://a.klaviyo.com${path}`);
    }
    expect(catalog.operations.length).toBeGreaterThan(400);
  });

  it("encodes query names and values once", () => {
    const query: [string, string][] = [
      ["page[size]", "10"],
      ["filter", 'equals(email,"a+b@c.de")'],
    ];
    expect(urlOf("https://a.klaviyo.com", getList, { ...good, query }).search).toBe(
      "?page%5Bsize%5D=10&filter=equals(email%2C%22a%2Bb%40c.de%22)",
    );
  });

  it.each([
    "/api/lists/../profiles/01",
    "/api/lists/01A/../../campaign-send-jobs",
    "/api/lists/%2e%2e",
    "/api/lists/.%2e",
    "/api/lists/%252e%252e",
    "/api/lists/..%2fprofiles",
    "/api/lists/a%2Fb",
    "/api/lists/a\\b",
    "/api/lists/a;b",
    "/api/lists/a\tb",
    "/api/lists/a%0Ab",
    "/api/lists/a?x=1",
    "/api/lists/a#x",
    "/api/lists/",
    "/api/lists",
    "/api/lists/.",
    "/api/lists/..",
    "/api/lists/a/relationships/profiles",
    "//evil.example/api/lists/a",
    "@evil.example/api/lists/a",
    "/api/profiles/a",
    "/api/lists/é",
  ])("refuses the path %j", (path) => {
    expect(() => urlOf("https://a.klaviyo.com", getList, withPath(path))).toThrow(HalyardError);
  });

  it.each([
    { method: "DELETE" },
    { revision: "2020-01-01" },
    { operation: "delete_list" },
    { query: [["fields[list]", "\ud800"]] as [string, string][] },
  ])("refuses a request that is not of its operation: %j", (change) => {
    expect(() => urlOf("https://a.klaviyo.com", getList, { ...good, ...change })).toThrow(expect.objectContaining({ code: "internal" }));
  });

  it("refuses what the URL standard would rewrite, even where the template says so", () => {
    const operation = { ...getList, path: "/api/x/../lists/{id}" };
    expect(() => urlOf("https://a.klaviyo.com", operation, withPath("/api/x/../lists/a"))).toThrow(
      expect.objectContaining({ code: "internal" }),
    );
  });

  it("checks the origin again", () => {
    expect(() => urlOf("https://evil.example", getList, good)).toThrow(expect.objectContaining({ code: "config" }));
  });
});
