import { describe, expect, it } from "vitest";
import { parseExpression, printed } from "./expression.ts";
import { createScope } from "./scope.ts";

const context = {
  items: [
    { n: "b", p: 2 },
    { n: "a", p: 10 },
    { n: "B", p: 2 },
  ],
  xs: [3, 1, 2],
  gaps: [1, null, 2],
  words: ["pear", "Apple", "fig"],
  lines: "one\ntwo <b>",
  html: "<p>Hi <b>you</b></p>",
  none: null,
};
const scope = createScope(context, { nowMs: Date.UTC(2026, 6, 15) } as never, (text) => text);
/** Without HTML escaping, so that the filter alone is seen. */
const raw = (source: string): string => {
  scope.escapes = false;
  return printed(parseExpression(source)(scope), scope);
};
const escaped = (source: string): string => {
  scope.escapes = true;
  return printed(parseExpression(source)(scope), scope);
};

describe("filters of numbers", () => {
  it.each([
    ["-1.2|abs", "1.2"],
    ["1|at_least:5.0", "5.0"],
    ["1|at_most:-1.0", "-1.0"],
    ["5.01|ceil", "6.0"],
    ["5.9|floor", "5.0"],
    ["5.05|round", "6.0"],
    ["5.123|round_up:2", "5.13"],
    ["5.129|round_down:2", "5.12"],
    ["5.13|round_up:2", "5.13"],
    ['"10"|divide:"2"', "5.0"],
    ["1|divide:0", "0.0"],
    ['"10"|multiply:"2"', "20.0"],
    ['"ten"|multiply:"2"', "0.0"],
    ["1|floatadd:1.1", "2.1"],
    ["1|plus:2", "3.0"],
    ["1.1|floatsub:1", "0.1"],
    ["5|minus:1", "4.0"],
    ["5|remainder:2", "1.0"],
    ["-1|modulo:3", "2.0"],
    ["34.23234|floatformat", "34.2"],
    ["34.00000|floatformat", "34"],
    ['"5.0003"|floatformat:2', "5.00"],
    ["1.005|floatformat:2", "1.01"],
    ["34.26000|floatformat:-3", "34.260"],
    ["34.0|floatformat:-3", "34"],
    ['"x"|floatformat:2', ""],
    ['".25"|percentize:2', "25.00%"],
    ["[1,2,3]|sum_list", "6.0"],
    ["[1, 2, 3]|sum_list", "6.0"],
    ["3|gt:2", "True"],
    ["2|gte:2", "True"],
    ['"3"|lt:"10"', "True"],
    ["3|lte:2", "False"],
    ["4|add:'2'", "6"],
    ["'a'|add:'b'", "ab"],
    ["21|divisibleby:7", "True"],
    ["123|get_digit:1", "3"],
    ["123456|filesizeformat", "120.6 KB"],
  ])("%s is %s", (source, expected) => {
    expect(raw(source)).toBe(expected);
  });
});

describe("filters of texts", () => {
  it.each([
    ["'a'|append:' b'|prepend:'> '|concat:'c'", "> a bc"],
    ["'joe'|capitalize", "Joe"],
    ["'JOE'|downcase|capfirst", "Joe"],
    ["'joe'|upcase", "JOE"],
    ['"my FIRST post\'s"|title', "My First Post's"],
    ["'a long sentence'|truncate:6", "a lon…"],
    ["'short'|truncatechars:10", "short"],
    ["'one two three'|truncatewords:2", "one two …"],
    ["' x '|strip|append:'|'", "x|"],
    ["' x '|lstrip", "x "],
    ["' x '|rstrip", " x"],
    ["html|strip_html", "Hi you"],
    ["lines|strip_newlines", "onetwo <b>"],
    ["lines|newline_to_br", "one<br>two <b>"],
    ["'hello hello'|remove:'hello'|strip", ""],
    ["'aXbXc'|remove_first:'X'", "abXc"],
    ["'aXbXc'|remove_last:'X'", "aXbc"],
    ['"Hi, there,"|find_replace:",|-"', "Hi- there-"],
    ["'aXbX'|replace_first:'X|$&'", "a$&bX"],
    ["'aXbX'|replace_last:'X|-'", "aXb-"],
    ["'a,b'|split:','|join:'+'", "a+b"],
    ["'a  b c'|resplit:'\\s+'|join:'+'", "a+b+c"],
    ["'a b/c&d'|urlencode", "a%20b/c%26d"],
    ["'a b+c'|urlencodeplus", "a+b%2Bc"],
    ["'a%20b'|urldecode", "a b"],
    ["'a+b%2B'|urldecodeplus", "a b+"],
    ["'%zz'|urldecode", "%zz"],
    ["'hé'|base64_encode", "aMOp"],
    ["'aMOp'|base64_decode", "hé"],
    ["'a'|md5_hash", "0cc175b9c0f1b6a831c399e269772661"],
    ["'a'|sha_1", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"],
    ["'a'|sha_256|slice:':8'", "ca978112"],
    ["'shop.com'|httpize", "http://shop.com"],
    ["'http://shop.com'|httpsize", "https://shop.com"],
    ["'a/b//'|trim_slash", "a/b"],
    ["5|stringformat:'03d'", "005"],
    ["3.14159|stringformat:'.2f'", "3.14"],
    ["'ab'|stringformat:'-5s'|append:'|'", "ab   |"],
    ["255|stringformat:'x'", "ff"],
    ["'Joe is a Slug!'|slugify", "joe-is-a-slug"],
    ["'one two'|wordcount", "2"],
    ["'ab'|center:6|append:'|'", "  ab  |"],
    ["'ab'|cut:'a'", "b"],
  ])("%s is %s", (source, expected) => {
    expect(raw(source)).toBe(expected);
  });

  it.each([
    ["lines|linebreaksbr", "one<br>two &lt;b&gt;"],
    ["lines|linebreaks", "<p>one<br>two &lt;b&gt;</p>"],
    ["html|escape|escape", "&lt;p&gt;Hi &lt;b&gt;you&lt;/b&gt;&lt;/p&gt;"],
    ["'a &amp; b'|force_escape", "a &amp;amp; b"],
    ["'a &amp; <b>'|escape_once", "a &amp; &lt;b&gt;"],
    ["html|safe|lower", "<p>hi <b>you</b></p>"],
    ["html|safe|upper", "&lt;P&gt;HI &lt;B&gt;YOU&lt;/B&gt;&lt;/P&gt;"],
    ["'<'|escapejs", "\\u003C"],
    ["words|join:'<'", "pear<Apple<fig"],
  ])("with escaping, %s is %s", (source, expected) => {
    expect(escaped(source)).toBe(expected);
  });
});

describe("filters of lists and of anything", () => {
  it.each([
    ["xs|length", "3"],
    ["'cat'|size", "3"],
    ["missing|count", "0"],
    ["gaps|compact", "[1, 2]"],
    ["xs|concat:[4, 'a']", "[3, 1, 2, 4, 'a']"],
    ["xs|join", "3 1 2"],
    ["words|list_to_string", "pear, Apple and fig"],
    ["items|list_where:'n=a'|map:'p'", "[10]"],
    ["items|dictfilter:'p>2'|map:'n'", "['a']"],
    ["items|dictfilter:'p=>2'|length", "3"],
    ["items|dictfilter:'p!=2'|length", "1"],
    ["xs|reverse", "[2, 1, 3]"],
    ["xs|slice:':2'", "[3, 1]"],
    ["xs|slice:'-1:'", "[2]"],
    ["'abcdef'|slice:'1:3'", "bc"],
    ["'abcdef'|slice:'::2'", "ace"],
    ["xs|sort", "[1, 2, 3]"],
    ["items|sort:'p'|map:'p'", "[2, 2, 10]"],
    ["words|sort", "['Apple', 'fig', 'pear']"],
    ["words|sort_natural|first", "Apple"],
    ["items|uniq:'p'|map:'n'", "['b', 'a']"],
    ["items|dictsortreversed:'p'|map:'p'|first", "10"],
    ["xs|last", "2"],
    ["missing|default:'x'", "x"],
    ["0|default:'x'", "x"],
    ["none|default_if_none:'x'", "x"],
    ["missing|default_if_none:'x'", ""],
    ["items.0|lookup:'n'", "b"],
    ["xs|lookup:'1'", "1"],
    ["'u'|missing_image", "u"],
    ["missing|missing_image:'https://f'", "https://f"],
    ["1|yesno:'a,b,c'", "a"],
    ["none|yesno:'a,b,c'", "c"],
    ["0|yesno", "no"],
    ["1|pluralize", ""],
    ["2|pluralize:'y,ies'", "ies"],
    ["xs|pluralize:'es'", "es"],
  ])("%s is %s", (source, expected) => {
    expect(raw(source)).toBe(expected);
  });
});

describe("filters of dates", () => {
  const AT = "'2016-02-11T16:46:08-05:00'|format_date_string";
  it.each([
    [`${AT}|date:'F d, o'`, "February 11, 2016"],
    [`${AT}|date:'m-d-Y g:i a'`, "02-11-2016 4:46 p.m."],
    [`${AT}|date:'n/j/y g:i A'`, "2/11/16 4:46 PM"],
    [`${AT}|date`, "Feb. 11, 2016"],
    [`${AT}|time`, "4:46 p.m."],
    ["'2016-02-11'|date:'Y'", ""],
    ["'nonsense'|format_date_string|date:'Y'", ""],
    ["'2026-07-15'|days_later:20", "2026-08-04"],
    ["'2026-07-15T10:00:00+02:00'|days_later:-1", "2026-07-14T10:00:00+02:00"],
    ["'2026-07-01'|weeks_since", "2"],
    ["'2026-07-01'|weeks_since:'2026-07-31'", "4"],
    ["'2026-07-12T20:00:00Z'|timesince", "2 days, 4 hours"],
    ["'2026-07-16'|datetime_from_string|timeuntil", "1 day"],
  ])("%s is %s", (source, expected) => {
    expect(raw(source)).toBe(expected);
  });
});
