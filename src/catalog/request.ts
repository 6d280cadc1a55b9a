import { HalyardError, type Violation } from "../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import { empty, put, unwrap, wrap } from "./envelopes.ts";
import { filterViolations, formatFilter, parseFilter } from "./filter.ts";
import type { Arg, Operation } from "./operation.ts";
import type { Schema } from "./schema.ts";
import { argumentViolations, inputSchema } from "./validation.ts";

/** A call as it goes on the wire, before headers: the form that is decided on, shown, digested and sent. Plain JSON. */
export interface WireRequest {
  operation: string;
  revision: string;
  method: string;
  /** Path with its ids filled in and encoded once. */
  path: string;
  /** Query parameters in the catalog's order; lists joined by commas. */
  query: [name: string, value: string][];
  body: Json | null;
  /** Multipart parts that are files: base64 text by field name. */
  files: Record<string, string>;
}

/** What the gate knows and an agent need not say. */
export interface Fills {
  account_id: string;
}

/**
 * Turns an agent's flat arguments into the wire request. The arguments are validated first, every violation with its path; nothing is coerced.
 * The inverse is {@link parseRequest}.
 */
export function buildRequest(operation: Operation, args: JsonObject, fills: Fills): WireRequest {
  const violations = [...argumentViolations(operation, args), ...pathViolations(operation, args)];
  if (violations.length > 0) throw wrongArguments(operation, violations);
  const query = queryOf(operation, args, fills);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(plainText(args[name] ?? "")));
  const files = Object.fromEntries(
    operation.args.filter((arg) => arg.in === "file" && arg.name in args).map((arg) => [arg.wire, plainText(args[arg.name] ?? "")]),
  );
  return {
    operation: operation.id,
    revision: operation.revision,
    method: operation.method,
    path,
    query,
    body: bodyOf(operation, args),
    files,
  };
}

function wrongArguments(operation: Operation, violations: Violation[]): HalyardError {
  return new HalyardError(
    "invalid_arguments",
    `The arguments of ${operation.id} are not right: ${violations.map(({ path, message }) => `${path || "/"} ${message}`).join("; ")}.`,
    {
      hint: `describe_action ${operation.id} tells what it takes.`,
      violations,
    },
  );
}

/** Ids of every resource: letters, digits and the few characters of composite ids. Nothing that a path could be climbed with (attacks C1–C6). */
const ID = /^[A-Za-z0-9$_:=+@~-][A-Za-z0-9$_:=+@~. -]{0,255}$/;

function pathViolations(operation: Operation, args: JsonObject): Violation[] {
  const ids = operation.args.filter((arg) => arg.in === "path" || (arg.place?.[0] === "id" && operation.body !== null));
  return ids.flatMap((arg) => {
    const value = args[arg.name];
    if (value === undefined || value === null) return [];
    const acceptable = typeof value === "string" && ID.test(value) && !value.includes("..");
    return acceptable ? [] : [{ path: `/${arg.name}`, message: "is not the form of an id" }];
  });
}

function queryOf(operation: Operation, args: JsonObject, fills: Fills): [string, string][] {
  const query: [string, string][] = [];
  for (const arg of operation.args) {
    if (arg.in !== "query") continue;
    const value = arg.fill === undefined ? args[arg.name] : fills[arg.fill];
    if (value === undefined || value === null) continue;
    if (operation.filter && arg.wire === "filter") query.push([arg.wire, filterText(operation, plainText(value))]);
    else query.push([arg.wire, Array.isArray(value) ? [...new Set(value.map(plainText))].join(",") : plainText(value)]);
  }
  return query;
}

/** Paths, queries and files hold texts and numbers: their schemas have no others. */
function plainText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Filters are parsed and written again: text that was not understood does not reach the wire (attack B17). */
function filterText(operation: Operation, text: string): string {
  const clauses = parseFilter(text);
  const violations = filterViolations(clauses, operation.filter);
  if (violations.length > 0) throw wrongArguments(operation, violations);
  return formatFilter(clauses);
}

function bodyOf(operation: Operation, args: JsonObject): Json | null {
  const { body } = operation;
  if (!body) return null;
  const given = operation.args.filter((arg) => arg.in === "body" && args[arg.name] !== undefined);
  if (body.form === "fields") return Object.fromEntries(given.map((arg) => [arg.wire, args[arg.name] ?? null]));
  if (given.length === 0 && !body.required) return null;
  const properties = inputSchema(operation).properties ?? {};
  const wire = (arg: Arg): Json => wrap(operation, args[arg.name] ?? null, properties[arg.name] ?? {});
  const [only] = given;
  if (body.form !== "resource") return only ? wire(only) : null;
  const resource: JsonObject = { type: body.type, ...empty(body.members) };
  const pathId = operation.args.find((arg) => arg.in === "path");
  if (pathId && operation.method === "PATCH") resource["id"] = args[pathId.name] ?? null;
  for (const arg of given) put(resource, arg.place ?? ["id"], wire(arg));
  return { data: resource };
}

/** The flat arguments of a wire request: the inverse of {@link buildRequest}, for cards and tests. */
export function parseRequest(operation: Operation, request: WireRequest): JsonObject {
  const args: JsonObject = {};
  const pattern = new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
  for (const [name, value] of Object.entries(pattern.exec(request.path)?.groups ?? {})) args[name] = decodeURIComponent(value);
  const properties = inputSchema(operation).properties ?? {};
  for (const [wire, value] of request.query) {
    const arg = operation.args.find((candidate) => candidate.in === "query" && candidate.wire === wire && candidate.fill === undefined);
    if (arg) args[arg.name] = queryValue(value, properties[arg.name] ?? {});
  }
  for (const arg of operation.args) {
    if (arg.in === "file" && request.files[arg.wire] !== undefined) args[arg.name] = request.files[arg.wire] ?? null;
    if (arg.in !== "body") continue;
    const value = bodyValue(operation, arg, request.body);
    if (value !== undefined) args[arg.name] = unwrap(operation, value, properties[arg.name] ?? {});
  }
  return args;
}

function queryValue(text: string, schema: Schema): Json {
  if (schema.type === "array") return text.split(",");
  if (schema.type === "integer" || schema.type === "number") return Number(text);
  return text;
}

function bodyValue(operation: Operation, arg: Arg, body: Json | null): Json | undefined {
  if (!isJsonObject(body)) return undefined;
  if (operation.body?.form === "fields") return body[arg.wire];
  if (operation.body?.form !== "resource") return body;
  const resource = body["data"];
  if (!isJsonObject(resource)) return undefined;
  const [member, name] = arg.place ?? ["id"];
  const value = resource[member];
  if (name === undefined) return value;
  return isJsonObject(value) ? value[name] : undefined;
}
