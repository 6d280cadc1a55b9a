import type { Body, Method, Operation, Shape } from "../operation.ts";
import type { Schema } from "../schema.ts";
import { argumentsOf } from "./arguments.ts";
import { effectOf, type Authored } from "./authored.ts";
import type { OpenApiDocument, OpenApiOperation, VendorSchema } from "./documents.ts";
import { extraLimitsOf, filterOf, limitsOf, pageOf, revisionOf } from "./facts.ts";
import { normalise } from "./normalise.ts";

/** One operation of a document with what the compiler still needs of it. */
export interface CompiledOperation {
  operation: Operation;
  /** Schema of the flat arguments, references into the channel's definitions. */
  input: Schema;
  /** Schema of the wire body, null without one. */
  body: Schema | null;
  /** Answer schema by status, for statuses that have a body. */
  answers: Record<string, Schema>;
}

interface Context {
  document: OpenApiDocument;
  channel: "stable" | "beta";
  authored: Authored;
  flatten: (schema: Schema) => Schema;
}

/** Compiles every operation of one document, in the document's order. */
export function compileOperations(context: Context): CompiledOperation[] {
  const compiled: CompiledOperation[] = [];
  for (const [path, methods] of Object.entries(context.document.paths)) {
    for (const [method, source] of Object.entries(methods))
      compiled.push(compileOperation(context, path, method.toUpperCase() as Method, source));
  }
  return compiled;
}

function compileOperation(context: Context, path: string, method: Method, source: OpenApiOperation): CompiledOperation {
  const id = source.operationId;
  const wording = context.authored.wording.get(id);
  if (!wording) throw new Error(`${id} has no wording. Add a row to src/catalog/wording/.`);
  const answers = answersOf(source);
  const { body, bodySchema } = bodyOf(context, source);
  const { args, input } = argumentsOf(context.flatten, path, source, body, bodySchema);
  const area = (context.channel === "beta" ? source["x-klaviyo-subtag"] : source.tags[0]) ?? "other";
  const resource = resourceOf(context.document, answers) ?? body?.type ?? null;
  const operation: Operation = {
    id,
    aliases: source["x-klaviyo-operation-aliases"] ?? [],
    channel: context.channel,
    method,
    path,
    revision: revisionOf(source),
    area: area.toLowerCase().replaceAll(" ", "-"),
    shape: shapeOf(path, method, body, resource),
    resource,
    ...wording,
    auth: source.security === undefined ? "key" : args.some((arg) => arg.wire === "company_id" && arg.required) ? "company_id" : "none",
    scopes: source["x-klaviyo-scopes"] ?? [],
    limits: limitsOf(source["x-klaviyo-ratelimit"]),
    extraLimits: extraLimitsOf(source.description ?? ""),
    args,
    filter: filterOf(source),
    page: pageOf(source.parameters),
    body,
    answers: answers.map(({ status, schema }) => ({
      status,
      hasBody: schema !== null,
      isCollection: schema !== null && isCollection(context.document, schema),
    })),
    effect: effectOf(context.authored, id, method),
  };
  return {
    operation,
    input,
    body: bodySchema,
    answers: Object.fromEntries(answers.flatMap(({ status, schema }) => (schema ? [[String(status), normalise(schema, false)]] : []))),
  };
}

function shapeOf(path: string, method: Method, body: Body | null, resource: string | null): Shape {
  if (/-(reports|aggregates)$/.test(path) && method === "POST") return "report";
  if (path.includes("/relationships/")) return method === "GET" ? "linkage" : "link";
  const places = path.split("/").slice(2);
  const endsInId = places.at(-1)?.startsWith("{") ?? false;
  const isJob = places[0]?.endsWith("-jobs") ?? false;
  if (method === "GET") return endsInId ? "item" : places.length > 1 ? "related" : "collection";
  if (isJob) return "job";
  if (method === "PATCH" && endsInId) return "update";
  if (method === "DELETE" && endsInId) return "delete";
  // Creating posts a resource to the plural of its own type; anything else does something of its own.
  const isCreate =
    path.startsWith("/api/") && places.length === 1 && body?.type === resource && isPluralOf(places[0] ?? "", resource ?? "");
  return isCreate ? "create" : "action";
}

function isPluralOf(plural: string, type: string): boolean {
  return plural === type || plural === `${type}s` || plural === type.replace(/y$/, "ies");
}

function answersOf(source: OpenApiOperation): { status: number; schema: VendorSchema | null }[] {
  return Object.entries(source.responses)
    .filter(([status]) => /^2\d\d$/.test(status))
    .map(([status, { content }]) => ({ status: Number(status), schema: Object.values(content ?? {})[0]?.schema ?? null }));
}

function deref(document: OpenApiDocument, schema: VendorSchema | undefined): VendorSchema {
  if (schema?.$ref === undefined) return schema ?? {};
  return deref(document, document.components.schemas[schema.$ref.split("/").at(-1) ?? ""]);
}

function isCollection(document: OpenApiDocument, schema: VendorSchema): boolean {
  return deref(document, deref(document, schema).properties?.["data"]).type === "array";
}

function resourceOf(document: OpenApiDocument, answers: { schema: VendorSchema | null }[]): string | null {
  for (const { schema } of answers) {
    if (!schema) continue;
    const data = deref(document, deref(document, schema).properties?.["data"]);
    const resource = data.type === "array" ? deref(document, data.items) : data;
    const type = typeIn(document, resource);
    if (type !== null) return type;
  }
  return null;
}

function typeIn(document: OpenApiDocument, schema: VendorSchema): string | null {
  for (const candidate of [schema, ...(schema.allOf ?? [])]) {
    const names = deref(document, deref(document, candidate).properties?.["type"]).enum;
    if (typeof names?.[0] === "string") return names[0];
  }
  return null;
}

function bodyOf(context: Context, source: OpenApiOperation): { body: Body | null; bodySchema: Schema | null } {
  const [mediaType, content] = Object.entries(source.requestBody?.content ?? {})[0] ?? [];
  if (!content) return { body: null, bodySchema: null };
  const wire = deref(context.document, content.schema);
  const bodySchema = normalise(wire, true);
  if (mediaType === "multipart/form-data")
    return { body: { mediaType: "multipart", required: true, form: "fields", type: null }, bodySchema };
  const data = deref(context.document, wire.properties?.["data"]);
  const isList = data.type === "array";
  const resource = isList ? deref(context.document, data.items) : data;
  const isIdentifier = !resource.properties?.["attributes"] && !resource.properties?.["relationships"];
  const required = source.requestBody?.required ?? false;
  const isLink =
    isIdentifier &&
    Object.keys(context.document.paths).some(
      (path) => path.includes("/relationships/") && Object.values(context.document.paths[path] ?? {}).includes(source),
    );
  const form = isList ? "ids" : isLink ? "id" : "resource";
  return { body: { mediaType: "json", required, form, type: typeIn(context.document, resource) }, bodySchema };
}
