import type { JsonObject } from "../../../src/lib/json.ts";
import type { Store } from "../../../src/store/store.ts";
import type { NewAuditEntry } from "../../../src/store/tables/audit.ts";
import type { Tables } from "../../../src/store/tables.ts";
import type { Scheduler, Task } from "./scheduler.ts";

/** One row of the record, with the step at which it was written and the task that wrote it. */
export interface Witnessed {
  step: number;
  task: Task | undefined;
  event: string;
  call: string | null;
  fields: JsonObject;
}

/**
 * A store before whose every access, and before whose every transaction, another task may go on; and a list of what was written to the record.
 * `torn` is the negative control: there others may go on inside of transactions too, and nothing is taken back.
 */
export function watchStore(store: Store, scheduler: Scheduler, witnessed: Witnessed[], torn: boolean): Store {
  const outer = Object.fromEntries(
    // What is looked up later is looked up beside the calls: it is not a task of its own, and here there is never anything to look up.
    Object.entries(store).map(([name, table]) => [
      name,
      typeof table === "object" && name !== "looks" ? paused(table as Methods, scheduler) : table,
    ]),
  ) as Store;
  return {
    ...outer,
    async transaction(work) {
      await scheduler.pause();
      if (torn) return work(listening(outer, scheduler, witnessed));
      const rows: Witnessed[] = [];
      const result = await store.transaction((tables) => work(listening(tables, scheduler, rows)));
      // What was rolled back was never there.
      witnessed.push(...rows);
      return result;
    },
  };
}

type Methods = Record<string, (...args: never[]) => Promise<unknown>>;

function paused(table: Methods, scheduler: Scheduler): Methods {
  return Object.fromEntries(
    Object.entries(table).map(([name, method]) => [
      name,
      async (...args: never[]): Promise<unknown> => {
        await scheduler.pause();
        return method(...args);
      },
    ]),
  );
}

function listening(tables: Tables, scheduler: Scheduler, rows: Witnessed[]): Tables {
  const append = (...entries: [NewAuditEntry, ...NewAuditEntry[]]): ReturnType<Tables["audit"]["append"]> => {
    for (const { event, call_id, fields } of entries)
      rows.push({ step: scheduler.now(), task: scheduler.current(), event, call: call_id ?? null, fields });
    return tables.audit.append(...entries);
  };
  return { ...tables, audit: { ...tables.audit, append } };
}
