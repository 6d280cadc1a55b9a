import type { ExtraLimit, FilterField, Limits, Operation } from "../operation.ts";
import type { OpenApiOperation, OpenApiParameter } from "./documents.ts";

/** Value of the `revision` header that the document gives. */
export function revisionOf(source: OpenApiOperation): string {
  const header = source.parameters.find((parameter) => parameter.in === "header" && parameter.name === "revision");
  const revision = header?.schema.default;
  return typeof revision === "string" ? revision : "";
}

export function limitsOf(rate: OpenApiOperation["x-klaviyo-ratelimit"]): Limits {
  const number = (text: string | undefined): number => Number(text?.split("/")[0]);
  if (!rate) throw new Error("An operation without rate limits: give the compiler a default first.");
  return { perSecond: number(rate.burst), perMinute: number(rate.steady), ...(rate.daily !== undefined && { perDay: number(rate.daily) }) };
}

/** Some descriptions state other limits "when using" a query option; the structured field does not have them. */
export function extraLimitsOf(description: string): ExtraLimit[] {
  const found: ExtraLimit[] = [];
  const pattern = /when using (?:the )?`([\w-]+(?:\[[\w-]+\])?)=([\w-]+)`.*?Burst: `(\d+)\/s`<br>Steady: `(\d+)\/m`/g;
  for (const [, query = "", value = "", burst, steady] of description.matchAll(pattern)) {
    // The text says `include=list` where the parameter's value is `lists` (behaviour.md §5, 7).
    const plural = query === "include" && !value.endsWith("s") ? `${value}s` : value;
    found.push({ query, value: plural, limits: { perSecond: Number(burst), perMinute: Number(steady) } });
  }
  return found;
}

export function filterOf(source: OpenApiOperation): Operation["filter"] {
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

export function pageOf(parameters: OpenApiParameter[]): Operation["page"] {
  const cursor = parameters.find(({ name }) => name === "page[cursor]" || name === "page_cursor");
  if (!cursor) return null;
  const size = parameters.find(({ name }) => name === "page[size]");
  const { default: standard, minimum = 1, maximum = 100 } = size?.schema ?? {};
  return { cursor: cursor.name, size: size ? { name: size.name, default: Number(standard), min: minimum, max: maximum } : null };
}
