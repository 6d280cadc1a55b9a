import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, list, open, type Opened } from "./open.ts";

interface Rule {
  rule: string;
  provenance: "documented" | "observed" | "assumed";
  /** Section of the facts on Klaviyo's behaviour. */
  source: string;
  request: string;
  headers?: Record<string, string | null>;
  body?: unknown;
  expected: { status: number; code?: string; detail?: string | RegExp; source?: object; headers?: Record<string, string> };
}

const LISTS = "GET /api/lists";
const json = (attributes: object, more: object = {}) => ({ data: { type: "list", attributes, ...more } });

const RULES: Rule[] = [
  { rule: "a request without a key is not authenticated", provenance: "observed", source: "1.4 klaviyo-api-ruby#19", request: LISTS, headers: { authorization: null },
    expected: { status: 401, code: "not_authenticated", detail: "Missing or invalid authorization scheme. Please use Klaviyo-API-Key.", source: { pointer: "/data/" } } },
  { rule: "a key after another scheme word is not authenticated", provenance: "observed", source: "1.1", request: LISTS, headers: { authorization: "Bearer pk_0123456789012345678901234567890123" },
    expected: { status: 401, code: "not_authenticated" } },
  { rule: "an unknown key fails authentication", provenance: "observed", source: "1.4, 5.1", request: LISTS, headers: { authorization: "Klaviyo-API-Key pk_0123456789012345678901234567890123" },
    expected: { status: 401, code: "authentication_failed" } },
  { rule: "a missing revision is refused", provenance: "assumed", source: "1.2", request: LISTS, headers: { revision: null },
    expected: { status: 400, code: "invalid", source: { parameter: "revision" } } },
  { rule: "a malformed revision is refused", provenance: "assumed", source: "1.2", request: LISTS, headers: { revision: "2026-02-31" },
    expected: { status: 400, code: "invalid", source: { parameter: "revision" } } },
  { rule: "a retired revision is gone", provenance: "assumed", source: "1.2", request: LISTS, headers: { revision: "2023-01-24" }, expected: { status: 410 } },
  { rule: "a date between revisions is served by the one before", provenance: "documented", source: "1.2 (older text)", request: LISTS, headers: { revision: "2026-05-01" },
    expected: { status: 200, headers: { "x-klaviyo-api-revision": "2026-04-15" } } },
  { rule: "a beta endpoint rejects a plain date", provenance: "documented", source: "1.2", request: "GET /api/agents", expected: { status: 400, source: { parameter: "revision" } } },
  { rule: "a stable endpoint serves a beta revision", provenance: "assumed", source: "1.2", request: LISTS, headers: { revision: "2026-07-15.pre" },
    expected: { status: 200, headers: { "x-klaviyo-api-revision": "2026-07-15.pre" } } },
  { rule: "an unknown path is not found", provenance: "assumed", source: "1.4", request: "GET /api/lisst", expected: { status: 404, code: "not_found" } },
  { rule: "a wrong method is answered with what is allowed", provenance: "assumed", source: "1.4", request: "DELETE /api/lists",
    expected: { status: 405, code: "method_not_allowed", headers: { allow: "GET, POST, HEAD, OPTIONS" } } },
  { rule: "the first API versions are retired outside of JSON:API", provenance: "observed", source: "1.2 pliny#174", request: "GET /api/v2/lists", expected: { status: 410 } },
  { rule: "a trailing slash is accepted", provenance: "documented", source: "5.9", request: "GET /api/lists/", expected: { status: 200 } },
  { rule: "the observed headers are on every answer", provenance: "observed", source: "1.6", request: LISTS,
    expected: { status: 200, headers: { "content-type": "application/vnd.api+json", vary: "Accept, Accept-Language, Cookie, Origin", "content-language": "en-us", allow: "GET, POST, HEAD, OPTIONS" } } },
  { rule: "another content type is unsupported", provenance: "documented", source: "1.3", request: "POST /api/lists", body: "name=x", headers: { "content-type": "application/x-www-form-urlencoded" },
    expected: { status: 415, code: "unsupported_media_type" } },
  { rule: "an unknown content encoding is unsupported", provenance: "documented", source: "1.3", request: "POST /api/lists", body: list("x"), headers: { "content-encoding": "br" }, expected: { status: 415 } },
  { rule: "the vendor's media type is accepted", provenance: "documented", source: "1.3", request: "POST /api/lists", body: list("x"), headers: { "content-type": "application/vnd.api+json; charset=utf-8" }, expected: { status: 201 } },
  { rule: "a body that is not JSON is refused", provenance: "assumed", source: "1.4", request: "POST /api/lists", body: "{", expected: { status: 400, code: "invalid" } },
  { rule: "a body that is not there is refused", provenance: "assumed", source: "1.4", request: "POST /api/lists", headers: { "content-type": "application/json" }, expected: { status: 400 } },
  { rule: "a body nested without end is refused", provenance: "assumed", source: "1.4", request: "POST /api/lists", body: "[".repeat(100_000) + "]".repeat(100_000), expected: { status: 400 } },
  { rule: "a body over 5 MB is too large", provenance: "documented", source: "1.3", request: "POST /api/lists", body: list("x".repeat(5 * 1024 * 1024)), expected: { status: 413 } },
  { rule: "an unknown attribute is named with its resource", provenance: "observed", source: "1.4 klaviyo-api-node#67", request: "POST /api/lists", body: json({ name: "x", colour: "red" }),
    expected: { status: 400, code: "invalid", detail: "'colour' is not a valid field for the resource 'list'.", source: { pointer: "/data/attributes/colour" } } },
  { rule: "a missing attribute is pointed at", provenance: "assumed", source: "1.4", request: "POST /api/lists", body: json({}), expected: { status: 400, source: { pointer: "/data/attributes/name" } } },
  { rule: "a body of another type is refused", provenance: "assumed", source: "1.3", request: "POST /api/lists", body: { data: { type: "tag", attributes: { name: "x" } } }, expected: { status: 400, source: { pointer: "/data/type" } } },
  { rule: "the id of a PATCH body must be the path's", provenance: "assumed", source: "1.3", request: "PATCH /api/lists/{first}", body: json({ name: "x" }, { id: "other" }), expected: { status: 400, source: { pointer: "/data/id" } } },
  { rule: "a missing resource names its type and id", provenance: "assumed", source: "1.4", request: "GET /api/lists/nope", expected: { status: 404, code: "not_found", detail: "A list with id nope does not exist." } },
  { rule: "an unknown include is named", provenance: "observed", source: "1.4", request: `${LISTS}?include=profiless`,
    expected: { status: 400, detail: "'profiless' is not an allowed include parameter for this resource.", source: { parameter: "include" } } },
  { rule: "an include appears once", provenance: "documented", source: "1.9", request: `${LISTS}?include=tags,tags`, expected: { status: 400, source: { parameter: "include" } } },
  { rule: "an unknown sparse field is refused", provenance: "documented", source: "1.9", request: `${LISTS}?fields[list]=colour`, expected: { status: 400, source: { parameter: "fields[list]" } } },
  { rule: "an unknown sort is refused", provenance: "documented", source: "1.9", request: `${LISTS}?sort=colour`, expected: { status: 400, source: { parameter: "sort" } } },
  { rule: "two sort keys are refused", provenance: "documented", source: "1.9", request: `${LISTS}?sort=name,id`, expected: { status: 400, source: { parameter: "sort" } } },
  { rule: "lists have pages of ten at most", provenance: "observed", source: "1.4, 5.10", request: `${LISTS}?page[size]=100`, expected: { status: 400, source: { parameter: "page[size]" } } },
  { rule: "an unknown parameter is refused", provenance: "assumed", source: "1.9", request: `${LISTS}?colour=red`, expected: { status: 400, source: { parameter: "colour" } } },
  { rule: "a repeated parameter is refused", provenance: "assumed", source: "1.9", request: `${LISTS}?sort=id&sort=name`, expected: { status: 400, source: { parameter: "sort" } } },
  { rule: "a field that cannot be filtered is told with those that can", provenance: "observed", source: "1.4", request: `${LISTS}?filter=equals(colour,'red')`,
    expected: { status: 400, detail: /^'colour' is not a filterable field for this resource\. The filterable fields on this resource are: name, id, created, updated/, source: { parameter: "filter" } } },
  { rule: "an operator that the field lacks is refused", provenance: "documented", source: "1.8", request: `${LISTS}?filter=contains(name,'x')`, expected: { status: 400, source: { parameter: "filter" } } },
  { rule: "a filter that cannot be read is refused", provenance: "assumed", source: "1.8", request: `${LISTS}?filter=or(equals(name,'x'))`, expected: { status: 400, source: { parameter: "filter" } } },
  { rule: "equals takes one value where the documents list only the list form", provenance: "assumed", source: "1.8", request: `${LISTS}?filter=equals(name,'x')`, expected: { status: 200 } },
  { rule: "a damaged cursor is invalid", provenance: "observed", source: "1.4", request: `${LISTS}?page[cursor]=nonsense`,
    expected: { status: 400, detail: "Invalid cursor provided.", source: { pointer: "/data/" } } },
  { rule: "a client endpoint needs the company id", provenance: "documented", source: "1.1", request: "POST /client/profiles", body: {}, expected: { status: 400, source: { parameter: "company_id" } } },
  { rule: "an operation that nobody declared is not implemented", provenance: "assumed", source: "—", request: "GET /api/webhooks", expected: { status: 501 } },
];

describe("protocol", () => {
  let sandbox: Opened;
  let firstList = "";
  beforeAll(async () => {
    sandbox = await open();
    firstList = ((await sandbox.call(LISTS)).body["data"] as { id: string }[])[0]?.id ?? "";
  });
  afterAll(() => sandbox.close());

  it.each(RULES)("$rule ($provenance, $source)", async ({ request, body, headers, expected }) => {
    const answer = await sandbox.call(request.replace("{first}", firstList), body, headers);
    expect(answer.status).toBe(expected.status);
    const error = errorOf(answer);
    if (expected.code !== undefined) expect(error.code).toBe(expected.code);
    if (expected.detail instanceof RegExp) expect(error.detail).toMatch(expected.detail);
    else if (expected.detail !== undefined) expect(error.detail).toBe(expected.detail);
    if (expected.source) expect(error.source).toEqual(expected.source);
    expect(answer.headers).toMatchObject(expected.headers ?? {});
  });

  it("writes every error in Klaviyo's form (observed, 1.4)", async () => {
    const { body } = await sandbox.call("GET /api/lists/nope");
    const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(body).toEqual({
      errors: [
        { id: uuid, status: 404, code: "not_found", title: "Not found.", detail: "A list with id nope does not exist.", source: { pointer: "/data/" }, links: {}, meta: {} },
      ],
    });
  });

  it("repeats the request in links.self with everything percent-encoded (observed, 1.11)", async () => {
    const { body } = await sandbox.call("GET /api/lists/?fields[list]=name&filter=equals(name,'it')");
    expect(body["links"]).toMatchObject({ self: `${sandbox.url}/api/lists?fields%5Blist%5D=name&filter=equals%28name%2C%27it%27%29` });
  });

  it("answers HEAD and OPTIONS without a body (observed allow header, 1.6)", async () => {
    expect(await sandbox.call("HEAD /api/lists")).toMatchObject({ status: 200, text: "" });
    const options = await sandbox.call(`OPTIONS /api/lists/${firstList}`);
    expect(options).toMatchObject({ status: 200, text: "", headers: { allow: "GET, PUT, PATCH, DELETE, HEAD, OPTIONS" } });
  });

  it("inflates gzip and caps what comes out (documented, 1.3)", async () => {
    const send = async (attributes: object) => {
      const headers = { authorization: `Klaviyo-API-Key ${sandbox.keys.full}`, revision: "2026-07-15", "content-type": "application/json", "content-encoding": "gzip" };
      return (await fetch(`${sandbox.url}/api/lists`, { method: "POST", headers, body: gzipSync(JSON.stringify(json(attributes))) })).status;
    };
    expect(await send({ name: "small" })).toBe(201);
    expect(await send({ name: "x".repeat(6 * 1024 * 1024) })).toBe(413);
  });

  it("routes the paths that both channels share by the revision (documented, 5.27)", async () => {
    const stable = await sandbox.call("GET /api/campaigns/x");
    const beta = await sandbox.call("GET /api/campaigns/x", undefined, { revision: "2026-07-15.pre" });
    expect([errorOf(stable).detail, errorOf(beta).detail]).toEqual([
      "The sandbox does not offer get_campaign.",
      expect.stringMatching(/^The sandbox does not offer (?!get_campaign\.)/),
    ]);
  });

  it("asks for every scope, and for those of what is included (documented, 1.1)", async () => {
    const key = sandbox.control.createKey("narrow", ["lists:read"]);
    const headers = { authorization: `Klaviyo-API-Key ${key}` };
    expect((await sandbox.call(LISTS, undefined, headers)).status).toBe(200);
    expect(errorOf(await sandbox.call(`${LISTS}?include=tags`, undefined, headers)).code).toBe("permission_denied");
    expect((await sandbox.call("POST /api/lists", list("x"), headers)).status).toBe(403);
    sandbox.control.revokeKey("narrow");
    expect(errorOf(await sandbox.call(LISTS, undefined, headers)).code).toBe("authentication_failed");
  });

  it("lets the read-only key read and not write", async () => {
    const headers = { authorization: `Klaviyo-API-Key ${sandbox.keys.readOnly}` };
    expect((await sandbox.call(LISTS, undefined, headers)).status).toBe(200);
    expect((await sandbox.call("POST /api/lists", list("x"), headers)).status).toBe(403);
  });
});
