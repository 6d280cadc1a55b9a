import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { forms } from "../../src/sandbox/resources/form-rows.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";
import { formBody } from "./form-body.ts";
import { behaviour } from "./provenance.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(() => people.close());

const documented = { as: "documented", from: "behaviour.md §2.16" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.16" } as const;
const create = (more: JsonObject = {}, ...versions: JsonObject[]) => people.call("POST /api/forms", formBody(more, ...versions));
const filtered = async (path: string, filter: string) =>
  dataOf(await people.call(`GET ${path}?filter=${encodeURIComponent(filter)}`)).map(({ id }) => id);

describe("a form", () => {
  behaviour("is a draft that reads back with its definition and ids in every part", documented, async () => {
    const made = await create();
    expect(made.status).toBe(201);
    const read = dataOf(await people.call(`GET /api/forms/${idOf(made)}`))[0];
    expect(read).not.toHaveProperty("relationships");
    expect(read?.attributes).toMatchObject({ name: "Welcome", status: "draft", ab_test: false });
    const id = expect.stringMatching(/^\d+$/) as string;
    const blocks = [
      { id, type: "email" },
      { id, type: "button", action: { id, type: "close" } },
    ];
    expect(read?.attributes["definition"]).toMatchObject({
      versions: [
        {
          id: expect.any(Number) as number,
          type: "flyout",
          triggers: [{ id, type: "exit_intent" }],
          steps: [{ id, columns: [{ id, rows: [{ id, blocks }] }] }],
        },
      ],
    });
  });

  behaviour("is listed without its definition", documented, async () => {
    await create();
    const [form] = dataOf(await people.call("GET /api/forms"));
    expect(Object.keys(form?.attributes ?? {})).toEqual(["name", "status", "ab_test", "created_at", "updated_at"]);
    expect(Object.keys(form?.relationships ?? {})).toEqual(["form-versions"]);
  });

  behaviour("takes no ids and no status but draft", documented, async () => {
    const withId = await create({}, { id: 5, steps: [{ columns: [] }] });
    expect([withId.status, errorOf(withId).source]).toEqual([400, { pointer: "/data/attributes/definition/versions/0/id" }]);
    const inner = await create({}, { steps: [{ id: "x", columns: [] }] });
    expect(errorOf(inner).source).toEqual({ pointer: "/data/attributes/definition/versions/0/steps/0/id" });
    expect((await create({ status: "live" })).status).toBe(400);
  });

  behaviour("needs a version", assumed, async () => {
    const body = formBody();
    const attributes = (body["data"] as { attributes: JsonObject }).attributes;
    const answer = await people.call("POST /api/forms", {
      data: { type: "form", attributes: { ...attributes, definition: { versions: [] } } },
    });
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/definition/versions" }]);
  });

  behaviour("goes with its versions", assumed, async () => {
    const id = idOf(await create());
    const version = idOf(await people.call(`GET /api/forms/${id}/form-versions`));
    expect((await people.call(`DELETE /api/forms/${id}`)).status).toBe(204);
    const paths = [`forms/${id}`, `form-versions/${version}`];
    expect(await Promise.all(paths.map(async (path) => (await people.call(`GET /api/${path}`)).status))).toEqual([404, 404]);
  });

  behaviour("is found by name, test and status", documented, async () => {
    const [a, b] = [idOf(await create({ name: "Welcome" })), idOf(await create({ name: "Sale", ab_test: true }))];
    await people.within((ctx) => {
      const form = ctx.rows(forms).get(b);
      if (form) ctx.rows(forms).put({ ...form, status: "live" });
    });
    expect(await filtered("/api/forms", 'contains(name,"elco")')).toEqual([a]);
    expect(await filtered("/api/forms", "equals(ab_test,true)")).toEqual([b]);
    expect(await filtered("/api/forms", 'equals(status,"live")')).toEqual([b]);
    expect(await filtered("/api/forms", "greater-than(created_at,2026-08-01T00:00:00Z)")).toEqual([]);
  });
});

describe("versions of a form", () => {
  behaviour("tell their type, variation (counted where it has no name) and form", assumed, async () => {
    const versions = [{ steps: [], type: "full_screen", name: "A" }, { steps: [] }];
    const id = idOf(await create({ ab_test: true }, ...versions));
    const read = dataOf(await people.call(`GET /api/forms/${id}/form-versions`)).map(({ attributes }) => attributes);
    expect(read.toSorted((a, b) => String(a["variation_name"]).localeCompare(String(b["variation_name"])))).toMatchObject([
      { form_type: "full_page", variation_name: "A", ab_test: { variation_name: "A" }, status: "draft" },
      { form_type: "popup", variation_name: "Variation 2" },
    ]);
    const [popup] = await filtered(`/api/forms/${id}/form-versions`, 'equals(form_type,"popup")');
    expect(attributesOf(await people.call(`GET /api/form-versions/${popup}`))["form_type"]).toBe("popup");
    expect(idOf(await people.call(`GET /api/form-versions/${popup}/form`))).toBe(id);
  });
});
