import { it } from "vitest";

export interface Known {
  /** Stated by the vendor, seen in a recorded answer, or chosen by us. */
  as: "documented" | "observed" | "assumed";
  /** `behaviour.md §…`, `openapi/<file> <schema or operation>` or `recorded/<file>`, one or more; a remark in parentheses may follow. */
  from: string;
}

/** A test of one behaviour of the vendor's that says how the behaviour is known. */
export function behaviour(name: string, known: Known, run: () => void | Promise<void>): void {
  // oxlint-disable-next-line vitest/expect-expect -- what is expected stands in `run`
  it(`${name} [${known.as}: ${known.from}]`, run);
}

/** One behaviour per row. `%s` in the name stands for the row's values in turn; `known` may hang on the row. */
export function behaviours<Row extends [unknown, ...unknown[]]>(
  name: string,
  known: Known | ((...row: Row) => Known),
  rows: readonly Row[],
  run: (...row: Row) => void | Promise<void>,
): void {
  for (const row of rows) {
    let at = 0;
    const filled = name.replaceAll("%s", () => String(row[at++]));
    behaviour(filled, typeof known === "function" ? known(...row) : known, () => run(...row));
  }
}

/** How the form of an operation's answer is known. */
export function schemaOf({ id, channel }: { id: string; channel: "stable" | "beta" }): Known {
  return { as: "documented", from: `openapi/${channel === "stable" ? "stable-2026-07-15" : "beta-2026-07-15.pre"}.json ${id}` };
}
