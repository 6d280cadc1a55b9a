import { hash } from "node:crypto";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { parseInput, textOf } from "../engine/input.ts";
import { pageUrl } from "../engine/links.ts";
import { refuse } from "../engine/refusal.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import type { Result } from "./table.ts";

/** Rows of a page, as many as the aggregates have (assumed). */
const PAGE_SIZE = 500;

export interface Report {
  results: readonly Result[];
  /** Of a series. */
  dates: string[] | undefined;
  /** Relationships by name: their type, and the attribute of `groupings` that has their ids. */
  related: Record<string, { type: string; attribute: string }>;
}

/** The document of a report. Its id is a UUID (behaviour.md §1.11) out of the question, so that the same question has the same. */
export function reportReply(request: ApiRequest, ctx: Context, { results, dates, related }: Report): Reply {
  const { operation, query, self } = request;
  const type = operation.resource ?? "";
  const mark = hash("sha256", JSON.stringify([operation.id, parseInput(request.body).attributes]));
  const start = readCursor(query.other["page_cursor"], mark);
  const page = results.slice(start, start + PAGE_SIZE);
  const pageAt = (at: number): string =>
    pageUrl(self, "page_cursor", Buffer.from(JSON.stringify([at, mark.slice(0, 8)])).toString("base64"));
  const id = mark.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
  const asked = query.fields.get(type);
  const attributes: JsonObject = { results: [...page], ...(dates && { date_times: dates }) };
  const item = `${ctx.origin}${operation.path}/${id}`;
  const relationships = Object.entries(related).map(([name, { type: of, attribute }]) => {
    const ids = new Set(page.flatMap(({ groupings }) => textOf(groupings[attribute]) ?? []));
    const links = { self: `${item}/relationships/${name}/`, related: `${item}/${name}/` };
    return [name, { data: [...ids].map((each) => ({ type: of, id: each })), links }];
  });
  return {
    status: operation.answers[0]?.status ?? 200,
    body: {
      data: {
        type,
        id,
        attributes: asked ? Object.fromEntries(Object.entries(attributes).filter(([name]) => asked.includes(name))) : attributes,
        ...(relationships.length > 0 && { relationships: Object.fromEntries(relationships) as JsonObject }),
        links: { self: `${item}/` },
      },
      links: {
        self,
        ...(operation.page && {
          next: start + PAGE_SIZE < results.length ? pageAt(start + PAGE_SIZE) : null,
          prev: start > 0 ? pageAt(Math.max(0, start - PAGE_SIZE)) : null,
        }),
      },
    },
  };
}

function readCursor(cursor: string | undefined, mark: string): number {
  if (cursor === undefined) return 0;
  try {
    const [at, of] = JSON.parse(Buffer.from(cursor, "base64").toString()) as unknown[];
    if (typeof at === "number" && of === mark.slice(0, 8)) return at;
  } catch {
    // Damaged cursors and those of another question are refused alike.
  }
  return refuse("invalid", "Invalid cursor provided.", { source: { parameter: "page_cursor" } });
}
