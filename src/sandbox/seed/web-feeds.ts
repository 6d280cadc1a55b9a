import type { Context } from "../engine/context.ts";
import { webFeeds } from "../resources/web-feeds.ts";
import { DAY_MS } from "./calendar.ts";

/** What letters read from outside: the journal of the shop, and the tide table. */
export function seedWebFeeds(ctx: Context, openedMs: number): void {
  const feeds = [
    ["journal", "https://harbourandpine.example/journal.json", "json", 50],
    ["tides", "https://harbourandpine.example/tides.xml", "xml", 410],
  ] as const;
  for (const [name, url, contentType, day] of feeds) {
    const created = openedMs + day * DAY_MS;
    ctx.rows(webFeeds).put({ id: ctx.ids.hex(12), name, url, method: "get", contentType, created, updated: created, changed: created });
  }
}
