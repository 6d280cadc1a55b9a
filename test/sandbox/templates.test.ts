import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openCampaigning, type Campaigning } from "./campaigning.ts";
import { dataOf, errorOf } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Campaigning;
beforeEach(async () => {
  account = await openCampaigning();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.12" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.12" } as const;
const create = (attributes: object) =>
  account.call("POST /api/templates", { data: { type: "template", attributes: { name: "T", editor_type: "CODE", ...attributes } } });
const patch = (id: string, attributes: object) =>
  account.call(`PATCH /api/templates/${id}`, { data: { type: "template", id, attributes } });
const read = (id: string, query = "") => account.call(`GET /api/templates/${id}${query}`);
const render = async (attributes: object, context: JsonObject = {}) => {
  const id = idOf(await create(attributes));
  return account.call("POST /api/template-render", { data: { type: "template", id, attributes: { context } } });
};

const STYLES = ["base", "text", "heading-1", "heading-2", "heading-3", "heading-4", "link", "mobile"].map((kind) => {
  const properties = kind === "base" || kind === "mobile" ? { properties: {} } : {};
  return { style_type: `${kind}-styles`, styles: {}, ...properties };
});
const block = (content: string, more: object = {}) => ({
  content_type: "block",
  type: "text",
  data: { content, display_options: {}, styles: {} },
  ...more,
});
const system = (blocks: object[], styles: object[] = STYLES) => ({
  editor_type: "SYSTEM_DRAGGABLE",
  definition: {
    body: {
      properties: {},
      styles: {},
      sections: [
        {
          content_type: "section",
          type: "section",
          data: { properties: {}, display_options: {}, styles: {} },
          rows: [{ data: { styles: {} }, columns: [{ data: {}, blocks }] }],
        },
      ],
    },
    styles,
  },
});

describe("templates", () => {
  behaviour(
    "get an empty head and times with microseconds when they are made",
    { as: "observed", from: "recorded/create-template.json" },
    async () => {
      const answer = await create({ html: "<html><body>Hi</body></html>" });
      expect(answer.status).toBe(201);
      const stamp = "2026-07-15T10:00:00.000000+00:00";
      expect(attributesOf(answer)).toEqual({
        name: "T",
        editor_type: "CODE",
        html: "<html><head></head><body>Hi</body></html>",
        text: null,
        amp: null,
        created: stamp,
        updated: stamp,
      });
      expect(dataOf(answer)[0]).not.toHaveProperty("relationships");
      account.control.advance(12_345);
      const changed = attributesOf(await patch(idOf(answer), { name: "U", text: "plain" }));
      expect(changed).toMatchObject({
        name: "U",
        text: "plain",
        created: "2026-07-15T10:00:00+00:00",
        updated: "2026-07-15T10:00:12.345000+00:00",
      });
      expect(attributesOf(await patch(idOf(answer), { text: null }))["text"]).toBeNull();
      expect(attributesOf(await read(idOf(answer)))["updated"]).toBe("2026-07-15T10:00:12+00:00");
    },
  );

  behaviour("of code need HTML, of the system's editor a definition and no HTML", spec, async () => {
    const wrong = [
      {},
      { editor_type: "USER_DRAGGABLE" },
      { editor_type: "WORD", html: "" },
      { editor_type: "SYSTEM_DRAGGABLE" },
      { ...system([]), html: "<p>" },
      { ...system([]), amp: "<p>" },
      system([], STYLES.slice(1)),
      system([], [...STYLES, ...STYLES.slice(0, 1)]),
    ];
    for (const attributes of wrong) expect([attributes, (await create(attributes)).status]).toEqual([attributes, 400]);
    const id = idOf(
      await create(
        system([
          block("Hello"),
          {
            content_type: "block",
            type: "button",
            data: { content: "Go", properties: { href: "https://a" }, display_options: {}, styles: {} },
          },
        ]),
      ),
    );
    expect(attributesOf(await read(id))["html"]).toBe('<html><head></head><body><div>Hello</div><a href="https://a">Go</a></body></html>');
    expect((await patch(id, { html: "<p>" })).status).toBe(400);
    expect(attributesOf(await read(id))).not.toHaveProperty("definition");
    expect(attributesOf(await read(id, "?additional-fields[template]=definition"))["definition"]).toMatchObject({ styles: STYLES });
  });

  behaviour(
    "of code ignore a definition when they are made, and refuse one later",
    { as: "documented", from: "openapi/stable-2026-07-15.json TemplateCreateHtmlOrDndQueryResourceObject" },
    async () => {
      const answer = await create({ ...system([block("Hello")]), editor_type: "CODE", html: "<p>" });
      expect([answer.status, attributesOf(answer)["html"]]).toEqual([201, "<p>"]);
      const asked = await read(idOf(answer), "?additional-fields[template]=definition");
      expect(attributesOf(asked)["definition"]).toBeNull();
      const later = await patch(idOf(answer), { definition: at(system([]), "definition") });
      expect(errorOf(later).source).toEqual({ pointer: "/data/attributes/definition" });
    },
  );

  behaviour("are listed ten at a time, filtered and sorted", { as: "documented", from: "behaviour.md §5 quirk 10" }, async () => {
    const made: string[] = [];
    for (let i = 0; i < 12; i++) made.push(idOf(await create({ name: `N${String(i).padStart(2, "0")}`, html: "<p>" })));
    const first = await account.call("GET /api/templates?sort=-name");
    expect(
      dataOf(first)
        .map(({ attributes }) => attributes["name"])
        .slice(0, 2),
    ).toEqual(["N11", "N10"]);
    expect(dataOf(first)).toHaveLength(10);
    const next = String((first.body["links"] as JsonObject)["next"]).slice(account.url.length);
    expect(dataOf(await account.call(`GET ${next}`)).map(({ attributes }) => attributes["name"])).toEqual(["N01", "N00"]);
    expect((await account.call("GET /api/templates?page[size]=11")).status).toBe(400);
    const found = async (filter: string) =>
      dataOf(await account.call(`GET /api/templates?filter=${encodeURIComponent(filter)}`)).map(({ id }) => id);
    expect(await found('equals(name,"N03")')).toEqual([made[3]]);
    expect(await found(`any(id,["${made[5]}","nope"])`)).toEqual([made[5]]);
    expect(await found("greater-than(created,2026-07-15T10:00:00Z)")).toEqual([]);
  });

  behaviour("are cloned under a new id, and stop at 1000", spec, async () => {
    const id = idOf(await create({ html: "<p>" }));
    const clone = (attributes: object, of = id) =>
      account.call("POST /api/template-clone", { data: { type: "template", id: of, attributes } });
    const answer = await clone({ name: "Copy" });
    expect([answer.status, attributesOf(answer)["name"], idOf(answer) === id]).toEqual([201, "Copy", false]);
    expect(attributesOf(await clone({}))["name"]).toBe(`Clone of ${id}`);
    expect((await clone({}, "x")).status).toBe(404);
    for (let i = 3; i < 1000; i++) await clone({});
    expect([(await clone({})).status, (await create({ html: "<p>" })).status]).toEqual([400, 400]);
    expect((await account.call(`DELETE /api/templates/${id}`)).status).toBe(204);
    expect((await create({ html: "<p>" })).status).toBe(201);
  });
});

describe("render_template", () => {
  behaviour("answers 201 with the template filled in", spec, async () => {
    const answer = await render(
      { html: "Hi {{ first_name|default:'you' }} of {{ organization.name }}", text: "{{ x }}" },
      { first_name: "Ann & Bo", x: "a & b" },
    );
    expect(answer.status).toBe(201);
    expect(attributesOf(answer)).toMatchObject({ name: "T", html: "Hi Ann &amp; Bo of Harbour &amp; Pine", text: "a & b", amp: null });
    expect(dataOf(answer)[0]?.id).toMatch(/^\w{6}$/);
  });

  behaviour("refuses what the language does not have", { as: "observed", from: "behaviour.md §2.12" }, async () => {
    for (const html of [
      "{{ x|lookup: 'a' }}",
      "{% if x %}{% elsif y %}{% endif %}",
      "{% assign x = 1 %}",
      "{{ x|nothing }}",
      "{% load x %}",
      "{% if x %}",
    ]) {
      const answer = await render({ html });
      expect([html, answer.status, errorOf(answer).code]).toEqual([html, 400, "invalid"]);
    }
    expect(
      (await account.call("POST /api/template-render", { data: { type: "template", id: "x", attributes: { context: {} } } })).status,
    ).toBe(404);
  });

  behaviour("uses the account's clock, money and links", assumed, async () => {
    const html = "{% current_month_name %} {% currency_format 12.5 %} {% unsubscribe %} {% coupon_code 'TEN' %}";
    expect(attributesOf(await render({ html }))["html"]).toBe(
      `July $12.50 <a href="https://preview.example/unsubscribe?a=${account.accountId}">Unsubscribe</a> TEN-PREVIEW`,
    );
    expect(errorOf(await render({ html: "{% catalog 'no' %}{% endcatalog %}" })).detail).toBe("Catalog Item Unavailable");
  });
});

describe("universal content", () => {
  const body = (definition: object, more: object = {}) => ({
    data: { type: "template-universal-content", attributes: { name: "Footer", definition }, ...more },
  });
  const path = "/api/template-universal-content";

  behaviour("reaches every template that has the block", spec, async () => {
    const made = await account.call(`POST ${path}`, body(block("One")));
    const id = idOf(made);
    expect([made.status, attributesOf(made)]).toMatchObject([201, { name: "Footer", screenshot_status: "generating" }]);
    const template = idOf(await create(system([block("Old", { universal_id: id })])));
    expect(attributesOf(await read(template))["html"]).toContain("<div>One</div>");
    await account.call(`PATCH ${path}/${id}`, body(block("Two"), { id }));
    expect(attributesOf(await read(template))["html"]).toContain("<div>Two</div>");
    account.control.advance(10_000);
    expect(attributesOf(await account.call(`GET ${path}/${id}`))["screenshot_status"]).toBe("completed");
    expect((await account.call(`DELETE ${path}/${id}`)).status).toBe(204);
    expect(attributesOf(await read(template))["html"]).toContain("<div>Old</div>");
  });

  behaviour("is written as one of seven block types, and listed by type", spec, async () => {
    expect((await account.call(`POST ${path}`, body({ content_type: "block", type: "video", data: null }))).status).toBe(400);
    for (const type of ["spacer", "drop_shadow"]) {
      expect((await account.call(`POST ${path}`, body({ content_type: "block", type, data: null }))).status).toBe(201);
    }
    const filter = encodeURIComponent('and(equals(definition.content_type,"block"),equals(definition.type,"spacer"))');
    expect(dataOf(await account.call(`GET ${path}?filter=${filter}`))).toHaveLength(1);
  });
});

describe("images", () => {
  const upload = (attributes: object) => account.call("POST /api/images", { data: { type: "image", attributes } });
  const png = Buffer.from("89504e470d0a1a0a0000", "hex");

  behaviour(
    "come from a URL or a data URI, a name that is taken gets a number",
    { as: "observed", from: "recorded/create-image.json" },
    async () => {
      const answer = await upload({ import_from_url: "https://a.example/x/logo.png", name: "Logo" });
      expect([answer.status, attributesOf(answer)]).toMatchObject([201, { name: "Logo", format: "png", hidden: false }]);
      expect(idOf(answer)).toMatch(/^\d{9}$/);
      expect(attributesOf(await upload({ import_from_url: "https://a.example/x/logo.jpg", name: "Logo" }))).toMatchObject({
        name: "Logo.1",
        format: "jpeg",
      });
      expect(attributesOf(await upload({ import_from_url: `data:image/png;base64,${png.toString("base64")}` }))).toMatchObject({
        name: "image",
        size: 10,
        format: "png",
      });
      for (const source of ["https://a.example/x.svg", "nonsense", "data:image/png;base64,AAAA"])
        expect(errorOf(await upload({ import_from_url: source })).source).toEqual({ pointer: "/data/attributes/import_from_url" });
    },
  );

  behaviour("whose address has no ending are taken for JPEGs", { as: "assumed", from: "behaviour.md §2.13" }, async () => {
    expect(attributesOf(await upload({ import_from_url: "https://a.example/i/123?w=200" }))).toMatchObject({ name: "123", format: "jpeg" });
  });

  behaviour("come as a file, and are hidden, never deleted", { as: "documented", from: "behaviour.md §2.13" }, async () => {
    const form = new FormData();
    form.set("file", new Blob([png]), "hero.png");
    form.set("hidden", "true");
    const authorization = `Klaviyo-API-Key ${account.keys.full}`;
    const response = await fetch(`${account.url}/api/image-upload`, {
      method: "POST",
      headers: { authorization, revision: "2026-07-15" },
      body: form,
    });
    const { data } = (await response.json()) as { data: { id: string; attributes: object } };
    expect([response.status, data.attributes]).toMatchObject([201, { name: "hero", hidden: true, size: 10 }]);
    const shown = await account.call(`PATCH /api/images/${data.id}`, {
      data: { type: "image", id: data.id, attributes: { hidden: false } },
    });
    expect([shown.status, attributesOf(shown)["hidden"]]).toEqual([200, false]);
    expect((await account.call(`DELETE /api/images/${data.id}`)).status).toBe(405);
    expect(
      dataOf(await account.call(`GET /api/images?filter=${encodeURIComponent('and(equals(format,"png"),less-than(size,11))')}`)),
    ).toHaveLength(1);
  });
});
