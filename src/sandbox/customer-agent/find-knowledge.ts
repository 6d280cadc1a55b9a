import type { Context } from "../engine/context.ts";
import { agentKnowledge, type KnowledgeRow } from "../resources/agent-knowledge-rows.ts";
import { overlap, sentencesOf, wordsOf } from "./words.ts";

/** How many sentences an answer quotes. */
const QUOTED = 2;

export interface Found {
  id: string;
  /** What the item says to the question. */
  text: string;
}

/** The indexed item that says most to the question, if one shares a third of its words: words of the title count double. */
export function findKnowledge(ctx: Context, question: string): Found | undefined {
  const asked = wordsOf(question);
  let best: { item: KnowledgeRow; score: number } | undefined;
  for (const item of ctx.rows(agentKnowledge).where("status", "indexed")) {
    const { title, content } = partsOf(item);
    const [inTitle, inText] = [wordsOf(title), wordsOf(content)];
    const covered = overlap(asked, new Set([...inTitle, ...inText]));
    if (covered < Math.max(1, Math.ceil(asked.size / 3))) continue;
    const score = 2 * overlap(asked, inTitle) + overlap(asked, inText);
    // Of two that say as much the older one, whose place in the collection is stable.
    if (!best || score > best.score || (score === best.score && item.created < best.item.created)) best = { item, score };
  }
  return best && { id: best.item.id, text: quoteOf(best.item, asked) };
}

function partsOf({ source }: KnowledgeRow): { title: string; content: string } {
  // Of a page nothing but its address is known: nothing is fetched.
  if (source.kind === "webpage") return { title: decoded(new URL(source.url).pathname), content: "" };
  return { title: source.title, content: source.content ?? "" };
}

function quoteOf(item: KnowledgeRow, asked: ReadonlySet<string>): string {
  if (item.source.kind === "webpage") return `You can read about it at ${item.source.url}.`;
  const { title, content } = partsOf(item);
  const sentences = sentencesOf(content).map((text, place) => ({ text, place, score: overlap(asked, wordsOf(text)) }));
  const chosen = sentences.toSorted((a, b) => b.score - a.score || a.place - b.place).slice(0, QUOTED);
  const quote = chosen.toSorted((a, b) => a.place - b.place).map(({ text }) => text);
  return quote.length > 0 ? quote.join(" ") : `You find it in "${title}".`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
