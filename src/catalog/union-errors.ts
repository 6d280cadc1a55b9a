import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { isJsonObject, type Json } from "../lib/json.ts";
import type { Schema } from "./schema.ts";

/** Makes a branch ready to be asked, its references resolved. */
type Compile = (schema: Schema) => ValidateFunction;

/**
 * The errors, those of each union replaced by what the branch says that is meant: of a send strategy whose method is "throttled" only what is
 * wrong with a throttled one. A union that gives nothing to tell by keeps all. Needs the errors of a `verbose` instance.
 */
export function withoutUnions(errors: readonly ErrorObject[], compile: Compile): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === "oneOf" || keyword === "anyOf");
  const depth = Math.min(...unions.map(({ instancePath }) => instancePath.length));
  // Of those at one place the outer one complains last.
  const outer = unions.findLast(({ instancePath }) => instancePath.length === depth);
  if (!outer) return errors;
  const isInside = ({ instancePath }: ErrorObject): boolean => `${instancePath}/`.startsWith(`${outer.instancePath}/`);
  const others = errors.filter((error) => !isInside(error));
  return [...withoutUnions(others, compile), ...(meantErrors(outer, compile) ?? errors.filter(isInside))];
}

function meantErrors(union: ErrorObject, compile: Compile): readonly ErrorObject[] | undefined {
  // Safe: `verbose` puts the list of branches and the value there.
  const [schemas, data] = [union.schema as Schema[], union.data as Json];
  const branches = schemas.filter(({ type }) => data === null || type !== "null").map((schema) => branchOf(schema, compile));
  if (branches.length > 1 && !isJsonObject(data)) return oneEnumeration(union, branches);
  let fitting = branches;
  const asked = new Set<string>();
  // Branches that share one mark may share a further one, which the others do not have.
  while (fitting.length > 1) {
    const name = sharedMarks(fitting).find((each) => !asked.has(each));
    if (name === undefined) break;
    asked.add(name);
    const value = isJsonObject(data) ? data[name] : undefined;
    if (value === undefined && fitting.every(({ required }) => required.includes(name)))
      return [{ ...union, keyword: "required", params: { missingProperty: name } }];
    if (value === undefined) continue;
    const next = fitting.filter(({ marks }) => marks.get(name)?.includes(value));
    const allowedValues = [...new Set(fitting.flatMap(({ marks }) => marks.get(name) ?? []))];
    if (next.length === 0) return [{ ...union, keyword: "enum", instancePath: `${union.instancePath}/${name}`, params: { allowedValues } }];
    fitting = next;
  }
  if (fitting.length > 1 && fitting.length === branches.length) return undefined;
  const told = fitting.map(({ validate }) => errorsOf(validate, data, union.instancePath, compile));
  return told.filter(({ length }) => length > 0).toSorted((a, b) => a.length - b.length)[0];
}

/** Branches that only list values say together what one list says. */
function oneEnumeration(union: ErrorObject, branches: readonly Branch[]): readonly ErrorObject[] | undefined {
  if (!branches.every(({ values }) => values)) return undefined;
  return [{ ...union, keyword: "enum", params: { allowedValues: branches.flatMap(({ values = [] }) => values) } }];
}

interface Branch {
  validate: ValidateFunction;
  /** Of a branch that is a list of values. */
  values: readonly Json[] | undefined;
  /** Values that a property can have, of those properties that say so. */
  marks: Map<string, readonly Json[]>;
  required: readonly string[];
}

function branchOf(schema: Schema, compile: Compile): Branch {
  const validate = compile(schema);
  // Safe: schemas of the catalog are objects; that of a reference is what it leads to.
  const { properties = {}, required = [], enum: own } = validate.schema as Schema;
  const marks = Object.entries(properties).flatMap(([name, { enum: values }]) => (values ? [[name, values] as const] : []));
  return { validate, values: own, marks: new Map(marks), required };
}

/** Names that mark every branch, as they stand in the first. */
function sharedMarks([first, ...others]: readonly Branch[]): string[] {
  return [...(first?.marks.keys() ?? [])].filter((name) => others.every(({ marks }) => marks.has(name)));
}

function errorsOf(validate: ValidateFunction, data: Json, at: string, compile: Compile): readonly ErrorObject[] {
  if (validate(data)) return [];
  // Paths begin at the value that the branch is asked about.
  return withoutUnions(validate.errors ?? [], compile).map((error) => ({ ...error, instancePath: at + error.instancePath }));
}
