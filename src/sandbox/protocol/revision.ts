import { refuse } from "../engine/refusal.ts";

/** Released revisions that are still kept: one year stable, one deprecated (behaviour.md §1.2). */
const STABLE = ["2024-10-15", "2025-01-15", "2025-04-15", "2025-07-15", "2025-10-15", "2026-01-15", "2026-04-15", "2026-07-15"];

/** Whether a request asks for the beta documents: its revision ends in `.pre`. */
export function asksForBeta(header: string | undefined): boolean {
  return header?.endsWith(".pre") ?? false;
}

/** The revision that serves: the newest not later than the one asked for, as older documentation says; how gaps are met today is not documented. */
export function servedRevision(header: string | undefined): string {
  const source = { parameter: "revision" };
  if (header === undefined || header === "") refuse("invalid", "The 'revision' header is required.", { source });
  const [, date = ""] = /^(\d{4}-\d{2}-\d{2})(?:\.pre)?$/.exec(header) ?? [];
  // Date.parse takes 2026-02-31 for the 3rd of March.
  const atMs = Date.parse(date);
  if (date === "" || Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== date) {
    refuse("invalid", "The 'revision' header must be a date such as 2026-07-15, with '.pre' after it for beta endpoints.", { source });
  }
  const served = STABLE.findLast((each) => each <= date);
  if (served === undefined) refuse("gone", `This revision has been retired. The oldest that is served is ${STABLE[0]}.`, { source });
  return asksForBeta(header) ? `${served}.pre` : served;
}
