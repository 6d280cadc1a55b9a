import { afterAll, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { prepare } from "../account/skip.ts";
import { catalogId, categoryBody, changeBody, inPath, itemBody, linkage, variantBody } from "./catalog-bodies.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";

const SECTION = "behaviour.md §2.14";
const LARGE = "x".repeat(102_400);
let shop: People;

prepare(async () => {
  shop = await openPeople();
  await shop.call("POST /api/catalog-categories", categoryBody("hats", "Hats"));
  shop.control.advance(1);
  await shop.call("POST /api/catalog-categories", categoryBody("sale", "Sale"));
  for (const [name, more, categories] of [
    ["beanie", { price: 29 }, ["hats", "sale"]],
    ["tote", { title: "Tote bag", published: false }, ["sale"]],
    ["apron", {}, []],
  ] as const) {
    shop.control.advance(1);
    await shop.call("POST /api/catalog-items", itemBody(name, more, [...categories]));
  }
  for (const size of ["m", "l"]) {
    shop.control.advance(1);
    await shop.call("POST /api/catalog-variants", variantBody(`beanie-${size}`, "beanie"));
  }
  await shop.call("POST /api/catalog-variants", variantBody("tote-one", "tote", { published: false }));
});
afterAll(() => shop.close());

const names = async (path: string): Promise<string[]> =>
  dataOf(await shop.call(`GET /api/${path}`)).map(({ id }) => id.replace(catalogId(""), ""));
const filtered = (path: string, filter: string): Promise<string[]> => names(`${path}?filter=${encodeURIComponent(filter)}`);

describe("items, variants and categories", () => {
  behaviour(
    "an item is shown whole, with microseconds and a plain id in its links",
    { as: "observed", from: "recorded/catalog-items.json" },
    async () => {
      const answer = await shop.call(`GET /api/catalog-items/${inPath("beanie")}`);
      const base = `${shop.url}/api/catalog-items/${catalogId("beanie")}`;
      const { created } = attributesOf(answer);
      expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000\+00:00$/);
      expect(answer.body["data"]).toEqual({
        type: "catalog-item",
        id: catalogId("beanie"),
        attributes: {
          external_id: "beanie",
          title: "Item beanie",
          description: "A thing.",
          price: 29,
          url: "https://shop.example/x",
          image_full_url: "",
          image_thumbnail_url: "",
          images: [],
          custom_metadata: {},
          published: true,
          created,
          updated: created,
        },
        relationships: { variants: { links: { self: `${base}/relationships/variants/`, related: `${base}/variants/` } } },
        links: { self: `${base}/` },
      });
    },
  );

  behaviour(
    "a variant shows its stock and links to its item, without data",
    { as: "observed", from: "recorded/list-catalog-variants.json" },
    async () => {
      const [variant] = dataOf(await shop.call(`GET /api/catalog-variants/${inPath("beanie-m")}`));
      expect(variant?.attributes).toMatchObject({ sku: "SKU-beanie-m", inventory_policy: 0, inventory_quantity: 5, price: 9.5 });
      expect(Object.keys(variant?.attributes ?? {}).slice(0, 6)).toEqual([
        "external_id",
        "title",
        "description",
        "sku",
        "inventory_policy",
        "inventory_quantity",
      ]);
      expect(Object.keys(variant?.relationships["item"] ?? {})).toEqual(["links"]);
    },
  );

  behaviour(
    "a category shows its name and when it changed",
    { as: "observed", from: "recorded/create-catalog-category.json" },
    async () => {
      expect(Object.keys(attributesOf(await shop.call(`GET /api/catalog-categories/${inPath("hats")}`)))).toEqual([
        "external_id",
        "name",
        "updated",
      ]);
    },
  );

  behaviour(
    "an item without a price has null, and its collection is in order of making",
    { as: "observed", from: "recorded/catalog-items.json" },
    async () => {
      const items = dataOf(await shop.call("GET /api/catalog-items"));
      expect(items.map(({ attributes }) => [attributes["external_id"], attributes["price"]])).toEqual([
        ["beanie", 29],
        ["tote", null],
        ["apron", null],
      ]);
    },
  );

  behaviours(
    "%s: an external id that is taken is a 409",
    { as: "assumed", from: SECTION },
    [
      ["catalog-items", itemBody("beanie")],
      ["catalog-variants", variantBody("beanie-m", "tote")],
      ["catalog-categories", categoryBody("hats", "Other hats")],
    ],
    async (path, body) => {
      const answer = await shop.call(`POST /api/${path}`, body);
      expect([answer.status, errorOf(answer).source]).toEqual([409, { pointer: "/data/attributes/external_id" }]);
    },
  );

  const refused: [as: "documented" | "assumed", what: string, path: string, body: JsonObject, status: number, pointer: string][] = [
    ["documented", "another catalog", "catalog-items", itemBody("x", { catalog_type: "other" }), 400, "/data/attributes/catalog_type"],
    [
      "documented",
      "another integration",
      "catalog-items",
      itemBody("x", { integration_type: "a" }),
      400,
      "/data/attributes/integration_type",
    ],
    [
      "documented",
      "nested metadata",
      "catalog-items",
      itemBody("x", { custom_metadata: { a: {} } }),
      400,
      "/data/attributes/custom_metadata",
    ],
    [
      "documented",
      "large metadata",
      "catalog-items",
      itemBody("x", { custom_metadata: { a: LARGE } }),
      400,
      "/data/attributes/custom_metadata",
    ],
    ["assumed", "an empty id", "catalog-items", itemBody(""), 400, "/data/attributes/external_id"],
    ["assumed", "an unknown category", "catalog-items", itemBody("x", {}, ["nowhere"]), 404, "/data/"],
    ["assumed", "an unknown item", "catalog-variants", variantBody("x", "nothing"), 404, "/data/"],
    ["assumed", "an unknown item", "catalog-categories", categoryBody("x", "X", ["nothing"]), 404, "/data/"],
  ];
  for (const [as, what, path, body, status, pointer] of refused)
    behaviour(`${path} refuses ${what}`, { as, from: SECTION }, async () => {
      const answer = await shop.call(`POST /api/${path}`, body);
      expect([answer.status, errorOf(answer).source]).toEqual([status, { pointer }]);
    });

  behaviour("an external id may hold what a path cannot", { as: "assumed", from: "behaviour.md §1.11" }, async () => {
    const odd = "50%/off, été ?#";
    await shop.call("POST /api/catalog-items", itemBody(odd, {}, ["hats"]));
    expect(await names(`catalog-categories/${inPath("hats")}/items`)).toContain(odd);
    expect(attributesOf(await shop.call(`GET /api/catalog-items/${inPath(odd)}`))["external_id"]).toBe(odd);
    expect((await shop.call(`DELETE /api/catalog-items/${inPath(odd)}`)).status).toBe(204);
  });

  behaviour("a variant without an item is refused", { as: "documented", from: SECTION }, async () => {
    const body = variantBody("x", "beanie");
    Object.assign(body["data"] ?? {}, { relationships: { item: {} } });
    expect((await shop.call("POST /api/catalog-variants", body)).status).toBe(400);
  });
});

describe("changes", () => {
  behaviour("an update changes what it names; null puts back the blank value", { as: "assumed", from: SECTION }, async () => {
    await shop.call(
      "POST /api/catalog-items",
      itemBody("mug", { price: 16, images: ["https://shop.example/i.png"], custom_metadata: { top: true } }),
    );
    shop.control.advance(1000);
    const update = changeBody("catalog-item", "mug", { title: "Mug", price: null, images: null });
    const { created, updated, ...rest } = attributesOf(await shop.call(`PATCH /api/catalog-items/${inPath("mug")}`, update));
    expect(rest).toMatchObject({ title: "Mug", price: null, images: [], custom_metadata: { top: true }, description: "A thing." });
    expect(Date.parse(String(updated)) - Date.parse(String(created))).toBe(1000);
  });

  behaviour("an external id cannot be changed", { as: "documented", from: SECTION }, async () => {
    const update = changeBody("catalog-item", "mug", { external_id: "cup" });
    expect(errorOf(await shop.call(`PATCH /api/catalog-items/${inPath("mug")}`, update)).detail).toContain("external_id");
  });

  behaviour("an update that names categories, or items, replaces the set", { as: "assumed", from: SECTION }, async () => {
    const path = `catalog-items/${inPath("mug")}`;
    await shop.call(
      `PATCH /api/${path}`,
      changeBody("catalog-item", "mug", {}, { categories: linkage("catalog-category", "sale", "hats") }),
    );
    expect(await names(`${path}/categories`)).toEqual(["hats", "sale"]);
    await shop.call(`PATCH /api/${path}`, changeBody("catalog-item", "mug", { title: "Cup" }));
    await shop.call(
      `PATCH /api/catalog-categories/${inPath("sale")}`,
      changeBody("catalog-category", "sale", {}, { items: linkage("catalog-item", "beanie", "tote") }),
    );
    expect(await names(`${path}/categories`)).toEqual(["hats"]);
  });

  behaviour("what is deleted can be made again under the same id", { as: "documented", from: "behaviour.md Appendix B" }, async () => {
    expect((await shop.call(`DELETE /api/catalog-items/${inPath("mug")}`)).status).toBe(204);
    expect((await shop.call(`GET /api/catalog-items/${inPath("mug")}`)).status).toBe(404);
    expect((await shop.call("POST /api/catalog-items", itemBody("mug"))).status).toBe(201);
    expect(await names(`catalog-items/${inPath("mug")}/categories`)).toEqual([]);
  });

  behaviour("an item takes its variants along", { as: "assumed", from: "behaviour.md §5" }, async () => {
    await shop.call("POST /api/catalog-variants", variantBody("mug-one", "mug"));
    await shop.call(`DELETE /api/catalog-items/${inPath("mug")}`);
    expect((await shop.call(`GET /api/catalog-variants/${inPath("mug-one")}`)).status).toBe(404);
  });
});

describe("reads", () => {
  behaviours(
    "%s answers %s",
    { as: "documented", from: "behaviour.md Appendix A" },
    [
      ["catalog-items", `any(ids,["${catalogId("tote")}","${catalogId("none")}"])`, ["tote"]],
      ["catalog-items", `equals(category.id,"${catalogId("sale")}")`, ["beanie", "tote"]],
      ["catalog-items", 'contains(title,"Tote")', ["tote"]],
      ["catalog-items", "equals(published,false)", ["tote"]],
      ["catalog-variants", `any(ids,["${catalogId("tote-one")}"])`, ["tote-one"]],
      ["catalog-variants", `equals(item.id,"${catalogId("beanie")}")`, ["beanie-m", "beanie-l"]],
      ["catalog-variants", 'equals(sku,"SKU-beanie-l")', ["beanie-l"]],
      ["catalog-variants", 'contains(title,"beanie-")', ["beanie-m", "beanie-l"]],
      ["catalog-variants", "equals(published,true)", ["beanie-m", "beanie-l"]],
      ["catalog-categories", `any(ids,["${catalogId("sale")}"])`, ["sale"]],
      ["catalog-categories", `equals(item.id,"${catalogId("beanie")}")`, ["hats", "sale"]],
      ["catalog-categories", 'contains(name,"ale")', ["sale"]],
      [`catalog-categories/${inPath("sale")}/items`, `equals(category.id,"${catalogId("hats")}")`, ["beanie"]],
      [`catalog-categories/${inPath("sale")}/relationships/items`, "equals(published,false)", ["tote"]],
      [`catalog-items/${inPath("beanie")}/variants`, 'equals(sku,"SKU-tote-one")', []],
      [`catalog-items/${inPath("beanie")}/relationships/categories`, 'contains(name,"Hat")', ["hats"]],
    ],
    async (path, filter, expected) => {
      expect(await filtered(path, filter)).toEqual(expected);
    },
  );

  behaviours(
    "%s sorts by the time of making",
    { as: "documented", from: "behaviour.md Appendix A" },
    [
      ["catalog-items?sort=-created", ["apron", "tote", "beanie"]],
      ["catalog-variants?sort=-created&page[size]=1", ["tote-one"]],
      [`catalog-categories/${inPath("sale")}/items?sort=-created`, ["tote", "beanie"]],
      [`catalog-items/${inPath("beanie")}/categories?sort=-created`, ["sale", "hats"]],
      [`catalog-items/${inPath("beanie")}/relationships/variants?sort=-created`, ["beanie-l", "beanie-m"]],
    ],
    async (path, expected) => {
      expect(await names(path)).toEqual(expected);
    },
  );

  behaviour(
    "include=variants brings the variants and their identifiers",
    { as: "documented", from: "behaviour.md Appendix A" },
    async () => {
      const answer = await shop.call(`GET /api/catalog-categories/${inPath("hats")}/items?include=variants`);
      const included = (answer.body["included"] ?? []) as { id: string }[];
      expect(included.map(({ id }) => id)).toEqual([catalogId("beanie-m"), catalogId("beanie-l")]);
      expect(dataOf(answer)[0]?.relationships["variants"]).toMatchObject(linkage("catalog-variant", "beanie-m", "beanie-l"));
    },
  );

  behaviour("templates look an item up with its categories", { as: "documented", from: "behaviour.md §2.12" }, async () => {
    const html = "{% catalog 'beanie' %}{{ catalog_item.title }}: {{ catalog_item.categories|join:', ' }}{% endcatalog %}";
    const template = { type: "template", attributes: { name: "T", editor_type: "CODE", html } };
    const id = idOf(await shop.call("POST /api/templates", { data: template }));
    const rendered = await shop.call("POST /api/template-render", { data: { type: "template", id, attributes: { context: {} } } });
    expect(attributesOf(rendered)["html"]).toBe("Item beanie: Hats, Sale");
  });

  behaviour("a related collection is paged", { as: "documented", from: "behaviour.md §1.7" }, async () => {
    const first = await shop.call(`GET /api/catalog-categories/${inPath("sale")}/items?page[size]=1`);
    const next = String((first.body["links"] as { next: string }).next).slice(shop.url.length);
    expect([dataOf(first)[0]?.id, dataOf(await shop.call(`GET ${next}`))[0]?.id]).toEqual([catalogId("beanie"), catalogId("tote")]);
  });
});

describe("relationships of items and categories", () => {
  behaviours(
    "%s: POST adds, PATCH replaces, DELETE removes, seen from both ends",
    { as: "documented", from: "behaviour.md §1.10" },
    [
      ["catalog-items", "apron", "categories", "catalog-category", ["hats", "sale"]],
      ["catalog-categories", "hats", "items", "catalog-item", ["tote", "apron"]],
    ],
    async (path, id, name, type, [one = "", two = ""]) => {
      const at = `${path}/${inPath(id)}/relationships/${name}`;
      await shop.call(`PATCH /api/${at}`, linkage(type));
      expect(await names(at)).toEqual([]);
      for (const call of [0, 1]) expect([call, (await shop.call(`POST /api/${at}`, linkage(type, one))).status]).toEqual([call, 204]);
      expect(await names(at)).toEqual([one]);
      expect((await shop.call(`PATCH /api/${at}`, linkage(type, two))).status).toBe(204);
      expect(await names(at)).toEqual([two]);
      const back = name === "items" ? `catalog-items/${inPath(two)}/categories` : `catalog-categories/${inPath(two)}/items`;
      expect(await names(back)).toContain(id);
      expect((await shop.call(`DELETE /api/${at}`, linkage(type, two))).status).toBe(204);
      expect(await names(back)).not.toContain(id);
      expect((await shop.call(`POST /api/${at}`, linkage(type, "nothing"))).status).toBe(404);
    },
  );
});
