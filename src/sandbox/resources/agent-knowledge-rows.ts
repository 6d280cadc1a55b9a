import type { Context } from "../engine/context.ts";
import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type KnowledgeStatus = "pending" | "indexing" | "indexed" | "failed" | "rejected";

export type KnowledgeSource =
  | { kind: "snippet"; title: string; content: string }
  | { kind: "webpage"; url: string; scope: string; isRenewed: boolean }
  /** Of a file only its text is kept, where it has one that can be read. */
  | { kind: "file"; title: string; content?: string };

/** What indexing will find to be wrong. Known from the start, as the sandbox fetches nothing and keeps no file. */
export interface KnowledgeFlaw {
  event: "fail" | "reject";
  reason: string;
}

export interface KnowledgeRow extends Row {
  source: KnowledgeSource;
  status: KnowledgeStatus;
  created: number;
  updated: number;
  indexed?: number;
  error?: string;
  flaw?: KnowledgeFlaw;
  /** Counts the changes, so that indexing that began before one comes to nothing. */
  round: number;
}

/** A page stands once, by its normalized address (documented). */
export const agentKnowledge = defineCollection<KnowledgeRow>("agent_knowledge", {
  unique: { url: ({ source }) => (source.kind === "webpage" ? source.url : undefined) },
  indexes: { status: ({ status }) => status },
});

export const knowledgeLife = defineMachine<KnowledgeStatus, "start" | "finish" | "fail" | "reject" | "change" | "renew">("knowledge item", {
  pending: { start: "indexing", reject: "rejected", change: "pending" },
  indexing: { finish: "indexed", fail: "failed", change: "pending" },
  indexed: { change: "pending", renew: "indexing" },
  failed: {},
  rejected: {},
});

/** How long indexing waits and takes, and how often a page is read anew: all assumed, the vendor says "poll". */
const STARTS_AFTER_MS = 1000;
const TAKES_MS = 5000;
const RENEWED_AFTER_MS = 7 * 86_400_000;

/** A new item, which indexing will get to. */
export function newKnowledge(ctx: Context, source: KnowledgeSource, flaw?: KnowledgeFlaw): KnowledgeRow {
  const id = ctx.ids.uuid();
  planIndexing(ctx, id, 1);
  return { id, source, status: "pending", created: ctx.now, updated: ctx.now, round: 1, ...(flaw && { flaw }) };
}

export function planIndexing(ctx: Context, id: string, round: number): void {
  ctx.settle(STARTS_AFTER_MS, "start_agent_knowledge", { id, round });
}

/** The item is taken up; what is no knowledge at all is turned away here. */
export function startIndexing(ctx: Context, id: string, round: number): void {
  const item = waiting(ctx, id, round);
  if (!item) return;
  const event = item.flaw?.event === "reject" ? "reject" : item.status === "indexed" ? "renew" : "start";
  const status = knowledgeLife.next(item.status, event);
  ctx.rows(agentKnowledge).put({ ...item, status });
  if (status === "indexing") ctx.settle(TAKES_MS, "finish_agent_knowledge", { id, round });
}

export function finishIndexing(ctx: Context, id: string, round: number): void {
  const item = waiting(ctx, id, round);
  if (!item) return;
  const { error: _, ...rest } = item;
  if (item.flaw) {
    ctx.rows(agentKnowledge).put({ ...rest, status: knowledgeLife.next(item.status, "fail"), error: item.flaw.reason });
    return;
  }
  ctx.rows(agentKnowledge).put({ ...rest, status: knowledgeLife.next(item.status, "finish"), indexed: ctx.now });
  const isRenewed = item.source.kind === "webpage" && item.source.isRenewed;
  if (isRenewed) ctx.schedule(ctx.now + RENEWED_AFTER_MS, "start_agent_knowledge", { id, round });
}

/** The item, unless it went or changed since the work was put off. */
function waiting(ctx: Context, id: string, round: number): KnowledgeRow | undefined {
  const item = ctx.rows(agentKnowledge).get(id);
  return item?.round === round ? item : undefined;
}
