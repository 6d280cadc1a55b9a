import { parseDocument } from "yaml";
import { HalyardError, type Violation } from "../lib/errors.ts";
import { nearest } from "../lib/text.ts";

const MAX_SIZE_BYTES = 256 * 1024;

/**
 * Reads the text of a policy as plain data. What fails here was damaged, or is not of a version that we know: larger than any policy, cut off, no YAML,
 * aliases (which make a short text huge, and hide in one place what is written in another), the same field twice. Error: `policy_invalid`.
 */
export function readDocument(text: string): Record<string, unknown> {
  const broken = (message: string, path = ""): HalyardError => policyInvalid([{ path, message }]);
  if (Buffer.byteLength(text) > MAX_SIZE_BYTES) throw broken(`is larger than ${MAX_SIZE_BYTES} bytes`);
  if (text.trim() === "") throw broken("is empty");
  // A text that was not written to its end could lose the last condition of an allowing rule.
  if (!text.endsWith("\n")) throw broken("is cut off: its last line does not end");
  const data = readYaml(text);
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw broken("is not made of fields");
  const { version } = data as { version?: unknown };
  if (version === undefined) throw broken("is missing; this Halyard knows version 1", "/version");
  if (version !== 1) throw broken("is not a version that this Halyard knows; it knows 1", "/version");
  return data as Record<string, unknown>;
}

/** Parses YAML without aliases or repeated keys. Error: `policy_invalid`. */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true, version: "1.2" });
  if (document.errors.length > 0)
    throw policyInvalid(
      document.errors.slice(0, 10).map((error) => ({
        path: `line ${error.linePos?.[0].line ?? "?"}`,
        message: error.message.split(" at line ")[0] ?? error.code,
      })),
    );
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw policyInvalid([{ path: "", message: "uses YAML aliases, which a policy may not" }]);
  }
}

/** The error of a policy that cannot be used, with every place that is wrong. */
export function policyInvalid(violations: Violation[]): HalyardError {
  const told = violations.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
  return new HalyardError("policy_invalid", `The policy cannot be used: ${told}.`, { hint: "docs/policy.md shows the form.", violations });
}

/** `; did you mean "preset"?`, or nothing where no known word is near. */
export function suggestion(word: string, known: Iterable<string>, before = ""): string {
  const [near] = nearest(word, known, 1);
  return near === undefined ? "" : `; did you mean "${before}${near}"?`;
}
