import { refuse } from "./refusal.ts";

/** A life cycle as a table: from each status, which event leads where. */
export interface Machine<Status extends string, Event extends string> {
  /** The status that follows. An arrow that is not in the table is a 409. */
  next(status: Status, event: Event): Status;
  can(status: Status, event: Event): boolean;
}

/** Declares a life cycle. A misspelt status or event does not compile; every status has a row, be it an empty one. */
export function defineMachine<Status extends string, Event extends string>(
  name: string,
  table: Record<NoInfer<Status>, Partial<Record<NoInfer<Event>, NoInfer<Status>>>>,
): Machine<Status, Event> {
  return {
    next: (status, event) => table[status][event] ?? refuse("conflict", `A ${name} with status '${status}' does not allow '${event}'.`),
    can: (status, event) => table[status][event] !== undefined,
  };
}
