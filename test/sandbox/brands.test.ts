import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openInBeta, relatedOf, resource } from "./in-beta.ts";
import { dataOf, errorOf, schemaViolations, type Opened } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Opened;
beforeEach(async () => {
  account = await openInBeta();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const stated = (schema: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;
const assumed = (schema: string) => ({ as: "assumed", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;

const BUTTON = {
  style: { background_color: "#1f4d3a", border_radius: 4, box_shadow: "none" },
  border: { border_color: "#1f4d3a", border_style: "solid", border_width: 1 },
  spacing: { padding_top: 1, padding_right: 2, padding_bottom: 3, padding_left: 4 },
  text: {
    color: "#fff",
    font_size: 16,
    font_style: "normal",
    font_family: "Georgia",
    font_weight: 600,
    letter_spacing: 0,
    text_decoration: "none",
  },
};
const create = (type: string, attributes: JsonObject, more = {}) => account.call(`POST /api/${type}s`, resource(type, attributes, more));
const patch = (type: string, id: string, attributes: JsonObject, more = {}) =>
  account.call(`PATCH /api/${type === "brand-voice" ? type : `${type}s`}/${id}`, resource(type, attributes, { id, ...more }));
const read = (type: string, id: string) => account.call(`GET /api/${type === "brand-voice" ? type : `${type}s`}/${id}`);
const listed = async (type: string) => dataOf(await account.call(`GET /api/${type}s`)).map(({ id }) => id);

describe("logos", () => {
  const image = async () => {
    const upload = resource("image", { import_from_url: "https://shop.example/logo.png", name: "Logo" });
    return idOf(await account.call("POST /api/images", upload, { revision: "2026-07-15" }));
  };

  behaviour(
    "keep what they are given, bring their image along and lose what null clears",
    stated("BrandLogoPartialUpdateQuery"),
    async () => {
      const picture = await image();
      const made = await create("brand-logo", { name: "Main", width: 200 }, { image: ["image", picture] });
      expect([made.status, idOf(made)]).toEqual([201, expect.stringMatching(/^\d+$/)]);
      expect(attributesOf(made)).toEqual({ name: "Main", width: 200, height: null, alt_text: null, link_url: null });
      const whole = await account.call(`GET /api/brand-logos/${idOf(made)}?include=image`);
      expect(whole.body["included"]).toMatchObject([{ type: "image", id: picture, attributes: { name: "Logo" } }]);
      const changed = await patch("brand-logo", idOf(made), { width: null, link_url: "https://shop.example" });
      expect(attributesOf(changed)).toMatchObject({ name: "Main", width: null, link_url: "https://shop.example" });
      expect(relatedOf(changed, "image")).toEqual({ type: "image", id: picture });
    },
  );

  behaviour("come in the order of their making and go for good", assumed("get_brand_logos_beta"), async () => {
    const made: string[] = [];
    for (const name of ["c", "a", "b"]) {
      made.push(idOf(await create("brand-logo", { name })));
      account.control.advance(1000);
    }
    expect(await listed("brand-logo")).toEqual(made);
    expect((await account.call(`DELETE /api/brand-logos/${made[1]}`)).status).toBe(204);
    expect(await listed("brand-logo")).toEqual([made[0], made[2]]);
    expect((await read("brand-logo", made[1] ?? "")).status).toBe(404);
  });

  behaviour("need an image that is there, sizes of a pixel and whole addresses", assumed("BrandLogoCreateQuery"), async () => {
    expect((await create("brand-logo", {}, { image: ["image", "1"] })).status).toBe(404);
    for (const [attributes, member] of [
      [{ width: 0 }, "width"],
      [{ height: -3 }, "height"],
      [{ link_url: "shop" }, "link_url"],
    ] as const) {
      const refused = await create("brand-logo", attributes);
      expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: `/data/attributes/${member}` }]);
    }
    expect(await listed("brand-logo")).toEqual([]);
  });
});

describe("buttons", () => {
  behaviour("have one primary among them at most: the newest", stated("GetBrandButtonResponse"), async () => {
    const primaries = async () =>
      dataOf(await account.call("GET /api/brand-buttons")).flatMap(({ id, attributes }) => (attributes["is_primary"] ? [id] : []));
    const first = idOf(await create("brand-button", { ...BUTTON, is_primary: true }));
    const second = idOf(await create("brand-button", BUTTON));
    expect(await primaries()).toEqual([first]);
    await patch("brand-button", second, { is_primary: true });
    expect(await primaries()).toEqual([second]);
    await create("brand-button", { ...BUTTON, is_primary: true });
    expect(await primaries()).toHaveLength(1);
    expect(await primaries()).not.toContain(second);
  });

  behaviour("replace a group of styles whole and fill in what is switched off", stated("ButtonStyles"), async () => {
    const id = idOf(await create("brand-button", { ...BUTTON, name: "Buy" }));
    const style = { background_color: "#000", border_radius: 0, box_shadow: "none", is_shadow_active: true };
    const after = attributesOf(await patch("brand-button", id, { style }));
    expect(after).toMatchObject({ name: "Buy", style, border: { ...BUTTON.border, is_border_active: false }, text: BUTTON.text });
    expect(attributesOf(await read("brand-button", id))).toEqual(after);
    expect((await patch("brand-button", id, { style: { border_radius: 2 } })).status).toBe(400);
  });

  behaviour("take no colour of the preview but one in hex", assumed("BrandButtonCreateQuery"), async () => {
    const refused = await create("brand-button", { ...BUTTON, preview_page_hex: "green" });
    expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: "/data/attributes/preview_page_hex" }]);
  });
});

describe("palettes and social groups", () => {
  behaviour("keep their order, and a palette can begin without colours", stated("BrandColorCreateQuery"), async () => {
    const palette = await create("brand-color", { name: "Harbour" });
    expect(attributesOf(palette)).toEqual({ name: "Harbour", colors: null });
    const colors = [
      { hex: "#1f4d3a", name: "Pine" },
      { hex: "#F4F1EA", name: "Paper" },
    ];
    await patch("brand-color", idOf(palette), { colors });
    expect(attributesOf(await read("brand-color", idOf(palette)))).toEqual({ name: "Harbour", colors });
    const links = [
      { platform: "custom", link_url: "https://shop.example/journal", asset_id: 7, width: 32 },
      { platform: "x_twitter", link_url: "https://x.example/shop" },
    ];
    const group = await create("brand-social-group", { social_links: links });
    expect(attributesOf(await read("brand-social-group", idOf(group)))).toEqual({ name: null, social_links: links });
    await patch("brand-social-group", idOf(group), { social_links: links.toReversed(), name: "Footer" });
    expect(attributesOf(await read("brand-social-group", idOf(group)))).toEqual({ name: "Footer", social_links: links.toReversed() });
  });

  behaviour("say which colour or link is wrong", assumed("BrandSocialGroupCreateQuery"), async () => {
    const colors = [
      { hex: "#123", name: "a" },
      { hex: "123456", name: "b" },
    ];
    expect(errorOf(await create("brand-color", { colors })).source).toEqual({ pointer: "/data/attributes/colors/1/hex" });
    const links = [{ platform: "x_twitter", link_url: "@shop" }];
    expect(errorOf(await create("brand-social-group", { social_links: links })).source).toEqual({
      pointer: "/data/attributes/social_links/0/link_url",
    });
    const unknown = [{ platform: "semaphore", link_url: "https://x.example" }];
    expect((await create("brand-social-group", { social_links: unknown })).status).toBe(400);
  });
});

describe("the voice", () => {
  behaviour("begins empty, under the id of the account", assumed("GetBrandVoiceResponse"), async () => {
    const voice = await read("brand-voice", account.accountId);
    expect(attributesOf(voice)).toEqual({ version: "v1", tone_descriptors: [], language_patterns: [] });
    expect((await read("brand-voice", "ABCDEF")).status).toBe(404);
  });

  behaviour("replaces the list that is given and leaves the other", stated("BrandVoicePartialUpdateQuery"), async () => {
    const warm = { name: "Warm", description: "By first name" };
    const short = { name: "Short", description: "Few words", user_modified: true };
    await patch("brand-voice", account.accountId, { tone_descriptors: [warm], language_patterns: [short] });
    await patch("brand-voice", account.accountId, { tone_descriptors: [short] });
    expect(attributesOf(await read("brand-voice", account.accountId))).toMatchObject({
      tone_descriptors: [short],
      language_patterns: [short],
    });
    await patch("brand-voice", account.accountId, { language_patterns: [warm] });
    expect(attributesOf(await read("brand-voice", account.accountId))["language_patterns"]).toEqual([{ ...warm, user_modified: false }]);
  });

  behaviour("knows no descriptor without a name", assumed("BrandVoiceDescriptor"), async () => {
    const refused = await patch("brand-voice", account.accountId, { tone_descriptors: [{ name: " ", description: "" }] });
    expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: "/data/attributes/tone_descriptors/0/name" }]);
  });
});

describe("the email defaults", () => {
  const update = (attributes: JsonObject, more = {}) => patch("brand-email-default", account.accountId, attributes, more);
  const current = async () => attributesOf(await read("brand-email-default", account.accountId));

  behaviour("are one, plain in a new account", assumed("get_brand_email_defaults_beta"), async () => {
    const all = await account.call("GET /api/brand-email-defaults");
    expect(dataOf(all).map(({ id }) => id)).toEqual([account.accountId]);
    expect(schemaViolations("get_brand_email_defaults_beta", all)).toEqual([]);
    expect(relatedOf(all, "brand-button")).toBeUndefined();
  });

  behaviour("keep every member that an update does not name", stated("BrandEmailDefaultPartialUpdateQuery"), async () => {
    const before = await current();
    const after = await update({ body: { background_color: "#123456" }, footer: { social_group_color: "grey" } });
    expect(after.status).toBe(200);
    expect(await current()).toEqual({
      ...before,
      body: { ...(before["body"] as JsonObject), background_color: "#123456" },
      footer: { ...(before["footer"] as JsonObject), social_group_color: "grey" },
    });
  });

  behaviour("lose the width of the logo to null, and keep it when it is left out", stated("BrandEmailHeaderPatchAttributes"), async () => {
    const width = async () => ((await current())["header"] as JsonObject)["logo_max_width"];
    await update({ header: { background_color: "#000000" } });
    expect(await width()).toBe(160);
    await update({ header: { logo_max_width: null } });
    expect(await width()).toBeNull();
  });

  behaviour("name a button, a logo and a social group of the kit", stated("BrandEmailDefaultPartialUpdateQuery"), async () => {
    const button = idOf(await create("brand-button", BUTTON));
    const logo = idOf(await create("brand-logo", { name: "Main" }));
    await update({}, { "brand-button": ["brand-button", button], "brand-logo": ["brand-logo", logo] });
    const whole = await account.call(`GET /api/brand-email-defaults/${account.accountId}?include=brand-button,brand-logo`);
    expect((whole.body["included"] as JsonObject[]).map(({ id }) => id)).toEqual([button, logo]);
    expect((await update({}, { "brand-logo": ["brand-logo", "1"] })).status).toBe(404);
  });

  behaviour("do without a part that was deleted", assumed("delete_brand_button_beta"), async () => {
    const button = idOf(await create("brand-button", BUTTON));
    const group = idOf(await create("brand-social-group", { social_links: [] }));
    await update({}, { "brand-button": ["brand-button", button], "brand-social-group": ["brand-social-group", group] });
    await account.call(`DELETE /api/brand-buttons/${button}`);
    const left = await read("brand-email-default", account.accountId);
    expect([relatedOf(left, "brand-button"), relatedOf(left, "brand-social-group")]).toEqual([
      undefined,
      { type: "brand-social-group", id: group },
    ]);
  });

  behaviour("refuse what is no colour, link or width, and change nothing then", assumed("BrandEmailBodyPatchAttributes"), async () => {
    const before = await current();
    for (const [attributes, place] of [
      [{ body: { body_background_color: "white" } }, "body/body_background_color"],
      [{ header: { links: [{ text: "a", url: "/a" }] } }, "header/links/0/url"],
      [{ footer: { background_color: "#fff" }, header: { logo_max_width: 0 } }, "header/logo_max_width"],
    ] as const) {
      const refused = await update(attributes as object as JsonObject);
      expect([refused.status, errorOf(refused).source]).toEqual([400, { pointer: `/data/attributes/${place}` }]);
    }
    expect(await current()).toEqual(before);
  });
});

it("gives the shop a brand kit of its own", async () => {
  const shop = await openInBeta(20);
  const defaults = await shop.call("GET /api/brand-email-defaults?include=brand-button,brand-logo,brand-social-group");
  expect(schemaViolations("get_brand_email_defaults_beta", defaults)).toEqual([]);
  expect((defaults.body["included"] as JsonObject[]).map(({ type }) => type)).toEqual(["brand-button", "brand-logo", "brand-social-group"]);
  const voice = attributesOf(await shop.call(`GET /api/brand-voice/${shop.accountId}`));
  expect(voice["tone_descriptors"]).toMatchObject([{ name: "Warm" }, { name: "Plain" }]);
  expect(dataOf(await shop.call("GET /api/brand-logos?include=image"))).toHaveLength(1);
  await shop.close();
});
