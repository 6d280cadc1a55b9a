import { parseArguments, textAt } from "./arguments.ts";
import { parseExpression, printed } from "./expression.ts";
import { templateFailure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { inline, type TagParser } from "./tag.ts";
import { escapeHtml } from "./values.ts";

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

/** Links that Klaviyo makes for each recipient, whole or as an address (behaviour.md §2.12). */
export const LINK_TAGS: Record<string, TagParser> = {
  unsubscribe: link(unsubscribe, "Unsubscribe"),
  unsubscribe_link: address(unsubscribe),
  manage_preferences: link(preferences, "Manage Preferences"),
  manage_preferences_link: address(preferences),
  web_view: link(webView, "View in browser"),
  web_view_link: address(webView),
  update_property_link: inline((args) => {
    const given = parseArguments(args, [3, 3]);
    return (scope) => scope.host.links.updateProperty(textAt(given, 0, scope), textAt(given, 1, scope), textAt(given, 2, scope));
  }),
};
