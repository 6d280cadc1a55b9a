import type { JsonObject } from "../../lib/json.ts";
import type { Row, Within } from "../state/collection.ts";
import type { Position } from "../state/order.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import type { Relationship, Resource } from "./declare.ts";
import { addressOf, includedOf, relatedIds, resourceObject, type Rendering } from "./document.ts";
import { pageUrl } from "./links.ts";
import type { ApiRequest, Reply } from "./request.ts";
import { selectPage, type Page, type Source } from "./select.ts";
import { collectionSource, relatedSource } from "./source.ts";

/** Page size of reads that take a cursor but no size (behaviour.md §1.7: bulk-job lists 100). */
const FIXED_PAGE = 100;

/** Answers `GET /api/x`. */
export function readCollection(request: ApiRequest, resource: Resource, rendering: Rendering, within?: Within): Reply {
  const page = pageFor(request, collectionSource(resource, rendering.ctx, within), resource, rendering);
  const data = page.rows.map((row) => resourceObject(resource, row, rendering));
  return reply(request, { data, links: pageLinks(request, page), ...includedOf(resource, page.rows, rendering) });
}

/** Answers with one resource object: reads of an item, creates and updates. */
export function itemReply(request: ApiRequest, resource: Resource, row: Row, rendering: Rendering, status?: number): Reply {
  const data = resourceObject(resource, row, rendering);
  return reply(request, { data, links: { self: request.self }, ...includedOf(resource, [row], rendering) }, status);
}

/** Answers with these rows as they stand, unpaged. */
export function listReply(request: ApiRequest, resource: Resource, rows: readonly Row[], rendering: Rendering): Reply {
  const data = rows.map((row) => resourceObject(resource, row, rendering));
  return reply(request, { data, links: { self: request.self, next: null, prev: null }, ...includedOf(resource, rows, rendering) });
}

/** Answers `GET /api/x/{id}/rel` (`full`) and `GET /api/x/{id}/relationships/rel`. */
export function readRelated(request: ApiRequest, row: Row, relation: Relationship, rendering: Rendering, full: boolean): Reply {
  const { ctx, resourceOf } = rendering;
  const target = resourceOf(relation.type, ctx.channel);
  if (relation.kind === "one") {
    const [identifier] = relatedIds(row, relation, rendering);
    const related = identifier && ctx.find(identifier.type, identifier.id);
    if (full && target && related) return itemReply(request, target, related, rendering);
    return reply(request, { data: full ? null : (identifier ?? null), links: { self: request.self } });
  }
  const related = relatedSource(row, relation, ctx, resourceOf);
  if (!related) return reply(request, { data: [], links: { self: request.self, next: null, prev: null } });
  const page = pageFor(request, related.source, target, rendering);
  // A link whose other end is gone shows nothing, as long as somebody declares what it led to.
  const found = page.rows.map((each) => related.target(each)).filter((each) => !target || each.row);
  const links = pageLinks(request, page);
  if (!full) {
    const linksOf = (id: string): JsonObject => (relation.idLinks && target ? { links: { self: `${addressOf(target, id, ctx)}/` } } : {});
    return reply(request, { data: found.map(({ id }) => ({ type: relation.type, id, ...linksOf(id) })), links });
  }
  const shown = found.flatMap(({ row: each, attributes }) => (each ? [{ each, attributes: attributes as JsonObject }] : []));
  const data = target ? shown.map(({ each, attributes }) => resourceObject(target, each, rendering, attributes)) : [];
  return reply(request, {
    data,
    links,
    ...(target &&
      includedOf(
        target,
        shown.map(({ each }) => each),
        rendering,
      )),
  });
}

function pageFor<R extends Row>(request: ApiRequest, source: Source<R>, resource: Resource | undefined, { ctx }: Rendering): Page<R> {
  const { filter, sort, page } = request.query;
  const stated = request.operation.page;
  const size = stated ? (page.size ?? stated.size?.default ?? resource?.pageSize ?? FIXED_PAGE) : undefined;
  const cursor = page.cursor === undefined ? undefined : parseCursor(request, page.cursor);
  return selectPage(source, { filter, sort, cursor, size }, ctx);
}

function pageLinks<R extends Row>(request: ApiRequest, { next, prev }: Page<R>): JsonObject {
  const url = (position: Position | undefined, forward: boolean): string | null =>
    position ? pageUrl(request.self, "page[cursor]", formatCursor(request, { position, forward })) : null;
  return { self: request.self, next: url(next, true), prev: url(prev, false) };
}

function reply({ operation }: ApiRequest, body: JsonObject, status?: number): Reply {
  const [stated] = operation.answers;
  return { status: status ?? stated?.status ?? 200, ...(stated?.hasBody !== false && { body }) };
}
