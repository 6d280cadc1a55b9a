import type { Arg, Body } from "../operation.ts";
import type { Schema } from "../schema.ts";
import type { OpenApiOperation, OpenApiParameter } from "./documents.ts";
import { normalise } from "./normalise.ts";

/** The flat arguments of an operation, in the order path, body, query, and the closed schema of them. */
export function argumentsOf(
  flatten: (schema: Schema) => Schema,
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
    const flat = flatten(bodySchema);
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
