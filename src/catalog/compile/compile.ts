import type { Operation } from "../operation.ts";
import type { Schema } from "../schema.ts";
import type { Authored } from "./authored.ts";
import type { OpenApiDocument } from "./documents.ts";
import { createFlattener } from "./flatten.ts";
import { normalise, reachable } from "./normalise.ts";
import { compileOperations, type CompiledOperation } from "./operations.ts";

export interface CompiledCatalog {
  operations: Operation[];
  /** By channel: the definitions that inputs and bodies reach, and both by operation id. */
  schemas: Record<"stable" | "beta", { defs: Record<string, Schema>; inputs: Record<string, Schema>; bodies: Record<string, Schema> }>;
  /** By channel: the definitions that answers reach, and the answers by operation id and status. */
  answers: Record<"stable" | "beta", { defs: Record<string, Schema>; answers: Record<string, Record<string, Schema>> }>;
}

/** Compiles the vendor's documents and our authored tables into the catalog. Pure: the same input gives the same output, byte for byte. */
export function compileCatalog(documents: Record<"stable" | "beta", OpenApiDocument>, authored: Authored): CompiledCatalog {
  const stable = compileChannel("stable", documents.stable, authored);
  const beta = compileChannel("beta", documents.beta, authored);
  const operations = [...stable.operations, ...beta.operations];
  const known = new Set(operations.map(({ id }) => id));
  for (const id of [...authored.wording.keys(), ...authored.effects.keys()]) {
    if (!known.has(id)) throw new Error(`${id} has wording or an effect, but the documents do not have it.`);
  }
  for (const { id, effect } of operations) {
    const missing = [...effect.inverse, ...effect.beforeImage].filter((other) => !known.has(other));
    if (missing.length > 0) throw new Error(`${id}: effects.tsv names operations that do not exist: ${missing.join(", ")}`);
  }
  return {
    operations,
    schemas: { stable: stable.schemas, beta: beta.schemas },
    answers: { stable: stable.answers, beta: beta.answers },
  };
}

function compileChannel(channel: "stable" | "beta", document: OpenApiDocument, authored: Authored) {
  const closed = definitions(document, true);
  const open = definitions(document, false);
  const { flatten, flatDefs } = createFlattener(closed);
  const compiled = compileOperations({ document, channel, authored, flatten });
  const inputs = collect(compiled, ({ input }) => input);
  const bodies = collect(compiled, ({ body }) => body);
  const answers = collect(compiled, (one) => one.answers);
  return {
    operations: compiled.map(({ operation }) => operation),
    schemas: { defs: used({ ...closed, ...flatDefs }, [...Object.values(inputs), ...Object.values(bodies)]), inputs, bodies },
    answers: {
      defs: used(
        open,
        Object.values(answers).flatMap((byStatus) => Object.values(byStatus)),
      ),
      answers,
    },
  };
}

function definitions(document: OpenApiDocument, closed: boolean): Record<string, Schema> {
  return Object.fromEntries(Object.entries(document.components.schemas).map(([name, schema]) => [name, normalise(schema, closed)]));
}

function collect<T>(compiled: CompiledOperation[], pick: (one: CompiledOperation) => T | null): Record<string, T> {
  const found: Record<string, T> = {};
  for (const one of compiled) {
    const picked = pick(one);
    if (picked !== null) found[one.operation.id] = picked;
  }
  return found;
}

/** The definitions that `roots` reach, sorted by name. */
function used(defs: Record<string, Schema>, roots: Schema[]): Record<string, Schema> {
  const names = new Set<string>();
  for (const root of roots) reachable(root, defs, names);
  return Object.fromEntries([...names].toSorted().map((name) => [name, defs[name] ?? {}]));
}
