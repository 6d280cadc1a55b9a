import type { JsonObject } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { booleanOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import type { Context } from "../engine/context.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import {
  agentKnowledge,
  finishIndexing,
  knowledgeLife,
  newKnowledge,
  planIndexing,
  startIndexing,
  type KnowledgeRow,
  type KnowledgeSource,
} from "./agent-knowledge-rows.ts";
import { isUnreachable, normalizedUrl } from "./agent-knowledge-url.ts";
import { filled, filledOr } from "./filled-text.ts";

/** What the customer agent answers from (behaviour.md §2.20). Files come by `actions/upload-agent-knowledge.ts`. */
export const agentKnowledgeResource = defineResource<KnowledgeRow>({
  type: "agent-knowledge",
  path: "/api/agent-knowledge",
  collection: agentKnowledge,
  attributes: (item, ctx) => ({
    source: shownSource(item.source),
    status: item.status,
    created_at: timeText(item.created, ctx),
    updated_at: timeText(item.updated, ctx),
    indexed_at: item.indexed === undefined ? null : timeText(item.indexed, ctx),
    error: item.error ?? null,
  }),
  sorts: { created_at: (item) => item.created },
  defaultSort: "-created_at",
  create({ attributes }, ctx) {
    const source = objectOf(attributes["source"]);
    return source["source_type"] === "webpage" ? newPage(source, ctx) : newKnowledge(ctx, snippetOf(source));
  },
  update(item, { attributes: { title, content } }, ctx) {
    if (textOf(title) === undefined && textOf(content) === undefined) return item;
    const { source } = item;
    if (source.kind !== "snippet") {
      const pointer = `/data/attributes/${textOf(title) === undefined ? "content" : "title"}`;
      refuse("invalid", "Only the title and content of a snippet can be changed.", { source: { pointer } });
    }
    const after: KnowledgeSource = {
      ...source,
      title: filledOr(title, "title", source.title),
      content: filledOr(content, "content", source.content),
    };
    const changed = { ...item, source: after, updated: ctx.now };
    if (after.content === source.content) return changed;
    const round = item.round + 1;
    planIndexing(ctx, item.id, round);
    const { indexed: _, ...rest } = changed;
    return { ...rest, status: knowledgeLife.next(item.status, "change"), round };
  },
  tasks: {
    start_agent_knowledge: ({ id, round }, ctx) => startIndexing(ctx, textOf(id) ?? "", numberOf(round) ?? 0),
    finish_agent_knowledge: ({ id, round }, ctx) => finishIndexing(ctx, textOf(id) ?? "", numberOf(round) ?? 0),
  },
});

function snippetOf({ title, content }: JsonObject): KnowledgeSource {
  return { kind: "snippet", title: filled(title, "source/title"), content: filled(content, "source/content") };
}

function newPage({ url: given, scope, auto_reindex: renewed }: JsonObject, ctx: Context): KnowledgeRow {
  const at = { pointer: "/data/attributes/source/url" };
  const url = normalizedUrl(textOf(given) ?? "") ?? refuse("invalid", "'url' must be an http or https address.", { source: at });
  if (ctx.rows(agentKnowledge).find("url", url)) refuse("duplicate", `The page ${url} is knowledge already.`, { source: at });
  const source = { kind: "webpage", url, scope: textOf(scope) ?? "single-page", isRenewed: booleanOf(renewed) ?? false } as const;
  return newKnowledge(ctx, source, isUnreachable(url) ? { event: "fail", reason: "The page could not be fetched." } : undefined);
}

function shownSource(source: KnowledgeSource): JsonObject {
  if (source.kind === "webpage") return { source_type: "webpage", url: source.url, scope: source.scope, auto_reindex: source.isRenewed };
  if (source.kind === "file") return { source_type: "file", title: source.title };
  return { source_type: "snippet", title: source.title, content: source.content };
}
