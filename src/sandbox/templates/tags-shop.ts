import { parseArguments, putOut, textAt } from "./arguments.ts";
import { parseExpression, printed } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import { inline, type Draw, type TagParser } from "./tag.ts";
import { escapeHtml, isEqual, itemsOf, memberOf, numberOf, textOf } from "./values.ts";

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

/** Tags that draw on the account: money, catalog, coupons and custom objects (behaviour.md §2.12). */
export const SHOP_TAGS: Record<string, TagParser> = {
  render_variable: inline((args) => {
    const variable = parseExpression(args);
    return (scope) => printed(variable(scope), scope);
  }),
  currency_format: inline(parseCurrency),
  catalog,
  has_category: inline(parseHasCategory),
  coupon_code: inline(parseCoupon),
  barcode: inline(parseBarcode),
  customobject: customObjects("endcustomobject", false),
  customobjects: customObjects("endcustomobjects", true),
};
