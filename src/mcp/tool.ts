import type { Catalog } from "../catalog/catalog.ts";
import type { Caller } from "../gate/call.ts";
import type { Gate } from "../gate/gate.ts";
import { HalyardError, type Violation } from "../lib/errors.ts";
import { assertStrictValue, isJsonObject, type Json, type JsonObject } from "../lib/json.ts";

/** What the tools need of the app. Loaded at the first call: a client's handshake waits for none of it. */
export interface McpParts {
  catalog: Catalog;
  gate: Gate;
  /** The account and what the policy lets the caller do: plain data. */
  overview(caller: Caller): Promise<object>;
}

/** One MCP tool. Definition and annotations are static; whatever is heavy is imported inside `run`. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  inputSchema: ToolSchema;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  run(parts: McpParts, caller: Caller, args: JsonObject): Promise<ToolAnswer>;
}

/** The closed schema of a tool's arguments, as it is advertised and as it is checked. */
export interface ToolSchema {
  type: "object";
  properties: Record<string, { type: "string" | "object"; description?: string }>;
  required?: string[];
  additionalProperties: false;
}

/** What a tool answers: `data` is the structured content, `text` what a model reads (the data as JSON where it is left out). */
export interface ToolAnswer {
  data: JsonObject;
  text?: string;
  isError?: true;
}

/** Checks what an agent gave a tool, strictly and without coercion; every violation with its path. */
export function checkArguments(tool: Tool, given: unknown): JsonObject {
  assertStrictValue(given);
  const violations = isJsonObject(given) ? violationsOf(tool.inputSchema, given) : [{ path: "", message: "must be an object" }];
  if (isJsonObject(given) && violations.length === 0) return given;
  throw new HalyardError(
    "invalid_arguments",
    `The arguments of ${tool.name} are not right: ${violations.map(({ path, message }) => `${path || "/"} ${message}`).join("; ")}.`,
    {
      hint: `${tool.name} takes ${Object.keys(tool.inputSchema.properties).join(", ") || "no arguments"} and nothing else.`,
      violations,
    },
  );
}

function violationsOf({ properties, required = [] }: ToolSchema, given: JsonObject): Violation[] {
  const missing = required.filter((name) => !Object.hasOwn(given, name)).map((name) => ({ path: `/${name}`, message: "is required" }));
  const wrong = Object.entries(given).flatMap(([name, value]): Violation[] => {
    const wanted = Object.hasOwn(properties, name) ? properties[name] : undefined;
    // The name is the agent's own text: only a harmless one goes into our message.
    if (!wanted) return [{ path: /^[\w.-]{1,64}$/.test(name) ? `/${name}` : "", message: "is not a known field" }];
    if (wanted.type === "string") return typeof value === "string" ? [] : [{ path: `/${name}`, message: "must be a text" }];
    if (isJsonObject(value)) return [];
    return [{ path: `/${name}`, message: typeof value === "string" ? "must be an object, not JSON inside a text" : "must be an object" }];
  });
  return [...missing, ...wrong];
}

/** A text argument, "" where it was left out. */
export function textArgument(args: JsonObject, name: string): string {
  const value: Json | undefined = args[name];
  return typeof value === "string" ? value : "";
}

/** An object argument, {} where it was left out. */
export function objectArgument(args: JsonObject, name: string): JsonObject {
  const value: Json | undefined = args[name];
  return isJsonObject(value) ? value : {};
}
