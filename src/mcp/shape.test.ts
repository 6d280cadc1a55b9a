import { describe, expect, it } from "vitest";
import { shapeBody } from "./shape.ts";

const list = (id: string, more = {}) => ({
  type: "list",
  id,
  attributes: { name: `List ${id}`, updated: null },
  links: { self: "https://x" },
  ...more,
});

describe("shaping of JSON:API documents", () => {
  it("makes rows with their attributes, without nulls and links, and the next cursor", () => {
    const body = {
      data: [list("A"), list("B")],
      links: { self: "x", next: "https://a.klaviyo.com/api/lists?page%5Bcursor%5D=bmV4dA%3D%3D&page%5Bsize%5D=2", prev: null },
    };
    expect(shapeBody(body)).toStrictEqual({
      count: 2,
      rows: [
        { id: "A", type: "list", name: "List A" },
        { id: "B", type: "list", name: "List B" },
      ],
      next_cursor: "bmV4dA==",
    });
  });

  it("makes one row of one resource and keeps an attribute that is called type", () => {
    expect(shapeBody({ data: { type: "form", id: "F", attributes: { type: "popup", id: "inner" } }, links: { next: null } })).toStrictEqual(
      {
        row: { id: "F", type: "form", attribute_type: "popup", attribute_id: "inner" },
      },
    );
  });

  it("puts an included resource into the one row that refers to it, and tells a shared one once", () => {
    const tags = {
      tags: {
        data: [
          { type: "tag", id: "T1" },
          { type: "tag", id: "T2" },
        ],
        links: {},
      },
    };
    const body = {
      data: [
        list("A", { relationships: tags }),
        list("B", { relationships: { tags: { data: [{ type: "tag", id: "T2" }] }, flows: { links: { self: "x" } } } }),
      ],
      included: [
        { type: "tag", id: "T1", attributes: { name: "summer" } },
        { type: "tag", id: "T2", attributes: { name: "winter" } },
      ],
    };
    expect(shapeBody(body)).toMatchObject({
      rows: [{ relationships: { tags: [{ id: "T1", type: "tag", name: "summer" }, "T2"] } }, { relationships: { tags: ["T2"] } }],
      included: [{ id: "T2", type: "tag", name: "winter" }],
    });
    expect(JSON.stringify(shapeBody(body))).not.toContain("flows");
  });

  it("gives linkage as ids, an empty page as no rows, and anything else as it is", () => {
    expect(shapeBody({ data: [{ type: "profile", id: "P" }] })).toStrictEqual({ count: 1, rows: [{ id: "P", type: "profile" }] });
    expect(shapeBody({ data: [], links: {} })).toStrictEqual({ count: 0, rows: [] });
    expect(shapeBody({ data: null })).toStrictEqual({ body: {} });
    expect(shapeBody([1, null])).toStrictEqual({ body: [1, null] });
    expect(shapeBody(null)).toStrictEqual({});
  });

  it("keeps metadata of the document and of a resource", () => {
    const body = { data: list("A", { meta: { score: 1 } }), meta: { total: 3, none: null } };
    expect(shapeBody(body)).toStrictEqual({ row: { id: "A", type: "list", name: "List A", meta: { score: 1 } }, meta: { total: 3 } });
  });
});
