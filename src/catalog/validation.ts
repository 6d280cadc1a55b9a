import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import { parseIso } from "../lib/clock.ts";
import type { Violation } from "../lib/errors.ts";
import type { Json } from "../lib/json.ts";
import { readGenerated } from "./catalog.ts";
import type { Operation } from "./operation.ts";
import { DEFS_PREFIX, type Schema } from "./schema.ts";
import { violationsOf, type Definitions } from "./violations.ts";

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
  // The generated schemas are held to be schemas by catalog.test.ts; here the schema of schemas would cost the first call of a process 80 ms to compile.
  const trusted = { meta: false, validateSchema: false };
  ajv = new Ajv2020({ ...trusted, strict: false, allErrors: true, ownProperties: true, validateFormats: true, verbose: true });
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
  const violations = violationsOf(definitionsOf(defsId), validate.errors ?? []);
  const seen = new Set<string>();
  return violations.filter(({ path, message }) => !seen.has(path + message) && seen.add(path + message)).slice(0, 50);
}

/** References are absolute in what was compiled, relative among the definitions themselves. */
function definitionsOf(defsId: string): Definitions {
  const target = ({ $ref }: Schema): ValidateFunction | undefined =>
    $ref === undefined ? undefined : sharedAjv().getSchema($ref.startsWith(DEFS_PREFIX) ? defsId + $ref : $ref);
  return {
    resolve(schema) {
      const found = target(schema)?.schema;
      return typeof found === "object" ? (found as Schema) : schema;
    },
    compile: (schema) => target(schema) ?? sharedAjv().compile(withBase(schema, defsId)),
  };
}
