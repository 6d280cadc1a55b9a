import type { JsonObject } from "../../src/lib/json.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { actions } from "../../src/sandbox/actions.ts";
import { resources } from "../../src/sandbox/resources.ts";
import { dataOf, open, type Called, type Opened } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";

/** A new account as a beta client sees it, and short ways to its customer agent. */
export interface Agents extends Opened {
  /** `attributes` of a new thing of this type at `/api/<path>`. */
  create(type: string, attributes: JsonObject, relationships?: JsonObject, path?: string): Promise<Called>;
  patch(type: string, id: string, attributes: JsonObject, relationships?: JsonObject): Promise<Called>;
  /** Attributes of a thing. */
  read(type: string, id: string): Promise<JsonObject>;
  /** Ids that a path lists. */
  ids(path: string): Promise<string[]>;
  /** Adds a snippet and lets it be indexed. Returns its id. */
  learn(title: string, content: string): Promise<string>;
  /** One turn with this question, in a new conversation unless told. */
  ask(question: string, more?: JsonObject, conversation?: string): Promise<Called>;
}

/** Collections by type, where the one is not the plural of the other. */
const PATHS: Record<string, string> = { "agent-knowledge": "agent-knowledge" };

export async function openAgents(options: SandboxOptions = {}): Promise<Agents> {
  const sandbox = await open({ resources, actions, ...options });
  const call: Opened["call"] = (request, body, headers = {}) => sandbox.call(request, body, { revision: "2026-07-15.pre", ...headers });
  const pathOf = (type: string): string => PATHS[type] ?? `${type}s`;
  const create: Agents["create"] = (type, attributes, relationships, path = pathOf(type)) =>
    call(`POST /api/${path}`, { data: { type, attributes, ...(relationships && { relationships }) } });
  return {
    ...sandbox,
    call,
    create,
    patch: (type, id, attributes, relationships) =>
      call(`PATCH /api/${pathOf(type)}/${id}`, { data: { type, id, attributes, ...(relationships && { relationships }) } }),
    read: async (type, id) => attributesOf(await call(`GET /api/${pathOf(type)}/${id}`)),
    ids: async (path) => dataOf(await call(`GET /api/${path}`)).map(({ id }) => id),
    async learn(title, content) {
      const made = await create("agent-knowledge", { source: { source_type: "snippet", title, content } });
      sandbox.control.advance(10_000);
      return idOf(made);
    },
    ask(question, more = {}, conversation) {
      const attributes = { mode: "live", messages: [{ role: "user", content: question }], ...more };
      const data = { type: "customer-agent-conversation", id: conversation ?? "" };
      return create("customer-agent-response", attributes, conversation === undefined ? undefined : { conversation: { data } });
    },
  };
}

/** Events of a turn. */
export function eventsOf(answer: Called): JsonObject[] {
  return (attributesOf(answer)["events"] ?? []) as JsonObject[];
}

/** What the agent said in a turn. */
export function saidIn(answer: Called): string {
  return eventsOf(answer)
    .flatMap(({ type, content }) => (type === "message" ? [String(content)] : []))
    .join(" ");
}

/** Statuses and pointers of refused requests, in order. */
export function refusalsOf(answers: Called[]): [number, string][] {
  return answers.map(({ status, body }) => {
    const [error] = (body["errors"] ?? []) as { source?: { pointer?: string } }[];
    return [status, error?.source?.pointer ?? ""];
  });
}
