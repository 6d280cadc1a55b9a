import { describe, expect, it } from "vitest";
import { refuseAddresses } from "./addresses.ts";

const wrong = (url: unknown, isLive = true, name = "url"): string => {
  try {
    refuseAddresses({ list: [{ [name]: String(url) }] }, isLive);
    return "";
  } catch (thrown) {
    return (thrown as { violations: { message: string }[] }).violations[0]?.message ?? "?";
  }
};

describe("addresses on a live connection (attack C11)", () => {
  it.each([
    "http://127.0.0.1/x",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://0/",
    "//127.0.0.1/x",
    "127.0.0.1/x",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.8/",
    "http://172.20.1.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://db.internal/",
    "http://printer.local/",
    "http://metadata/",
    "http://①②⑦.0.0.1/",
    "https://a.home.arpa/",
    "http:\\\\127.0.0.1\\x",
    "http:/127.0.0.1",
    " http://127.0.0.1 ",
    "ht\ttp://127.0.0.1/",
  ])("%s is inside", (url) => expect(wrong(url)).toMatch(/this machine|can be read/));

  it.each([
    ["https://user:pass@feeds.shop.example/", "user"],
    ["https://a.klaviyo.com@evil.example/", "user"],
    ["https://@evil.example/", "user"],
    ["https://feeds.shop.example:8443/", "port"],
    ["feeds.shop.example:8443/x", "port"],
    ["file:///etc/passwd", "scheme"],
    ["gopher://x.example/", "scheme"],
    ["javascript:alert(1)", "scheme"],
    ["data:text/html,x", "scheme"],
    ["ftp://x.example/", "scheme"],
  ])("%s: %s", (url, what) => expect(wrong(url)).toContain(what));

  it.each([
    "https://feeds.shop.example/a.json",
    "https://feeds.shop.example:443/",
    "feeds.shop.example/a",
    "http://8.8.8.8/",
    "https://münchen.example/",
    "/products/1",
    "data:image/png;base64,AAAA",
    "mailto:a@b.example",
    "https://shop.example/{{ item }}",
    "",
    "https://[2606:4700::1111]/",
  ])("%s may stand", (url) => expect(wrong(url)).toBe(""));

  it.each(["endpoint_url", "import_from_url", "url_template", "image_url", "href", "src"])("%s is an address", (name) =>
    expect(wrong("http://127.0.0.1/", true, name)).not.toBe(""),
  );
  it("says the place, and nothing of the address", () =>
    expect(() => refuseAddresses({ definition: { actions: [{ url: "http://10.1.2.3/secret" }] } }, true)).toThrow(
      "An address in the arguments may not be used: /definition/actions/0/url is of this machine or a private network.",
    ));
});

it("a sandbox's may be of this machine, without user, password or port", () => {
  expect(wrong("http://127.0.0.1/x", false)).toBe("");
  expect(wrong("http://u:p@127.0.0.1/x", false)).toContain("user");
});
