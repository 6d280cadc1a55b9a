import { afterEach, beforeEach, describe, expect } from "vitest";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import { email, openFlowing, type Flowing } from "./flowing.ts";
import { dataOf, errorOf, schemaViolations, type Called } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

const BETA = { revision: "2026-07-15.pre" };
const spec = { as: "documented", from: "openapi/beta-2026-07-15.pre.json TranslationCreateQuery" } as const;
const ids = { as: "documented", from: "behaviour.md §1.11" } as const;
const assumed = { as: "assumed", from: "openapi/beta-2026-07-15.pre.json TranslationPartialUpdateQuery" } as const;

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const beta = (request: string, body?: unknown): Promise<Called> => account.call(request, body, BETA);
const LOCALES = { source_locale: "en", target_locales: ["fr", "de"], fallback_locale: "en", channel: "email" };
const create = (type: string, id: string, attributes: JsonObject = {}): Promise<Called> =>
  beta("POST /api/translations", {
    data: { type: "translation", attributes: { ...LOCALES, ...attributes }, relationships: { [type]: { data: { type, id } } } },
  });
const patch = (id: string, attributes: JsonObject): Promise<Called> =>
  beta(`PATCH /api/translations/${id}`, { data: { type: "translation", id, attributes } });
const read = async (id: string): Promise<JsonObject> =>
  attributesOf(await beta(`GET /api/translations/${id}?additional-fields[translation]=values`));
const values = async (id: string): Promise<JsonObject[]> => (await read(id))["values"] as JsonObject[];
const textsOf = async (id: string): Promise<unknown[]> => (await values(id)).map((value) => value["source_text"]);
const valueId = async (id: string, text: string): Promise<Json> =>
  (await values(id)).find((value) => value["source_text"] === text)?.["id"] ?? null;
const template = (html: string): Promise<string> => account.template(html);
const pointerOf = (answer: Called): unknown => [answer.status, errorOf(answer).source["pointer"]];

const PAGE = `<html><head><title>Shop</title><style>a > b {}</style></head><body><h1>Hello {{ first_name }}</h1>
  <p>New <b>shoes</b> are&nbsp;in.</p><p>{{ unsubscribe_link }}</p><!-- not this --><p>Bye</p><p>Bye</p></body></html>`;
const TEXTS = ["Hello {{ first_name }}", "New <b>shoes</b> are&nbsp;in.", "Bye"];

describe("translations", () => {
  behaviour("are named by type, channel and what they are of", ids, async () => {
    const id = await template(PAGE);
    const made = await create("template", id);
    expect([made.status, idOf(made)]).toEqual([201, `template::email::${id}`]);
    expect(schemaViolations("create_translation_beta", made)).toEqual([]);
    const found = await beta(`GET /api/translations/${encodeURIComponent(idOf(made))}?include=template`);
    expect([found.status, attributesOf(found)]).toEqual([200, expect.objectContaining(LOCALES)]);
    expect(dataOf(found)[0]?.relationships).toMatchObject({ template: { data: { type: "template", id } } });
    expect(dataOf(found)[0]?.relationships["flow-message"]).not.toHaveProperty("data");
    expect(found.body["included"]).toMatchObject([{ type: "template", id }]);
    expect(attributesOf(found)).not.toHaveProperty("values");
  });

  behaviour("have the texts that a reader of the template sees, each once", assumed, async () => {
    const id = idOf(await create("template", await template(PAGE)));
    expect(await textsOf(id)).toEqual(TEXTS);
    expect(await read(id)).toMatchObject({ metadata: { value_count: 3, translated_counts: { fr: 0, de: 0 } } });
  });

  behaviour("take translations of a text by its id and keep what is not named", spec, async () => {
    const id = idOf(await create("template", await template(PAGE)));
    const [hello, bye] = [await valueId(id, TEXTS[0] ?? ""), await valueId(id, "Bye")];
    const answer = await patch(id, { values: [{ id: hello, translations: { fr: "Bonjour {{ first_name }}" } }] });
    expect([answer.status, schemaViolations("update_translation_beta", answer)]).toEqual([200, []]);
    account.control.advance(1000);
    await patch(id, { values: [{ id: bye, translations: { fr: "Salut", de: "Tschüss" } }] });
    expect((await values(id)).map((value) => value["translations"])).toEqual([
      { fr: "Bonjour {{ first_name }}" },
      {},
      { fr: "Salut", de: "Tschüss" },
    ]);
    expect(await read(id)).toMatchObject({
      metadata: { translated_counts: { fr: 2, de: 1 } },
      created: "2026-07-15T10:00:00+00:00",
      updated: "2026-07-15T10:00:01+00:00",
    });
    await patch(id, { values: [{ id: bye, translations: { fr: null } }], target_locales: ["fr", "es"] });
    expect((await values(id)).map((value) => value["translations"])).toEqual([{ fr: "Bonjour {{ first_name }}" }, {}, {}]);
  });

  behaviour("follow what they are of: a text that changes is a new one", assumed, async () => {
    const page = await template("<p>Old</p><p>Same</p>");
    const id = idOf(await create("template", page));
    const all = await values(id);
    await patch(id, {
      values: all.map((value) => ({ id: value["id"] ?? null, translations: { fr: `fr ${String(value["source_text"])}` } })),
    });
    await account.call(`PATCH /api/templates/${page}`, {
      data: { type: "template", id: page, attributes: { html: "<p>New</p><p>Same</p>" } },
    });
    expect(await values(id)).toMatchObject([
      { source_text: "New", translations: {} },
      { source_text: "Same", translations: { fr: "fr Same" } },
    ]);
    await account.call(`DELETE /api/templates/${page}`);
    expect((await beta(`GET /api/translations/${id}`)).status).toBe(404);
  });

  behaviour("are of one thing that has none yet, on its own channel", assumed, async () => {
    const page = await template(PAGE);
    expect((await create("template", "nobody")).status).toBe(404);
    expect(pointerOf(await create("template", page, { channel: "sms" }))).toEqual([400, "/data/attributes/channel"]);
    expect((await create("template", page)).status).toBe(201);
    expect(pointerOf(await create("template", page))).toEqual([409, "/data/relationships/template"]);
    const none = await beta("POST /api/translations", { data: { type: "translation", attributes: LOCALES } });
    expect(pointerOf(none)).toEqual([400, "/data/relationships"]);
    expect((await create("campaign-variation", "nobody")).status).toBe(404);
  });

  behaviour("need locales that fit each other", assumed, async () => {
    const page = await template(PAGE);
    for (const [attributes, pointer] of [
      [{ source_locale: "English" }, "source_locale"],
      [{ target_locales: [] }, "target_locales"],
      [{ target_locales: ["fr", "fr"] }, "target_locales/1"],
      [{ target_locales: ["en"] }, "target_locales/0"],
      [{ fallback_locale: "es" }, "fallback_locale"],
    ] as const)
      expect(pointerOf(await create("template", page, attributes as object as JsonObject))).toEqual([400, `/data/attributes/${pointer}`]);
    const id = idOf(await create("template", page));
    const known = await valueId(id, "Bye");
    for (const [value, pointer] of [
      [{ id: "html:unknown", translations: {} }, "values/0/id"],
      [{ translations: {} }, "values/0/id"],
      [{ id: known }, "values/0/translations"],
      [{ id: known, translations: { es: "Adiós" } }, "values/0/translations/es"],
      [{ id: known, translations: { fr: 1 } }, "values/0/translations/fr"],
    ] as const)
      expect(pointerOf(await patch(id, { values: [value as JsonObject] }))).toEqual([400, `/data/attributes/${pointer}`]);
    expect(attributesOf(await patch(id, { fallback_locale: null }))).toMatchObject({ fallback_locale: null, source_locale: "en" });
  });
});

describe("translations of", () => {
  behaviour("a flow's email have its subject and its template's texts, and go with it", assumed, async () => {
    const page = await template("<p>Welcome aboard</p>");
    const list = await account.list("New");
    const flow = await account.flow({ type: "list", id: list }, [email("Hi", { preview_text: "Look", template_id: page })]);
    const [action = ""] = await account.actionIds(flow);
    const message = idOf(await account.call(`GET /api/flow-actions/${action}/flow-messages`));
    const id = idOf(await create("flow-message", message));
    expect(id).toBe(`flow-message::email::${message}`);
    expect(await textsOf(id)).toEqual(["About Hi", "Look", "Welcome aboard"]);
    const related = await beta(`GET /api/translations/${id}/flow-message`);
    expect(schemaViolations("get_flow_message_for_translation_beta", related)).toEqual([]);
    expect(attributesOf(related)).toMatchObject({ name: "Hi", channel: "email", content: { subject: "About Hi", preview_text: "Look" } });
    expect((await beta(`GET /api/translations/${id}/relationships/template`)).body["data"]).toBeNull();
    await account.call(`DELETE /api/flows/${flow}`);
    expect((await beta(`GET /api/translations/${id}`)).status).toBe(404);
  });

  behaviour("what no channel shows to people are refused", assumed, async () => {
    const list = await account.list("New");
    const flow = await account.flow({ type: "list", id: list }, [
      { type: "send-webhook", data: { message: { name: "Call", url: "https://shop.example/hook" } } },
    ]);
    const [action = ""] = await account.actionIds(flow);
    const message = idOf(await account.call(`GET /api/flow-actions/${action}/flow-messages`));
    expect(pointerOf(await create("flow-message", message))).toEqual([400, "/data/attributes/channel"]);
  });

  behaviour("universal content have its text", assumed, async () => {
    const data = { content: "<p>Free shipping</p>", display_options: {}, styles: {} };
    const attributes = { name: "Banner", definition: { content_type: "block", type: "text", data } };
    const content = idOf(
      await account.call("POST /api/template-universal-content", { data: { type: "template-universal-content", attributes } }),
    );
    const id = idOf(await create("template-universal-content", content));
    expect(await textsOf(id)).toEqual(["Free shipping"]);
    await account.call(`DELETE /api/template-universal-content/${content}`);
    expect((await beta(`GET /api/translations/${id}`)).status).toBe(404);
  });
});

describe("the list of translations", () => {
  const filtered = async (query: string): Promise<string[]> => dataOf(await beta(`GET /api/translations?${query}`)).map(({ id }) => id);

  behaviour(
    "is filtered by id, type, channel and what they are of, and sorted by id",
    { as: "documented", from: "openapi/beta-2026-07-15.pre.json get_translations_beta" },
    async () => {
      const pages = [await template("<p>a</p>"), await template("<p>b</p>")];
      const made = [idOf(await create("template", pages[0] ?? "")), idOf(await create("template", pages[1] ?? ""))];
      const sorted = made.toSorted();
      expect(await filtered("sort=-id")).toEqual(sorted.toReversed());
      expect(await filtered(`filter=equals(related_resource_id,"${pages[1]}")`)).toEqual([made[1]]);
      expect(await filtered(`filter=any(id,["${made[0]}"])`)).toEqual([made[0]]);
      expect(await filtered(`filter=equals(resource_type,"template"),equals(channel,"email")`)).toEqual(sorted);
      expect(await filtered(`filter=equals(resource_type,"flow-message")`)).toEqual([]);
      expect((await beta('GET /api/translations?filter=equals(channel,"fax")')).status).toBe(400);
      const first = await beta("GET /api/translations?page[size]=1");
      const next = String(at(first.body, "links")["next"]).replace(account.url, "");
      expect(dataOf(await beta(`GET ${next}`)).map(({ id }) => id)).toEqual([sorted[1]]);
      expect((await beta(`DELETE /api/translations/${made[0]}`)).status).toBe(204);
      expect(await filtered("")).toEqual([made[1]]);
      expect((await account.call("GET /api/translations")).status).toBe(400);
    },
  );
});
