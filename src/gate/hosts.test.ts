import { expect, it } from "vitest";
import type { JsonObject } from "../lib/json.ts";
import { hostsOf, UNREADABLE_HOST as ODD } from "./hosts.ts";

it.each<[JsonObject, string[]]>([
  [{ url: "https://a.example/x?y=https://b.example" }, ["a.example"]],
  [{ url: "\thttps://evil.example" }, ["evil.example"]],
  [{ url: "//evil.example" }, ["evil.example"]],
  [{ url: "\\\\evil.example" }, ["evil.example"]],
  [{ url: "evil.example/x" }, ["evil.example"]],
  [{ url: "HTTPS://EVIL.Example." }, ["evil.example"]],
  [{ url: "https://shop.example@evil.example:8443/" }, ["evil.example"]],
  [{ url: "https:evil.example" }, ["evil.example"]],
  [{ url: "http://127.0.0.1/" }, ["127.0.0.1"]],
  [{ url: "http://2130706433/" }, ["127.0.0.1"]],
  [{ url: "http://[::1]/" }, ["[::1]"]],
  [{ url: "https://xn--e1afmkfd.example" }, ["xn--e1afmkfd.example"]],
  [{ url: "https://пример.example" }, ["xn--e1afmkfd.example"]],
  [{ url: "javascript:alert(1)" }, [ODD]],
  [{ url: "what is this" }, [ODD]],
  [{ url_template: "/x/{{ y }}" }, [ODD]],
  [{ url: "https://{{ x }}.example" }, [ODD]],
  [{ url: "/products/x" }, []],
  [{ url: "/\\evil.example" }, ["evil.example"]],
  [{ image: "data:image/png;base64,AA//BB" }, []],
  [{ import_from_url: "data:image/png;base64,AA" }, []],
  [{ url: "data:text/html,<script src=https://evil.example>" }, ["evil.example"]],
  [{ url: "mailto:anna@shop.example" }, []],
  [{ url: null }, []],
  [{ html: "<img src='//evil.example/x.png'><a href=\"https://b.example\">x</a>" }, ["evil.example", "b.example"]],
  [{ html: "<img src=https:/\\evil.example/x>" }, ["evil.example"]],
  [{ html: "<p style='background:url(//c.example/x)'>" }, ["c.example"]],
  [{ html: "{{ 'https://' }}evil" }, [ODD]],
  [{ html: "<img src='ht\ntps://evil.example'>" }, ["evil.example"]],
  [{ html: "<img src='https:\n//evil.example'>" }, ["evil.example"]],
  [{ text: "See https://x.example, or (https://y.example)." }, ["x.example", "y.example"]],
  [{ text: "20/20 // not an address; a ratio 1:2" }, []],
  [{ properties: { "https://k.example": 1 } }, ["k.example"]],
  [{ items: [{ url: "https://a.example" }, { url: "https://a.example/2" }] }, ["a.example"]],
])("%j points at %j", (args, hosts) => {
  expect(hostsOf(args).toSorted()).toEqual(hosts.toSorted());
});

it("reads the longest and oddest texts quickly", () => {
  for (const text of ["\t", " a.", "/", "https:", "\t/", "https://", "a:", "x//"]) {
    const began = performance.now();
    hostsOf({ html: text.repeat(5_000_000 / text.length) });
    expect(performance.now() - began, JSON.stringify(text)).toBeLessThan(5000);
  }
});
