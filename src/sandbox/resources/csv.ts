import type { Json } from "../../lib/json.ts";

/** A table in the form of RFC 4180. Nothing is an empty cell; lists and objects are cells of JSON. */
export function csvOf(rows: Iterable<readonly (Json | undefined)[]>): string {
  return Array.from(rows, (row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
