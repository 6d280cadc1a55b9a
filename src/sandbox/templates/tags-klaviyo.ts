import { formatDjango, formatStrftime, momentIn } from "./dates.ts";
import { parseExpression, printed, type Expression } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { inline, type Draw, type TagParser } from "./tag.ts";
import { putOut, splitAs } from "./tags-text.ts";
import { escapeHtml, isEqual, itemsOf, memberOf, numberOf, textOf } from "./values.ts";
import { splitWords } from "./words.ts";

type Href = (scope: Scope) => string;

const unsubscribe: Href = ({ host }) => host.links.unsubscribe;
const preferences: Href = ({ host }) => host.links.preferences;
const webView: Href = ({ host }) => host.links.webView;

/** A whole link, its text given or Klaviyo's own. */
function link(href: Href, fallback: string): TagParser {
  return inline((args) => {
    const text = args === "" ? undefined : parseExpression(args);
    return (scope) => `<a href="${escapeHtml(href(scope))}">${text ? printed(text(scope), scope) : fallback}</a>`;
  });
}

const address = (href: Href): TagParser => inline((args) => (args === "" ? href : templateFailure("A link tag takes no argument.")));

/** A part of today's date by the account's clocks, in Django's letters. */
const current = (letters: string): TagParser =>
  inline(
    () =>
      ({ host }) =>
        formatDjango(momentIn(host.zone, host.nowMs), letters),
  );

interface Arguments {
  positional: Expression[];
  named: Map<string, Expression>;
  as: string | undefined;
}

/** `x y key=value … as name`. */
function parseArguments(args: string, positions: [least: number, most: number]): Arguments {
  const { words, name } = splitAs(splitWords(args));
  const named = new Map<string, Expression>();
  const positional = words.flatMap((word) => {
    const [, key, value] = /^([A-Za-z]\w*)=(.+)$/s.exec(word) ?? [];
    if (key === undefined) return [parseExpression(word)];
    named.set(key, parseExpression(value ?? ""));
    return [];
  });
  if (positional.length < positions[0] || positional.length > positions[1])
    templateFailure(`A tag got ${positional.length} arguments: '${args}'.`);
  return { positional, named, as: name };
}

const textAt = ({ positional }: Arguments, i: number, scope: Scope): string => textOf(positional[i]?.(scope));

function parseToday(args: string): Draw {
  const {
    positional: [format],
    as,
  } = parseArguments(args, [1, 1]);
  if (as === undefined) templateFailure("'today' needs a format and a name: today \"%Y-%m-%d\" as today.");
  return (scope) => putOut(scope, as, formatStrftime(momentIn(scope.host.zone, scope.host.nowMs), textOf(format?.(scope))));
}

/** Numbers only: what is none is printed as it is. */
function parseCurrency(args: string): Draw {
  const amount = parseExpression(args);
  return (scope) => {
    const value = amount(scope);
    const number = numberOf(value);
    if (number === undefined) return printed(value, scope);
    const { currency, locale } = scope.host;
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(number);
  };
}

const catalog: TagParser = (args, block) => {
  const given = parseArguments(args, [1, 1]);
  const { body } = block.until("endcatalog");
  return (scope) => {
    const options = Object.fromEntries([...given.named].map(([name, value]) => [name, textOf(value(scope))]));
    // A failed look-up skips the whole message (behaviour.md §2.12), so there is nothing to render.
    const item = scope.host.catalogItem(textAt(given, 0, scope), options) ?? templateFailure("Catalog Item Unavailable");
    return scope.within({ catalog_item: item }, () => body(scope));
  };
};

/** Partial matches count: "sale" finds "on-sale". */
function parseHasCategory(args: string): Draw {
  const given = parseArguments(args, [2, 2]);
  return (scope) => {
    const categories = itemsOf(memberOf(given.positional[0]?.(scope), "categories")).map(textOf);
    return putOut(
      scope,
      given.as,
      categories.some((each) => each.includes(textAt(given, 1, scope))),
    );
  };
}

function parseCoupon(args: string): Draw {
  const given = parseArguments(args, [1, 1]);
  const cut = given.named.get("cut");
  return (scope) => {
    const code = scope.host.couponCode(textAt(given, 0, scope)) ?? templateFailure("The coupon has no codes.");
    return printed(code.slice(numberOf(cut?.(scope)) ?? 0), scope);
  };
}

function parseBarcode(args: string): Draw {
  const given = parseArguments(args, [1, 1]);
  return (scope) => {
    const [width, height] = ["width", "height"].map((name, i) => numberOf(given.named.get(name)?.(scope)) ?? [200, 100][i]);
    return `<img alt="${escapeHtml(textAt(given, 0, scope))}" width="${width}" height="${height}">`;
  };
}

/** One record by its id, or under `customobjects` all of a type. */
function customObjects(end: string, many: boolean): TagParser {
  return (args, block) => {
    const given = parseArguments(args, many ? [0, 0] : [1, 1]);
    const name = given.as ?? templateFailure("The tag needs 'as' and a name.");
    const { body } = block.until(end);
    return (scope) => {
      const records = scope.host.customObjects(textOf(given.named.get("object_type_title")?.(scope)));
      const wanted = given.positional[0]?.(scope);
      const found = many ? records : records.find((record) => isEqual(record["id"], wanted));
      return scope.within({ [name]: found }, () => body(scope));
    };
  };
}

/** Klaviyo's own tags (behaviour.md §2.12). */
export const KLAVIYO_TAGS: Record<string, TagParser> = {
  unsubscribe: link(unsubscribe, "Unsubscribe"),
  unsubscribe_link: address(unsubscribe),
  manage_preferences: link(preferences, "Manage Preferences"),
  manage_preferences_link: address(preferences),
  web_view: link(webView, "View in browser"),
  web_view_link: address(webView),
  render_variable: inline((args) => {
    const variable = parseExpression(args);
    return (scope) => printed(variable(scope), scope);
  }),
  current_day: current("j"),
  current_month: current("n"),
  current_year: current("Y"),
  current_weekday: current("l"),
  current_month_name: current("F"),
  today: inline(parseToday),
  currency_format: inline(parseCurrency),
  catalog,
  has_category: inline(parseHasCategory),
  coupon_code: inline(parseCoupon),
  barcode: inline(parseBarcode),
  update_property_link: inline((args) => {
    const given = parseArguments(args, [3, 3]);
    return (scope) => scope.host.links.updateProperty(textAt(given, 0, scope), textAt(given, 1, scope), textAt(given, 2, scope));
  }),
  customobject: customObjects("endcustomobject", false),
  customobjects: customObjects("endcustomobjects", true),
};
