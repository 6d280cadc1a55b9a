import { describe, expect, it } from "vitest";
import { HalyardError } from "../../lib/errors.ts";
import type { Host } from "./scope.ts";
import { renderTemplate } from "./template.ts";
import type { Values } from "./values.ts";

/** 2026-07-14, 23:05 in New York. */
const HOST: Host = {
  nowMs: Date.UTC(2026, 6, 15, 3, 5),
  zone: "America/New_York",
  currency: "USD",
  locale: "en-US",
  links: {
    unsubscribe: "https://u?a=1&b=2",
    preferences: "https://p",
    webView: "https://w",
    updateProperty: (property, value, target) => `${target}?${property}=${value}`,
  },
  catalogItem: (id, { unpublished }) =>
    id === "1" && unpublished !== "cancel" ? { title: "Mug", categories: ["on-sale", "kitchen"], metadata: { price: 8 } } : undefined,
  couponCode: (name) => (name === "TEN" ? "TEN-ABC" : undefined),
  customObjects: (title) =>
    title === "Pet"
      ? [
          { id: "1", name: "Rex" },
          { id: "2", name: "Tom" },
        ]
      : [],
};
const CONTEXT: Values = {
  person: { "First Name": "Ann", tag: "<b>", email: "a@b.c" },
  xs: [1, 2, 3],
  items: [
    { n: "a", p: 3 },
    { n: "b", p: 1 },
  ],
  pairs: [
    ["a", 1],
    ["b", 2],
  ],
  d: { a: 1, b: 2 },
  nothing: null,
  yes: true,
  word: "cat",
  html: "<i>",
};

const render = (source: string): string => renderTemplate(source, CONTEXT, HOST);

function refusal(source: string): string {
  try {
    return `rendered: ${render(source)}`;
  } catch (thrown) {
    return thrown instanceof HalyardError ? (thrown.violations[0]?.message ?? "") : String(thrown);
  }
}

describe("printing", () => {
  it.each([
    ["plain { text } with }} and {{ open", "plain { text } with }} and {{ open"],
    ["{{ word }} {{word}} {{  word  }}", "cat cat cat"],
    ["{{ missing }}|{{ missing.deeper.still }}|{{ word.x }}", "||"],
    ["{{ yes }} {{ nothing }} {{ xs }} {{ d.a }}", "True None [1, 2, 3] 1"],
    ["{{ xs.0 }} {{ items.1.n }} {{ xs.9 }} {{ word.0 }}", "1 b  c"],
    ["{{ person|lookup:'First Name' }} {{ person | lookup:'First Name' }}", "Ann Ann"],
    ["{{ html }} {{ html|safe }} {% autoescape off %}{{ html }}{% endautoescape %}", "&lt;i&gt; <i> <i>"],
    ["{{ '<b>' }} {{ \"it's\" }} {{ 'it\\'s' }}", "<b> it's it's"],
    ["{{ 1 }} {{ -2 }} {{ 1.50 }} {{ 2.0 }}", "1 -2 1.5 2.0"],
    ["{{ constructor }}{{ d.constructor }}{{ d.toString }}", ""],
    ["a{# note #}b{% comment %}{% bad %}{{ worse| }}{% endcomment %}c", "abc"],
    [
      "{% verbatim %}{{ x }}{% if %}{% endverbatim %}|{% verbatim v %}{% endverbatim %}{% endverbatim v %}",
      "{{ x }}{% if %}|{% endverbatim %}",
    ],
    ["{{ unsubscribe_link }}", ""],
    ["\u0001word\u0002", "word"],
  ])("%s", (source, expected) => {
    expect(render(source)).toBe(expected);
  });
});

describe("tags", () => {
  it.each([
    ["{% if missing %}a{% elif xs %}b{% else %}c{% endif %}", "b"],
    ["{% if missing %}a{% elif nothing %}b{% elif 0 %}c{% else %}d{% endif %}", "d"],
    ["{% if yes %}{% if missing %}a{% else %}b{% endif %}{% endif %}", "b"],
    [
      "{% for x in xs %}{{ forloop.counter }}{{ forloop.counter0 }}{{ forloop.revcounter }}{{ forloop.revcounter0 }} {% endfor %}",
      "1032 2121 3210 ",
    ],
    ["{% for x in xs %}{% if forloop.first %}<{% endif %}{{ x }}{% if forloop.last %}>{% else %},{% endif %}{% endfor %}", "<1,2,3>"],
    ["{% for x in xs reversed %}{{ x }}{% endfor %}{% for x in xs|slice:':2' %}{{ x }}{% endfor %}", "32112"],
    ["{% for x in missing %}a{% empty %}none{% endfor %}", "none"],
    [
      "{% for k, v in d.items %}{{ k }}{{ v }}{% endfor %} {% for k,v in pairs %}{{ k }}{{ v }}{% endfor %} {% for k in d %}{{ k }}{% endfor %}",
      "a1b2 a1b2 ab",
    ],
    ["{% for a in xs %}{% for b in items %}{{ forloop.parentloop.counter }}{{ b.n }} {% endfor %}{% endfor %}", "1a 1b 2a 2b 3a 3b "],
    ["{% for x in xs %}{% endfor %}{{ x }}{{ forloop }}", ""],
    ["{% with a=1 b=word %}{{ a }}{{ b }}{% endwith %}{{ a }}", "1cat"],
    ["{% with word|upper as w %}{{ w }}{% endwith %}", "CAT"],
    ["{% spaceless %} <a> <b>x y</b>  </a> {% endspaceless %}", "<a><b>x y</b></a>"],
    ["{% firstof missing nothing word 'x' %} {% firstof missing '<f>' %} {% firstof missing as n %}{{ n }}", "cat <f> "],
    ["{% for x in xs %}{% cycle 'a' 'b' %}{% endfor %}", "aba"],
    ["{% for x in xs %}{% cycle 'a' html as c silent %}{{ c }}{% endfor %}", "a&lt;i&gt;a"],
    ["{% for x in pairs %}{% ifchanged yes %}new{% else %}same{% endifchanged %} {% endfor %}", "new same "],
    ["{% for x in xs %}{% ifchanged %}{{ word }}{% endifchanged %}{% endfor %}", "cat"],
    ["{% widthratio 175 200 100 %} {% widthratio 1 0 9 %} {% widthratio 1 2 8 as w %}{{ w }}", "88 0 4"],
    ["{% templatetag openblock %}{% templatetag closevariable %}{% templatetag openbrace %}", "{%}}{"],
    ["{% now 'Y-m-d H:i' %}{% now 'Y' as y %} {{ y }}", "2026-07-14 23:05 2026"],
  ])("%s", (source, expected) => {
    expect(render(source)).toBe(expected);
  });
});

describe("Klaviyo's tags", () => {
  it.each([
    ["{% unsubscribe %}", '<a href="https://u?a=1&amp;b=2">Unsubscribe</a>'],
    [
      "{% unsubscribe 'leave' %}{% manage_preferences html %}",
      '<a href="https://u?a=1&amp;b=2">leave</a><a href="https://p">&lt;i&gt;</a>',
    ],
    ["{% unsubscribe_link %} {% manage_preferences_link %} {% web_view_link %}", "https://u?a=1&b=2 https://p https://w"],
    ["{% web_view 'See' %}", '<a href="https://w">See</a>'],
    ["{% render_variable word %}", "cat"],
    ["{% current_day %} {% current_month %} {% current_year %} {% current_weekday %} {% current_month_name %}", "14 7 2026 Tuesday July"],
    ['{% today "%Y-%m-%d" as today %}{{ today }} {{ today|days_later:5|format_date_string|date:"M d" }}', "2026-07-14 Jul 19"],
    ["{% currency_format 1234.5 %} {% currency_format '$40' %} {% currency_format word %}", "$1,234.50 $40 cat"],
    [
      "{% catalog '1' %}{{ catalog_item.title }} {% currency_format catalog_item.metadata|lookup:\"price\" %}{% endcatalog %}{{ catalog_item }}",
      "Mug $8.00",
    ],
    [
      "{% catalog '1' %}{% has_category catalog_item 'sale' as s %}{% has_category catalog_item 'garden' as g %}{{ s }} {{ g }}{% endcatalog %}",
      "True False",
    ],
    ["{% coupon_code 'TEN' %} {% coupon_code 'TEN' cut=4 %}", "TEN-ABC ABC"],
    ["{% barcode word width=20 mode=html %}", '<img alt="cat" width="20" height="100">'],
    ["{% update_property_link 'a' word 'https://t' %}", "https://t?a=cat"],
    ["{% customobject '2' object_type_title='Pet' as pet %}{{ pet.name }}{% endcustomobject %}", "Tom"],
    ["{% customobjects object_type_title='Pet' as pets %}{{ pets|map:'name'|join:', ' }}{% endcustomobjects %}", "Rex, Tom"],
  ])("%s", (source, expected) => {
    expect(render(source)).toBe(expected);
  });
});

describe("hard errors", () => {
  it.each([
    ["{{ word|lookup: 'x' }}", /Could not parse/],
    ["{{ person|lookup:'a'.0 }}", /Could not parse/],
    ["{{ person|lookup:‘a’ }}", /Could not parse/],
    ["{{ first-name }}", /Could not parse/],
    ["{{ _x }}", /underscores/],
    ["{{ d._x }}", /underscores/],
    ["{{ }}", /empty/],
    ["{{ word|nope }}", /'nope'/],
    ["{{ word|toString }}", /'toString'/],
    ["{{ word|truncatechars }}", /argument/],
    ["{{ word|upper:1 }}", /argument/],
    ["{% if yes %}{% elsif yes %}{% endif %}", /elsif/],
    ["{% assign x = 1 %}", /assign/],
    ["{% include 'x' %}", /include/],
    ["{% load i18n %}", /load/],
    ["{% capture x %}{% endcapture %}", /capture/],
    ["{%- if yes -%}{% endif %}", /Invalid block tag/],
    ["{% %}", /Empty/],
    ["{% if yes %}", /Unclosed tag 'if'/],
    ["{% if yes %}{% else %}{% else %}{% endif %}", /else/],
    ["{% endif %}", /endif/],
    ["{% verbatim %}x", /Unclosed tag 'verbatim'/],
    ["{% if %}x{% endif %}", /end of expression/],
    ["{% for x of xs %}{% endfor %}", /'for'/],
    ["{% for a, b, c in pairs %}{% endfor %}", /Need 3/],
    ["{% with %}{% endwith %}", /'with'/],
    ["{% autoescape maybe %}{% endautoescape %}", /'on' or 'off'/],
    ["{% today '%Y' %}", /'today'/],
    ["{% templatetag nothing %}", /templatetag/],
    ["{% catalog '2' %}{% endcatalog %}", /Catalog Item Unavailable/],
    ["{% catalog '1' unpublished=\"cancel\" %}{% endcatalog %}", /Catalog Item Unavailable/],
    ["{% coupon_code 'NONE' %}", /no codes/],
    ["{% unsubscribe 'x %}", /Could not parse/],
  ])("%s", (source, expected) => {
    expect(refusal(source)).toMatch(expected);
  });
});

describe("limits", () => {
  const many = { xs: Array.from({ length: 1000 }, (_, i) => i) };
  const loops = (depth: number, body: string): string => "{% for x in xs %}".repeat(depth) + body + "{% endfor %}".repeat(depth);

  it.each([
    ["output", loops(3, "0123456789")],
    ["depth", "{% if 1 %}".repeat(200) + "{% endif %}".repeat(200)],
    ["length of a text", `{{ 'aaaaaaaaaa'${"|find_replace:'a|aaaaaaaaaa'".repeat(9)} }}`],
    ["patterns", "{{ 'a'|resplit:'(a+)+' }}"],
  ])("stop too much %s", (_, source) => {
    expect(() => renderTemplate(source, many, HOST)).toThrow(HalyardError);
  });
});
