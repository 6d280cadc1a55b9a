import { PassThrough } from "node:stream";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Agents } from "../../src/gate/agents.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";
import type { DoorRefusal } from "../../src/gate/record/refusals.ts";
import type { LogLevel } from "../../src/lib/log.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { createHttpDoor, type HttpDoor } from "../../src/mcp/http.ts";
import { serveStdio } from "../../src/mcp/stdio.ts";
import type { McpParts } from "../../src/mcp/tool.ts";
import { StreamTransport } from "./stream-transport.ts";

export const DOORS = ["stdio", "http"] as const;
export type DoorName = (typeof DOORS)[number];

/** What a tool answered. `status` is "" where there is none; `code` is the error's, `protocol` where the protocol itself refused. */
export interface Told {
  status: string;
  code: string;
  data: JsonObject;
  text: string;
}

/** What came back for bytes that no client would send. `status` is HTTP's; 0 over stdio. */
export interface RawAnswer {
  status: number;
  text: string;
}

/** One agent at one door, through the real transports. */
export interface Door {
  name: DoorName;
  client: Client;
  call(tool: string, args: Json): Promise<Told>;
  /** Sends one message byte by byte, on a connection of its own that has been initialized. */
  raw(message: string | Uint8Array, headers?: Record<string, string>): Promise<RawAnswer>;
  close(): Promise<void>;
}

export interface DoorParts extends McpParts {
  agents: Pick<Agents, "byToken">;
  clock: Clock;
  /** Told of everything that goes no further than the door. */
  refused: (refusal: DoorRefusal) => void;
  /** Everything that the doors log, as text. */
  logged: string[];
}

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "attacker", version: "1" } },
});
const INITIALIZED = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
/** A message that is never answered is a refusal too; none of ours takes this long. */
const PATIENCE_MS = 5000;

function logInto(logged: string[]) {
  return (level: LogLevel, message: string, fields?: Record<string, unknown>): void =>
    void logged.push(JSON.stringify({ level, message, ...fields }));
}

export async function openDoor(name: DoorName, token: string, parts: DoorParts, http: HttpDoor): Promise<Door> {
  return name === "stdio" ? openStdio(token, parts) : openHttp(token, http);
}

export function openHttpServer({ agents, clock, logged, refused, ...parts }: DoorParts): Promise<HttpDoor> {
  return createHttpDoor({
    version: "attacked",
    load: () => Promise.resolve(parts),
    authenticate: (token) => agents.byToken(token, "http"),
    host: "127.0.0.1",
    port: 0,
    clock,
    refused,
    log: logInto(logged),
    sessionLimits: { max: 1000, maxPerAgent: 1000, idleMs: 365 * 86_400_000 },
  });
}

function stdioStreams(token: string, { agents, logged, refused, ...parts }: DoorParts) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const server = serveStdio({
    version: "attacked",
    load: () => Promise.resolve(parts),
    authenticate: () => agents.byToken(token, "stdio"),
    refused,
    log: logInto(logged),
    input,
    output,
  });
  return { input, output, server };
}

async function openStdio(token: string, parts: DoorParts): Promise<Door> {
  const { input, output, server } = stdioStreams(token, parts);
  const client = await connected(new StreamTransport(input, output));
  return {
    name: "stdio",
    client,
    call: (tool, args) => callTool(client, tool, args),
    raw: (message) => rawLine(token, parts, message),
    async close() {
      await client.close();
      await server.close();
    },
  };
}

async function rawLine(token: string, parts: DoorParts, message: string | Uint8Array): Promise<RawAnswer> {
  const { input, output, server } = stdioStreams(token, parts);
  output.setEncoding("utf8");
  const lines: string[] = [];
  let rest = "";
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(""), PATIENCE_MS);
      const look = (): void => {
        const line = lines.shift();
        if (line === undefined) return;
        clearTimeout(timer);
        output.off("told", look);
        resolve(line);
      };
      output.on("told", look);
      look();
    });
  output.on("data", (text: string) => {
    const all = (rest + text).split("\n");
    rest = all.pop() ?? "";
    lines.push(...all);
    output.emit("told");
  });
  input.write(`${INITIALIZE}\n`);
  await next();
  input.write(`${INITIALIZED}\n`);
  input.write(message);
  input.write("\n");
  const text = await next();
  await server.close();
  return { status: 0, text };
}

async function openHttp(token: string, { url }: HttpDoor): Promise<Door> {
  const headers = { authorization: `Bearer ${token}` };
  const client = await connected(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  let session: Promise<string> | undefined;
  const post = (body: string | Uint8Array<ArrayBuffer>, more: Record<string, string>): Promise<Response> => {
    const all = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers, ...more };
    return fetch(`${url}/mcp`, {
      method: "POST",
      body,
      headers: Object.entries(all).filter(([, value]) => value !== ""),
    });
  };
  const begin = async (): Promise<string> => {
    const id = (await post(INITIALIZE, {})).headers.get("mcp-session-id") ?? "";
    await (await post(INITIALIZED, { "mcp-session-id": id })).text();
    return id;
  };
  return {
    name: "http",
    client,
    call: (tool, args) => callTool(client, tool, args),
    async raw(message, more = {}) {
      session ??= begin();
      const response = await post(typeof message === "string" ? message : Uint8Array.from(message), {
        "mcp-session-id": await session,
        ...more,
      });
      return { status: response.status, text: await response.text() };
    },
    close: () => client.close(),
  };
}

async function connected(transport: Parameters<Client["connect"]>[0]): Promise<Client> {
  const client = new Client({ name: "attacker", version: "1" });
  await client.connect(transport);
  return client;
}

async function callTool(client: Client, tool: string, args: Json): Promise<Told> {
  try {
    const { structuredContent, content } = await client.callTool({ name: tool, arguments: args as JsonObject });
    const data = (structuredContent ?? {}) as JsonObject;
    const [first] = content as { type: string; text?: string }[];
    return { data, text: first?.text ?? "", status: textOf(data["status"]), code: codeOf(data) };
  } catch (thrown) {
    return { data: {}, text: thrown instanceof Error ? thrown.message : String(thrown), status: "error", code: "protocol" };
  }
}

function codeOf(data: JsonObject): string {
  const { code, error } = data;
  return textOf(code ?? (isJsonObject(error) ? error["code"] : undefined));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A tools/call message as text, with the arguments written as they are given. */
export function callMessage(tool: string, argumentsText: string, id: number | string = 1): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":{"name":${JSON.stringify(tool)},"arguments":${argumentsText}}}`;
}
