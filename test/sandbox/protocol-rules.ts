import { expect } from "vitest";
import { list } from "./open.ts";
import type { Known } from "./provenance.ts";

/** One rule of the protocol and how it is known. */
export interface Rule {
  rule: string;
  known: Known;
  request: string;
  headers?: Record<string, string | null>;
  body?: unknown;
  expected: { status: number; code?: string; detail?: string; source?: object; headers?: Record<string, string> };
}

export const LISTS = "GET /api/lists";
export const json = (attributes: object, more: object = {}) => ({ data: { type: "list", attributes, ...more } });

export const RULES: Rule[] = [
  {
    rule: "a request without a key is not authenticated",
    known: { as: "observed", from: "behaviour.md §1.4 (klaviyo-api-ruby#19)" },
    request: LISTS,
    headers: { authorization: null },
    expected: {
      status: 401,
      code: "not_authenticated",
      detail: "Missing or invalid authorization scheme. Please use Klaviyo-API-Key.",
      source: { pointer: "/data/" },
    },
  },
  {
    rule: "a key after another scheme word is not authenticated",
    known: { as: "observed", from: "behaviour.md §1.1" },
    request: LISTS,
    headers: { authorization: "Bearer pk_0123456789012345678901234567890123" },
    expected: { status: 401, code: "not_authenticated" },
  },
  {
    rule: "an unknown key fails authentication",
    known: { as: "observed", from: "behaviour.md §1.4, §5 quirk 1" },
    request: LISTS,
    headers: { authorization: "Klaviyo-API-Key pk_0123456789012345678901234567890123" },
    expected: { status: 401, code: "authentication_failed" },
  },
  {
    rule: "a missing revision is refused",
    known: { as: "assumed", from: "behaviour.md §1.2" },
    request: LISTS,
    headers: { revision: null },
    expected: { status: 400, code: "invalid", source: { parameter: "revision" } },
  },
  {
    rule: "a malformed revision is refused",
    known: { as: "assumed", from: "behaviour.md §1.2" },
    request: LISTS,
    headers: { revision: "2026-02-31" },
    expected: { status: 400, code: "invalid", source: { parameter: "revision" } },
  },
  {
    rule: "a retired revision is gone",
    known: { as: "assumed", from: "behaviour.md §1.2" },
    request: LISTS,
    headers: { revision: "2023-01-24" },
    expected: { status: 410 },
  },
  {
    rule: "a date between revisions is served by the one before",
    known: { as: "documented", from: "behaviour.md §1.2 (older text)" },
    request: LISTS,
    headers: { revision: "2026-05-01" },
    expected: { status: 200, headers: { "x-klaviyo-api-revision": "2026-04-15" } },
  },
  {
    rule: "a beta endpoint rejects a plain date",
    known: { as: "documented", from: "behaviour.md §1.2" },
    request: "GET /api/applications",
    expected: { status: 400, source: { parameter: "revision" } },
  },
  {
    rule: "a stable endpoint serves a beta revision",
    known: { as: "assumed", from: "behaviour.md §1.2" },
    request: LISTS,
    headers: { revision: "2026-07-15.pre" },
    expected: { status: 200, headers: { "x-klaviyo-api-revision": "2026-07-15.pre" } },
  },
  {
    rule: "an unknown path is not found",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "GET /api/lisst",
    expected: { status: 404, code: "not_found" },
  },
  {
    rule: "a wrong method is answered with what is allowed",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "DELETE /api/lists",
    expected: { status: 405, code: "method_not_allowed", headers: { allow: "GET, POST, HEAD, OPTIONS" } },
  },
  {
    rule: "the first API versions are retired outside of JSON:API",
    known: { as: "observed", from: "behaviour.md §1.2 (pliny#174)" },
    request: "GET /api/v2/lists",
    expected: { status: 410 },
  },
  {
    rule: "a trailing slash is accepted",
    known: { as: "documented", from: "behaviour.md §5 quirk 9" },
    request: "GET /api/lists/",
    expected: { status: 200 },
  },
  {
    rule: "the observed headers are on every answer",
    known: { as: "observed", from: "behaviour.md §1.6" },
    request: LISTS,
    expected: {
      status: 200,
      headers: {
        "content-type": "application/vnd.api+json",
        vary: "Accept, Accept-Language, Cookie, Origin",
        "content-language": "en-us",
        allow: "GET, POST, HEAD, OPTIONS",
      },
    },
  },
  {
    rule: "another content type is unsupported",
    known: { as: "documented", from: "behaviour.md §1.3" },
    request: "POST /api/lists",
    body: "name=x",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    expected: { status: 415, code: "unsupported_media_type" },
  },
  {
    rule: "an unknown content encoding is unsupported",
    known: { as: "documented", from: "behaviour.md §1.3" },
    request: "POST /api/lists",
    body: list("x"),
    headers: { "content-encoding": "br" },
    expected: { status: 415 },
  },
  {
    rule: "the vendor's media type is accepted",
    known: { as: "documented", from: "behaviour.md §1.3" },
    request: "POST /api/lists",
    body: list("x"),
    headers: { "content-type": "application/vnd.api+json; charset=utf-8" },
    expected: { status: 201 },
  },
  {
    rule: "a body that is not JSON is refused",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "POST /api/lists",
    body: "{",
    expected: { status: 400, code: "invalid" },
  },
  {
    rule: "a body that is not there is refused",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "POST /api/lists",
    headers: { "content-type": "application/json" },
    expected: { status: 400 },
  },
  {
    rule: "a body nested without end is refused",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "POST /api/lists",
    body: "[".repeat(100_000) + "]".repeat(100_000),
    expected: { status: 400 },
  },
  {
    rule: "a body over 5 MB is too large",
    known: { as: "documented", from: "behaviour.md §1.3" },
    request: "POST /api/lists",
    body: list("x".repeat(5 * 1024 * 1024)),
    expected: { status: 413 },
  },
  {
    rule: "an unknown attribute is named with its resource",
    known: { as: "observed", from: "behaviour.md §1.4 (klaviyo-api-node#67)" },
    request: "POST /api/lists",
    body: json({ name: "x", colour: "red" }),
    expected: {
      status: 400,
      code: "invalid",
      detail: "'colour' is not a valid field for the resource 'list'.",
      source: { pointer: "/data/attributes/colour" },
    },
  },
  {
    rule: "a missing attribute is pointed at",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "POST /api/lists",
    body: json({}),
    expected: { status: 400, source: { pointer: "/data/attributes/name" } },
  },
  {
    rule: "a body of another type is refused",
    known: { as: "assumed", from: "behaviour.md §1.3" },
    request: "POST /api/lists",
    body: { data: { type: "tag", attributes: { name: "x" } } },
    expected: { status: 400, source: { pointer: "/data/type" } },
  },
  {
    rule: "the id of a PATCH body must be the path's",
    known: { as: "assumed", from: "behaviour.md §1.3" },
    request: "PATCH /api/lists/{first}",
    body: json({ name: "x" }, { id: "other" }),
    expected: { status: 400, source: { pointer: "/data/id" } },
  },
  {
    rule: "a missing resource names its type and id",
    known: { as: "assumed", from: "behaviour.md §1.4" },
    request: "GET /api/lists/nope",
    expected: { status: 404, code: "not_found", detail: "A list with id nope does not exist." },
  },
  {
    rule: "an unknown include is named",
    known: { as: "observed", from: "behaviour.md §1.4" },
    request: `${LISTS}?include=profiless`,
    expected: {
      status: 400,
      detail: "'profiless' is not an allowed include parameter for this resource.",
      source: { parameter: "include" },
    },
  },
  {
    rule: "an include appears once",
    known: { as: "documented", from: "behaviour.md §1.9" },
    request: `${LISTS}?include=tags,tags`,
    expected: { status: 400, source: { parameter: "include" } },
  },
  {
    rule: "an unknown sparse field is refused",
    known: { as: "documented", from: "behaviour.md §1.9" },
    request: `${LISTS}?fields[list]=colour`,
    expected: { status: 400, source: { parameter: "fields[list]" } },
  },
  {
    rule: "an unknown sort is refused",
    known: { as: "documented", from: "behaviour.md §1.9" },
    request: `${LISTS}?sort=colour`,
    expected: { status: 400, source: { parameter: "sort" } },
  },
  {
    rule: "two sort keys are refused",
    known: { as: "documented", from: "behaviour.md §1.9" },
    request: `${LISTS}?sort=name,id`,
    expected: { status: 400, source: { parameter: "sort" } },
  },
  {
    rule: "lists have pages of ten at most",
    known: { as: "observed", from: "behaviour.md §1.4, §5 quirk 10" },
    request: `${LISTS}?page[size]=100`,
    expected: { status: 400, source: { parameter: "page[size]" } },
  },
  {
    rule: "an unknown parameter is refused",
    known: { as: "assumed", from: "behaviour.md §1.9" },
    request: `${LISTS}?colour=red`,
    expected: { status: 400, source: { parameter: "colour" } },
  },
  {
    rule: "a repeated parameter is refused",
    known: { as: "assumed", from: "behaviour.md §1.9" },
    request: `${LISTS}?sort=id&sort=name`,
    expected: { status: 400, source: { parameter: "sort" } },
  },
  {
    rule: "a field that cannot be filtered is told with those that can",
    known: { as: "observed", from: "behaviour.md §1.4" },
    request: `${LISTS}?filter=equals(colour,'red')`,
    expected: {
      status: 400,
      detail: expect.stringMatching(
        /^'colour' is not a filterable field for this resource\. The filterable fields on this resource are: name, id, created, updated/,
      ) as string,
      source: { parameter: "filter" },
    },
  },
  {
    rule: "an operator that the field lacks is refused",
    known: { as: "documented", from: "behaviour.md §1.8" },
    request: `${LISTS}?filter=contains(name,'x')`,
    expected: { status: 400, source: { parameter: "filter" } },
  },
  {
    rule: "a filter that cannot be read is refused",
    known: { as: "assumed", from: "behaviour.md §1.8" },
    request: `${LISTS}?filter=or(equals(name,'x'))`,
    expected: { status: 400, source: { parameter: "filter" } },
  },
  {
    rule: "equals takes one value where the documents list only the list form",
    known: { as: "assumed", from: "behaviour.md §1.8" },
    request: `${LISTS}?filter=equals(name,'x')`,
    expected: { status: 200 },
  },
  {
    rule: "a damaged cursor is invalid",
    known: { as: "observed", from: "behaviour.md §1.4" },
    request: `${LISTS}?page[cursor]=nonsense`,
    expected: { status: 400, detail: "Invalid cursor provided.", source: { pointer: "/data/" } },
  },
  {
    rule: "a client endpoint needs the company id",
    known: { as: "documented", from: "behaviour.md §1.1" },
    request: "POST /client/profiles",
    body: {},
    expected: { status: 400, source: { parameter: "company_id" } },
  },
];
