import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";

interface WebFeedRow extends Row {
  name: string;
  url: string;
  method: string;
  contentType: string;
  created: number;
  updated: number;
  /** When Klaviyo last had a reason to fetch it anew. */
  changed: number;
}

export const webFeeds = defineCollection<WebFeedRow>("web_feeds", { indexes: { name: (feed) => feed.name } });

/** The vendor's guide to web feeds. */
const MAX_FEEDS = 10;
/** How long the first fetch takes (assumed). The sandbox fetches nothing: every feed is well. */
const FETCH_MS = 5000;

/** Web feeds (behaviour.md §2.20): what a template reads as `feeds.NAME`. */
export const webFeedResource = defineResource<WebFeedRow>({
  type: "web-feed",
  path: "/api/web-feeds",
  collection: webFeeds,
  attributes: (feed, ctx) => ({
    name: feed.name,
    url: feed.url,
    request_method: feed.method,
    content_type: feed.contentType,
    created: timeText(feed.created, ctx),
    updated: timeText(feed.updated, ctx),
    status: ctx.now < feed.changed + FETCH_MS ? "refreshing" : "ok",
  }),
  filters: { name: (feed) => feed.name, created: (feed) => feed.created, updated: (feed) => feed.updated },
  sorts: { name: (feed) => feed.name, created: (feed) => feed.created, updated: (feed) => feed.updated },
  defaultSort: "created",
  create({ attributes }, ctx) {
    if (ctx.rows(webFeeds).size >= MAX_FEEDS) refuse("invalid", `An account has at most ${MAX_FEEDS} web feeds.`);
    return {
      id: ctx.ids.hex(12),
      name: freeName(attributes["name"], ctx),
      url: addressOf(attributes["url"]),
      method: textOf(attributes["request_method"]) ?? "get",
      contentType: textOf(attributes["content_type"]) ?? "json",
      created: ctx.now,
      updated: ctx.now,
      changed: ctx.now,
    };
  },
  update(feed, { attributes: { name, url, request_method: method, content_type: contentType } }, ctx) {
    const after = {
      ...feed,
      name: textOf(name) === undefined || name === feed.name ? feed.name : freeName(name, ctx),
      url: textOf(url) === undefined ? feed.url : addressOf(url),
      method: textOf(method) ?? feed.method,
      contentType: textOf(contentType) ?? feed.contentType,
      updated: ctx.now,
    };
    const isElsewhere = after.url !== feed.url || after.method !== feed.method || after.contentType !== feed.contentType;
    return isElsewhere ? { ...after, changed: ctx.now } : after;
  },
});

/** Templates reach a feed by its name alone, after a dot: so it has no blanks, and no other feed has it (assumed). */
function freeName(given: Json | undefined, ctx: Context): string {
  const name = textOf(given) ?? "";
  const source = { pointer: "/data/attributes/name" };
  if (name === "") refuse("invalid", "'name' must not be empty.", { source });
  if (/\s/.test(name)) refuse("invalid", "'name' must not hold blanks: templates read a feed as 'feeds.NAME'.", { source });
  if (ctx.rows(webFeeds).where("name", name).length > 0) refuse("invalid", `There is a web feed named '${name}' already.`, { source });
  return name;
}

function addressOf(given: Json | undefined): string {
  const url = textOf(given) ?? "";
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    refuse("invalid", "'url' must be an http or https address.", { source: { pointer: "/data/attributes/url" } });
  return url;
}
