import { afterAll, beforeAll, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { categoryBody, itemBody, variantBody } from "./catalog-bodies.ts";
import { body, openObjects, type Objects } from "./objects.ts";
import { dataOf, errorOf, type Called } from "./open.ts";
import { idOf, profileBody } from "./people.ts";
import { behaviour, type Known } from "./provenance.ts";

let account: Objects;
beforeAll(async () => {
  account = await openObjects();
});
afterAll(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

interface Race {
  /** What is to be there once. */
  of: string;
  known: Known;
  path: string;
  /** The body of each; made when the account is open. */
  body(account: Objects): Promise<JsonObject> | JsonObject;
  /** Default 201. */
  wins?: number;
  loses: number;
  beta?: true;
}

const profiles = (attributes: JsonObject): Pick<Race, "body" | "known" | "loses" | "path"> => ({
  path: "/api/profiles",
  known: { as: "documented", from: "behaviour.md §2.2" },
  loses: 409,
  body: () => profileBody(attributes),
});
const inferred: Known = { as: "assumed", from: "behaviour.md §1.4" };
const OBJECT = { data: { type: "object-schema", attributes: { properties: [], required: [] } } };

const RACES: Race[] = [
  { of: "an email address", ...profiles({ email: "ada@example.com" }) },
  { of: "a phone number", ...profiles({ phone_number: "+15005550006" }) },
  { of: "an external id", ...profiles({ external_id: "ada" }) },
  { of: "a catalog item", known: inferred, path: "/api/catalog-items", loses: 409, body: () => itemBody("mug") },
  { of: "a catalog variant", known: inferred, path: "/api/catalog-variants", loses: 409, body: () => variantBody("mug-red", "mug") },
  { of: "a catalog category", known: inferred, path: "/api/catalog-categories", loses: 409, body: () => categoryBody("mugs", "Mugs") },
  { of: "a coupon", known: inferred, path: "/api/coupons", loses: 409, body: () => body("coupon", { external_id: "TENOFF" }) },
  {
    of: "a coupon code",
    known: inferred,
    path: "/api/coupon-codes",
    wins: 200,
    loses: 409,
    body: () => body("coupon-code", { unique_code: "A1" }, { relationships: { coupon: { data: { type: "coupon", id: "TENOFF" } } } }),
  },
  { of: "a data source", known: inferred, path: "/api/data-sources", loses: 409, body: () => body("data-source", { title: "Clinic" }) },
  {
    of: "an object type",
    known: inferred,
    path: "/api/object-types",
    loses: 409,
    body: () => body("object-type", { title: "Pet", "object-schema": OBJECT }),
  },
  {
    of: "a custom metric",
    known: { as: "documented", from: "behaviour.md §2.8" },
    path: "/api/custom-metrics",
    loses: 400,
    async body({ call }) {
      const [metric] = dataOf(await call("GET /api/metrics"));
      const group = { metric_id: metric?.id ?? "", metric_filters: [], value_property: "$value" };
      return body("custom-metric", { name: "Net sales", definition: { aggregation_method: "value", metric_groups: [group] } });
    },
  },
  {
    of: "a tag",
    known: { as: "assumed", from: "behaviour.md §5" },
    path: "/api/tags",
    loses: 400,
    body: () => body("tag", { name: "vip" }),
  },
  {
    of: "a translation",
    known: { as: "assumed", from: "openapi/beta-2026-07-15.pre.json TranslationCreateQuery" },
    path: "/api/translations",
    loses: 409,
    beta: true,
    async body({ call }) {
      const made = await call("POST /api/templates", body("template", { name: "T", editor_type: "CODE", html: "<p>Hi</p>" }));
      const attributes = { source_locale: "en", target_locales: ["fr"], fallback_locale: "en", channel: "email" };
      return body("translation", attributes, { relationships: { template: { data: { type: "template", id: idOf(made) } } } });
    },
  },
];

const statusesOf = (answers: readonly Called[]): number[] => answers.map(({ status }) => status).toSorted((a, b) => a - b);

describe("of requests at the same moment for one of its kind, one wins", () => {
  for (const { of, known, path, body: bodyOf, wins = 201, loses, beta } of RACES) {
    behaviour(of, known, async () => {
      const sent = await bodyOf(account);
      const headers = beta ? { revision: "2026-07-15.pre" } : {};
      const answers = await Promise.all([1, 2, 3].map(() => account.call(`POST ${path}`, sent, headers)));
      expect(statusesOf(answers), answers.map(({ text }) => text).join("\n")).toEqual([wins, loses, loses]);
      const refused = answers.filter(({ status }) => status === loses).map(errorOf);
      for (const error of refused)
        expect(error).toMatchObject({ detail: expect.stringMatching(/\S/), source: { pointer: expect.stringMatching(/^\/data/) } });
    });
  }

  behaviour("an identifier that two people change to", { as: "documented", from: "behaviour.md §2.2" }, async () => {
    const people = [await account.person({ email: "x@example.com" }), await account.person({ email: "y@example.com" })];
    const answers = await Promise.all(
      people.map((id) => account.call(`PATCH /api/profiles/${id}`, profileBody({ external_id: "taken" }, { id }))),
    );
    expect(statusesOf(answers)).toEqual([200, 409]);
  });
});
