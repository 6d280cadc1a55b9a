import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, booleanOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { agentSecrets } from "./agent-secrets.ts";
import type { ToolVariable } from "./agent-tool-rows.ts";

const MAX_SECONDS = 10;
const MAX_RETRIES = 3;

/** Reads the variables of a tool; secrets that they name must exist. */
export function variablesOf(given: Json | undefined, ctx: Context): ToolVariable[] {
  const seen = new Set<string>();
  return arrayOf(given).map((each, i) => {
    const variable = variableOf(objectOf(each));
    const { name, source, value } = variable;
    if (!/^[A-Za-z_]\w*$/.test(name)) wrong(`variables/${i}/name`, "A variable's name is a word that a template can hold.");
    if (seen.has(name)) wrong(`variables/${i}/name`, `The variable '${name}' is declared twice.`);
    seen.add(name);
    if (source === "dynamic" && value !== null) wrong(`variables/${i}/value`, "A dynamic variable gets its value when the tool is called.");
    if (source !== "dynamic" && (value ?? "") === "")
      wrong(`variables/${i}/value`, `A variable from '${source}' needs the id of its value.`);
    if (source === "secret" && !ctx.rows(agentSecrets).has(value ?? ""))
      wrong(`variables/${i}/value`, "There is no agent-secret of that id.");
    return variable;
  });
}

function variableOf({ name, type, required, description, source, value }: JsonObject): ToolVariable {
  return {
    name: textOf(name) ?? "",
    type: textOf(type) ?? "string",
    required: booleanOf(required) ?? false,
    description: textOf(description) ?? null,
    source: source === "klaviyo" || source === "secret" ? source : "dynamic",
    value: textOf(value) ?? null,
  };
}

/** The request template before and what is asked to change of it; null clears what a request can do without. */
export function templateOf(before: JsonObject, given: JsonObject): JsonObject {
  const seconds = numberOf(given["request_timeout_seconds"]) ?? numberOf(before["request_timeout_seconds"]) ?? 5;
  const template: JsonObject = {
    url_template: textOf(given["url_template"]) ?? before["url_template"] ?? "",
    http_method: textOf(given["http_method"]) ?? before["http_method"] ?? "GET",
    request_timeout_seconds: bounded(seconds, "request_template/request_timeout_seconds", 1, MAX_SECONDS),
  };
  for (const name of ["query_parameters", "headers", "body_template"]) {
    template[name] = (given[name] === undefined ? before[name] : given[name]) ?? null;
  }
  const url = String(template["url_template"]);
  // Variables stand in for parts of the address, so that it is looked at with something in their place.
  const filledIn = url.replaceAll(/\{\{[^{}]*\}\}/g, "x");
  if (!/^https:\/\//i.test(url) || !URL.canParse(filledIn))
    wrong("request_template/url_template", "'url_template' must be an https address.");
  return template;
}

/** Every variable of the templates is declared. */
export function checkReferences(template: JsonObject, variables: readonly ToolVariable[]): void {
  const declared = new Set(variables.map(({ name }) => name));
  for (const [name, value] of Object.entries(template)) {
    const used = [...JSON.stringify(value).matchAll(/\{\{\s*([A-Za-z_]\w*)/g)].map(([, variable = ""]) => variable);
    const strange = used.find((variable) => !declared.has(variable));
    if (strange !== undefined) wrong(`request_template/${name}`, `The variable '${strange}' is not declared.`);
  }
}

export function timeoutOf(given: Json | undefined, before: number): number {
  return bounded(numberOf(given) ?? before, "timeout_seconds", 1, MAX_SECONDS);
}

export function retriesOf(given: Json | undefined, before: number): number {
  return bounded(numberOf(given) ?? before, "max_retries", 0, MAX_RETRIES);
}

function bounded(value: number, field: string, least: number, most: number): number {
  if (value < least || value > most) wrong(field, `'${field.split("/").at(-1)}' must be from ${least} to ${most}.`);
  return value;
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/details/${field}` } });
}
