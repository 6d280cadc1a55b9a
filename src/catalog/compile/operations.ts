import type { Arg, Body, ExtraLimit, FilterField, Limits, Method, Operation, Shape } from "../operation.ts";
import type { Schema } from "../schema.ts";
import { effectOf, type Authored } from "./authored.ts";
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter, VendorSchema } from "./documents.ts";
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
  const { args, input } = argumentsOf(context, path, source, body, bodySchema);
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

function revisionOf(source: OpenApiOperation): string {
  const header = source.parameters.find((parameter) => parameter.in === "header" && parameter.name === "revision");
  const revision = header?.schema.default;
  return typeof revision === "string" ? revision : "";
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

function limitsOf(rate: OpenApiOperation["x-klaviyo-ratelimit"]): Limits {
  const number = (text: string | undefined): number => Number(text?.split("/")[0]);
  if (!rate) throw new Error("An operation without rate limits: give the compiler a default first.");
  return { perSecond: number(rate.burst), perMinute: number(rate.steady), ...(rate.daily !== undefined && { perDay: number(rate.daily) }) };
}

/** Some descriptions state other limits "when using" a query option; the structured field does not have them. */
function extraLimitsOf(description: string): ExtraLimit[] {
  const found: ExtraLimit[] = [];
  const pattern = /when using (?:the )?`([\w-]+(?:\[[\w-]+\])?)=([\w-]+)`.*?Burst: `(\d+)\/s`<br>Steady: `(\d+)\/m`/g;
  for (const [, query = "", value = "", burst, steady] of description.matchAll(pattern)) {
    // The text says `include=list` where the parameter's value is `lists` (behaviour.md §5, 7).
    const plural = query === "include" && !value.endsWith("s") ? `${value}s` : value;
    found.push({ query, value: plural, limits: { perSecond: Number(burst), perMinute: Number(steady) } });
  }
  return found;
}

function filterOf(source: OpenApiOperation): Operation["filter"] {
  const parameter = source.parameters.find(({ name }) => name === "filter");
  const stated = source["x-klaviyo-filters"];
  if (!parameter || !stated) return null;
  const fields: Record<string, FilterField> = {};
  for (const [name, { operators, value }] of Object.entries(stated)) {
    fields[name] = {
      ...(operators["single"] && { single: operators["single"] }),
      ...(operators["list"] && { list: operators["list"] }),
      ...(operators["none"] && { none: operators["none"] }),
      type: value?.type ?? "string",
      ...(value?.format !== undefined && { format: value.format }),
      ...(value?.enum && { enum: value.enum }),
    };
  }
  return { required: parameter.required ?? false, fields };
}

function pageOf(parameters: OpenApiParameter[]): Operation["page"] {
  const cursor = parameters.find(({ name }) => name === "page[cursor]" || name === "page_cursor");
  if (!cursor) return null;
  const size = parameters.find(({ name }) => name === "page[size]");
  const { default: standard, minimum = 1, maximum = 100 } = size?.schema ?? {};
  return { cursor: cursor.name, size: size ? { name: size.name, default: Number(standard), min: minimum, max: maximum } : null };
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

function argumentsOf(
  context: Context,
  path: string,
  source: OpenApiOperation,
  body: Body | null,
  bodySchema: Schema | null,
): { args: Arg[]; input: Schema } {
  const args: Arg[] = [];
  const properties: Record<string, Schema> = {};
  const add = (arg: Arg, schema: Schema): void => {
    if (args.some(({ name }) => name === arg.name)) throw new Error(`${source.operationId}: two arguments are called ${arg.name}`);
    args.push(arg);
    if (arg.fill === undefined) properties[arg.name] = schema;
  };
  for (const { name, schema } of source.parameters.filter((parameter) => parameter.in === "path")) {
    add({ name, in: "path", wire: name, required: true }, { ...normalise({ ...schema, nullable: false }, true), minLength: 1 });
  }
  if (body && bodySchema) {
    const flat = context.flatten(bodySchema);
    const envelope = flat["x-wire"]?.at(-1);
    if (body.form === "resource" && envelope?.kind === "resource" && envelope.members) body.members = envelope.members;
    addBodyArguments(path, body, flat, add, args);
  }
  for (const parameter of source.parameters.filter((candidate) => candidate.in === "query")) {
    const name = parameter.name.replaceAll("]", "").replaceAll(/[^a-zA-Z0-9_.]/g, "_");
    const fill = parameter.name === "company_id" ? ({ fill: "account_id" } as const) : {};
    add({ name, in: "query", wire: parameter.name, required: parameter.required ?? false, ...fill }, querySchema(parameter));
  }
  const required = args.filter((arg) => arg.required && arg.fill === undefined).map(({ name }) => name);
  return { args, input: { type: "object", properties, ...(required.length > 0 && { required }), additionalProperties: false } };
}

/** `include`, `fields[…]` and `additional-fields[…]` take each of their values once. */
function querySchema(parameter: OpenApiParameter): Schema {
  const schema = normalise(parameter.schema, true);
  delete schema.default;
  return schema;
}

function addBodyArguments(path: string, body: Body, flat: Schema, add: (arg: Arg, schema: Schema) => void, args: Arg[]): void {
  if (body.form === "ids" || body.form === "id") {
    const relationship = path.split("/").at(-1) ?? "";
    add({ name: relationship.replaceAll("-", "_"), in: "body", wire: relationship, required: body.required }, flat);
    return;
  }
  const hasPathId = args.some((arg) => arg.in === "path");
  const envelope = flat["x-wire"]?.at(-1);
  // A body that holds nothing but an id flattens to that id.
  if (envelope?.kind === "identifier" && !hasPathId)
    add({ name: "id", in: "body", wire: "id", place: ["id"], required: true }, { type: "string", minLength: 1 });
  for (const [name, schema] of Object.entries(flat.properties ?? {})) {
    // The body of an update repeats the id of the path.
    if (name === "id" && hasPathId) continue;
    const place = envelope?.kind === "resource" ? envelope.places[name] : undefined;
    const isFile = schema.format === "binary";
    add(
      {
        name,
        in: isFile ? "file" : "body",
        wire: place?.[1] ?? name,
        ...(place && { place }),
        required: flat.required?.includes(name) ?? false,
      },
      // A file travels to us as base64 text.
      isFile ? { type: "string", minLength: 1, format: "byte" } : schema,
    );
  }
}
