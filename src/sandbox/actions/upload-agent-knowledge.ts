import { defineAction } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { UploadedFile } from "../engine/request.ts";
import { agentKnowledge, newKnowledge, type KnowledgeFlaw } from "../resources/agent-knowledge-rows.ts";

/** Longest text that is kept of a file: answers quote two sentences of it. */
const MAX_TEXT = 20_000;

const PLAIN = new Set(["txt", "md", "csv", "html", "htm"]);
/** How files begin that hold more than text. What stands in them is not read: such knowledge is found by its title. */
const HEADS: Record<string, string> = { pdf: "%PDF", docx: "PK" };

/** Multipart: fields are texts. A file that cannot be knowledge is taken in and turned away by indexing. */
export const uploadAgentKnowledge = defineAction("create_agent_knowledge_file_beta", (request, ctx) => {
  const file = request.files["file"] ?? refuse("invalid", "A file is required.", { source: { pointer: "/file" } });
  if (file.bytes.length === 0) refuse("invalid", "The file is empty.", { source: { pointer: "/file" } });
  const title = textOf(objectOf(request.body)["title"])?.trim() ?? "";
  if (title === "") refuse("invalid", "A title is required.", { source: { pointer: "/title" } });
  const extension = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  const content = PLAIN.has(extension) ? textIn(file, extension) : undefined;
  const source = { kind: "file", title, ...(content !== undefined && { content }) } as const;
  const row = newKnowledge(ctx, source, flawOf(file, extension));
  return ctx.reply.item(request, "agent-knowledge", ctx.rows(agentKnowledge).put(row));
});

function textIn({ bytes }: UploadedFile, extension: string): string {
  const text = Buffer.from(bytes).toString("utf8");
  return (extension.startsWith("htm") ? text.replaceAll(/<[^>]*>/g, " ") : text).slice(0, MAX_TEXT);
}

function flawOf({ bytes }: UploadedFile, extension: string): KnowledgeFlaw | undefined {
  if (PLAIN.has(extension)) return undefined;
  const head = HEADS[extension];
  if (head === undefined) return { event: "reject", reason: "Files of this kind hold no knowledge." };
  const isSo = Buffer.from(bytes.subarray(0, head.length)).toString("latin1") === head;
  return isSo ? undefined : { event: "fail", reason: `The file is not a readable ${extension.toUpperCase()} document.` };
}
