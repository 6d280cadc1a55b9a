import { actionIndex, CHOOSER, resolveAction } from "../catalog/actions.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { isWrite, type FilterField, type Limits, type Operation } from "../catalog/operation.ts";
import { DEFS_PREFIX, type Schema } from "../catalog/schema.ts";
import { definition, inputSchema } from "../catalog/validation.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Json, JsonObject } from "../lib/json.ts";
import { truncate } from "../lib/text.ts";
import { RISK_NAMES } from "../policy/presets.ts";
import { exampleOf } from "./example.ts";
import { effectText } from "./find-actions.ts";
import { signatureOf } from "./signature.ts";
import type { ToolAnswer } from "./tool.ts";

/** Above this the JSON Schema of the arguments is left out; the signature stays. */
const MAX_SCHEMA_BYTES = 20_000;

/**
 * Tells a model how one action is called. `asked` is a name of an action, or `create_flow#FlowDefinition` for one shape of its arguments
 * that the description of the action folded.
 */
export function describe(catalog: Catalog, asked: string): ToolAnswer {
  const [name = "", shape] = asked.split("#", 2);
  const choices = actionIndex(catalog).lookup(name) ?? {};
  if (Object.keys(choices).length > 1) return describeChoices(catalog, name, choices);
  const { operation } = resolveAction(catalog, name, {});
  return shape === undefined ? describeOperation(name, operation) : describeShape(operation, shape);
}

function describeChoices(catalog: Catalog, name: string, choices: Record<string, string>): ToolAnswer {
  const lines = Object.entries(choices).map(([choice, id]) => `  "${choice}": ${id}: ${catalog.find(id)?.summary ?? ""}`);
  return {
    data: { action: name, choose: { [CHOOSER]: choices }, next: "describe_action of one of these operations tells its arguments." },
    text: [
      `${name} stands for ${lines.length} operations; the argument "${CHOOSER}" chooses:`,
      ...lines,
      "Describe one of them by its own name.",
    ].join("\n"),
  };
}

function describeOperation(name: string, operation: Operation): ToolAnswer {
  const { kind, risk, reversible, inverse } = operation.effect;
  const schema = inputSchema(operation);
  const { text: signature, folded } = signatureOf(operation, schema);
  const example = exampleOf(operation);
  const filters = filterText(operation);
  const call = JSON.stringify({ action: operation.id, args: example, ...(isWrite(operation) && { reason: "…" }) });
  const notes = notesOf(operation, folded);
  const lines = [
    `${operation.id}: ${operation.summary}`,
    `${effectText(operation)}: ${RISK_NAMES[risk]}.${isWrite(operation) ? ` Can be undone: ${reversible}${inverse.length > 0 ? ` (${inverse.join(", ")})` : ""}.` : ""}`,
    `args: ${signature}`,
    ...(filters === undefined ? [] : [`filter: conditions joined by commas (all must hold). ${filters}`]),
    ...notes,
    `Example: ${isWrite(operation) ? "write" : "read"} ${call}`,
    `Limits: ${limitsText(operation.limits)}. Key scopes: ${operation.scopes.join(", ") || "none"}.`,
  ];
  return {
    text: lines.join("\n"),
    data: {
      action: name,
      operation: operation.id,
      summary: operation.summary,
      kind,
      risk,
      effect: effectText(operation),
      reversible,
      inverse,
      args: signature,
      ...(filters !== undefined && { filter: filters }),
      ...(notes.length > 0 && { notes }),
      ...(folded.length > 0 && { more_shapes: folded }),
      example,
      limits: limitsText(operation.limits),
      scopes: operation.scopes,
      ...argsSchema(operation, schema),
    },
  };
}

function describeShape(operation: Operation, shape: string): ToolAnswer {
  const reachable = reachableShapes(operation, inputSchema(operation));
  const schema = reachable.get(shape);
  if (!schema) {
    throw new HalyardError("not_found", `${operation.id} has no shape of that name.`, {
      hint: `describe_action ${operation.id} names its shapes.`,
    });
  }
  const { text, folded } = signatureOf(operation, schema);
  const lines = [`${shape} of ${operation.id} = ${text}`, ...foldedNote(operation, folded)];
  return {
    text: lines.join("\n"),
    data: { action: operation.id, shape, definition: text, ...(folded.length > 0 && { more_shapes: folded }) },
  };
}

function notesOf(operation: Operation, folded: string[]): string[] {
  const { flags, risk } = operation.effect;
  const notes = foldedNote(operation, folded);
  if (operation.args.some((arg) => arg.in === "file")) notes.push("Files are given as base64 text.");
  if (operation.page)
    notes.push(`Paging: next_cursor of an answer goes into ${operation.page.cursor.replace(/^page\[(\w+)\]$/, "page_$1")}.`);
  if (flags.some((flag) => flag.startsWith("send-message") || flag === "mass-send")) notes.push("Messages may go out to people.");
  if (flags.includes("async")) notes.push("Klaviyo answers at once and works on it as a job.");
  if (operation.channel === "beta") notes.push("Beta: Klaviyo may change it, and not every account has it.");
  if (risk === 5) notes.push("Most owners deny this.");
  return notes;
}

function foldedNote({ id }: Operation, folded: string[]): string[] {
  if (folded.length === 0) return [];
  return [`${folded.length} of the shapes named above are not shown. describe_action "${id}#${folded[0]}" tells one, and so on.`];
}

/** Fields with the same operators are told together: most collections have five fields and two sets of operators. */
function filterText({ filter }: Operation): string | undefined {
  const groups = new Map<string, string[]>();
  for (const [name, field] of Object.entries(filter?.fields ?? {})) {
    const key = `${operatorsOf(field)}${kindOf(field)}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  if (groups.size === 0) return undefined;
  return `${filter?.required ? "Required. " : ""}${[...groups].map(([key, names]) => `${names.join(", ")}: ${key}`).join("; ")}.`;
}

function operatorsOf({ single = [], list = [], none = [] }: FilterField): string {
  return [...single, ...list.map((operator) => `${operator}[]`), ...none].join(" ");
}

function kindOf({ type, format, enum: values }: FilterField): string {
  if (values) return ` (${truncate(values.join(" | "), 160)})`;
  return format === "date-time" ? " (date-time)" : type === "string" ? "" : ` (${type})`;
}

function limitsText({ perSecond, perMinute, perDay }: Limits): string {
  return `${perSecond}/s, ${perMinute}/min${perDay === undefined ? "" : `, ${perDay}/day`}`;
}

/** The JSON Schema that the arguments are checked against, without our own marks and with the definitions that it reaches. */
function argsSchema(operation: Operation, schema: Schema): JsonObject {
  const definitions = reachableShapes(operation, schema);
  const whole = { ...schema, ...(definitions.size > 0 && { $defs: Object.fromEntries(definitions) }) };
  const text = JSON.stringify(whole, (key, value: unknown) => (key === "x-wire" ? undefined : value));
  return text.length <= MAX_SCHEMA_BYTES ? { args_schema: JSON.parse(text) as Json } : {};
}

function reachableShapes(operation: Operation, root: Schema): Map<string, Schema> {
  const found = new Map<string, Schema>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "$ref" && typeof inner === "string") {
        const name = inner.slice(DEFS_PREFIX.length);
        if (found.has(name)) continue;
        const target = definition(operation, inner);
        found.set(name, target);
        visit(target);
      } else visit(inner);
    }
  };
  visit(root);
  return found;
}
