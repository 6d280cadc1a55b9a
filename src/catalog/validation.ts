import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import { parseIso } from "../lib/clock.ts";
import type { Violation } from "../lib/errors.ts";
import type { Json } from "../lib/json.ts";
import { readGenerated } from "./catalog.ts";
import type { Operation } from "./operation.ts";
import { DEFS_PREFIX, type Schema } from "./schema.ts";
import { withoutUnions } from "./union-errors.ts";

type Channel = Operation["channel"];
interface SchemaFile {
  defs: Record<string, Schema>;
  inputs: Record<string, Schema>;
  bodies: Record<string, Schema>;
}
interface AnswerFile {
  defs: Record<string, Schema>;
  answers: Record<string, Record<string, Schema>>;
}

let ajv: Ajv2020 | undefined;
let schemaFiles: Record<Channel, SchemaFile> | undefined;
let answerFiles: Record<Channel, AnswerFile> | undefined;
const compiled = new Map<string, ValidateFunction>();

function schemas(channel: Channel): SchemaFile {
  schemaFiles ??= JSON.parse(readGenerated("schemas.json")) as Record<Channel, SchemaFile>;
  return schemaFiles[channel];
}

function answers(channel: Channel): AnswerFile {
  answerFiles ??= JSON.parse(readGenerated("answers.json")) as Record<Channel, AnswerFile>;
  return answerFiles[channel];
}

/** One shared instance, compiling on first use: half of the operations are never called, and the largest schema takes 250 ms. */
function sharedAjv(): Ajv2020 {
  if (ajv) return ajv;
  ajv = new Ajv2020({ strict: false, allErrors: true, ownProperties: true, validateFormats: true, verbose: true });
  // ajv-formats is CommonJS: its default export arrives one level down.
  const addFormats = addFormatsModule.default;
  addFormats(ajv);
  ajv.addFormat("binary", true);
  // Klaviyo takes any offset and dates without a time (behaviour.md §1.11), where the format's standard wants both.
  ajv.addFormat("date-time", (text: string) => parseIso(text) !== undefined);
  return ajv;
}

function validator(name: string, schema: Schema | undefined, defsId: string, defs: Record<string, Schema>): ValidateFunction | undefined {
  const known = compiled.get(name);
  if (known) return known;
  if (!schema) return undefined;
  const shared = sharedAjv();
  if (!shared.getSchema(defsId)) shared.addSchema({ $id: defsId, $defs: defs });
  const validate = shared.compile(withBase(schema, defsId));
  compiled.set(name, validate);
  return validate;
}

const branches = new WeakMap<Schema, ValidateFunction>();

/** A branch of a union; what its own references lead to begins at the definitions. */
function branchValidator(schema: Schema, defsId: string): ValidateFunction {
  const ref = schema["$ref"];
  const absolute = typeof ref === "string" && ref.startsWith(DEFS_PREFIX) ? defsId + ref : ref;
  const known = branches.get(schema) ?? (typeof absolute === "string" ? sharedAjv().getSchema(absolute) : undefined);
  const validate = known ?? sharedAjv().compile(withBase(schema, defsId));
  branches.set(schema, validate);
  return validate;
}

/** References point into the definitions by absolute id, so that all operations of a channel share what is compiled. */
function withBase(schema: Schema, defsId: string): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll(`"$ref":"${DEFS_PREFIX}`, `"$ref":"${defsId}${DEFS_PREFIX}`)) as Schema;
}

/** Schema of an operation's flat arguments. References point into {@link definitions}. */
export function inputSchema(operation: Operation): Schema {
  return schemas(operation.channel).inputs[operation.id] ?? { type: "object", additionalProperties: false };
}

/** What a `$ref` of an input schema points at. */
export function definition(operation: Operation, ref: string): Schema {
  return schemas(operation.channel).defs[ref.slice(DEFS_PREFIX.length)] ?? {};
}

/** Every violation of the flat arguments, with its path; empty when they are right. */
export function argumentViolations(operation: Operation, args: Json): Violation[] {
  const { inputs, defs } = schemas(operation.channel);
  const defsId = `halyard:${operation.channel}`;
  return run(validator(`input ${operation.id}`, inputs[operation.id], defsId, defs), args, defsId);
}

/** Every violation of a wire body, with a JSON Pointer into the body. */
export function bodyViolations(operation: Operation, body: Json): Violation[] {
  const { bodies, defs } = schemas(operation.channel);
  const defsId = `halyard:${operation.channel}`;
  return run(validator(`body ${operation.id}`, bodies[operation.id], defsId, defs), body, defsId);
}

/** Every violation of an answer against the vendor's schema for that status. */
export function answerViolations(operation: Operation, status: number, body: Json): Violation[] {
  const { answers: byOperation, defs } = answers(operation.channel);
  const schema = byOperation[operation.id]?.[String(status)];
  const defsId = `halyard:${operation.channel}-answers`;
  return run(validator(`answer ${operation.id} ${status}`, schema, defsId, defs), body, defsId);
}

function run(validate: ValidateFunction | undefined, value: Json, defsId: string): Violation[] {
  if (!validate || validate(value)) return [];
  const violations = withoutUnions(validate.errors ?? [], (schema) => branchValidator(schema, defsId)).map(toViolation);
  // Where nothing tells which branch is meant, every one complains; "must match a schema in anyOf" is what they add up to and says less.
  const told = violations.filter(({ message }) => !message.startsWith("must match"));
  const seen = new Set<string>();
  return (told.length > 0 ? told : violations)
    .filter(({ path, message }) => !seen.has(path + message) && seen.add(path + message))
    .slice(0, 50);
}

function toViolation({ instancePath, keyword, params, message }: ErrorObject): Violation {
  const at = (name: unknown): string => `${instancePath}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (keyword === "additionalProperties") return { path: at(params["additionalProperty"]), message: "is not a known field" };
  if (keyword === "required") return { path: at(params["missingProperty"]), message: "is required" };
  if (keyword === "enum")
    return {
      path: instancePath,
      message: `must be one of ${(params["allowedValues"] as unknown[]).map((value) => JSON.stringify(value)).join(", ")}`,
    };
  return { path: instancePath, message: message ?? "is not acceptable" };
}
