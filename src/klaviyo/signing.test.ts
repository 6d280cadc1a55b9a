import { describe, expect, it } from "vitest";
import { canaryForms } from "../../test/canary.ts";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { Secret } from "../lib/secret.ts";
import { assertKeyForm, sign } from "./signing.ts";

const catalog = loadCatalog();
const getList = mustFind(catalog, "get_list");
const KEY = "pk_4f9a7c1e5b3d8026af94ce71b05d3826e9";
const credentialsWith = (key: string) => ({ origin: "https://a.klaviyo.com", key: new Secret(key), accountId: "Abc123" });

describe("sign", () => {
  it("makes Klaviyo's headers", () => {
    expect(sign(getList, credentialsWith(KEY), { "user-agent": "halyard/1.2.3" }).headers).toEqual({
      accept: "application/vnd.api+json",
      revision: getList.revision,
      "user-agent": "halyard/1.2.3",
      authorization: `Klaviyo-API-Key ${KEY}`,
    });
  });

  it.each(["create_client_event", "get_client_ip_allowlist"])("keeps the key out of %s, which does not need it", (id) => {
    expect(JSON.stringify(sign(mustFind(catalog, id), credentialsWith(KEY), {}).headers)).not.toContain("pk_");
  });

  it.each(["pk_a\r\nx-evil: 1", "pk_a\0", "pk_é", "pk_a b", ""])("refuses the key %j and does not repeat it", (key) => {
    let thrown: unknown;
    try {
      sign(getList, credentialsWith(key), {});
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "key_rejected" });
    expect(String(thrown)).not.toContain(key || "undefined");
  });

  it("refuses a header value with a line break", () => {
    expect(() => sign(getList, credentialsWith(KEY), { "user-agent": "a\nb" })).toThrow(expect.objectContaining({ code: "internal" }));
  });
});

describe("scrub", () => {
  const { scrub } = sign(getList, credentialsWith(KEY), {});
  const inText = [
    `Klaviyo-API-Key ${KEY}`,
    KEY.slice(0, 20),
    Buffer.from(`Klaviyo-API-Key ${KEY}`).toString("base64"),
    encodeURIComponent(`key ${KEY}`),
  ];

  it.each([...canaryForms(KEY), ...inText])("takes out the form %s", (form) => {
    const clean = scrub(`before ${form} after`);
    expect(clean).toMatch(/^before .*•••.? after$/);
    // What may stay is text that stood before the key, at most the encoded "Klaviyo-API-Key ".
    expect(clean.length).toBeLessThan("before ••• after".length + 24);
  });

  it("leaves other text alone", () => {
    const text = '{"pk_1":"pk_other0000","id":"01HQ","x":"b2s="}';
    expect(scrub(text)).toBe(text);
  });

  it("takes out a key with characters that mean something in a pattern, and a short one", () => {
    expect(sign(getList, credentialsWith("pk_(a+)+$[^]"), {}).scrub("x pk_(a+)+$[^] y")).not.toContain("(a+)+");
    expect(sign(getList, credentialsWith("pk_a"), {}).scrub("x pk_a y")).toBe("x ••• y");
  });
});

describe("assertKeyForm", () => {
  it("accepts a private key", () => {
    expect(assertKeyForm(new Secret(KEY))).toBeUndefined();
  });

  it.each([
    ["Abc123", "public key"],
    ["sk_123456", "not a private key"],
    ["pk_", "not a private key"],
    ["pk_a-b", "not a private key"],
    ["Klaviyo-API-Key", "not a private key"],
  ])("refuses %s as one that is: %s", (key, message) => {
    expect(() => assertKeyForm(new Secret(key))).toThrow(
      expect.objectContaining({ code: "key_rejected", message: expect.stringContaining(message), hint: expect.stringContaining("pk_") }),
    );
  });
});
