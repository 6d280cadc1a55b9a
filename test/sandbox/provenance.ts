import { it } from "vitest";

export interface Known {
  /** Stated by the vendor, seen in a recorded answer, or chosen by us. */
  as: "documented" | "observed" | "assumed";
  /** `behaviour.md §…` or `recorded/<file>`. */
  from: string;
}

/** A test of one behaviour of the vendor's that says how the behaviour is known. */
export function behaviour(name: string, known: Known, run: () => void | Promise<void>): void {
  // oxlint-disable-next-line vitest/expect-expect -- what is expected stands in `run`
  it(`${name} [${known.as}: ${known.from}]`, run);
}
