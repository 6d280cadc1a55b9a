import type { Compilable, CompiledQuery } from "kysely";
import type { Db } from "./schema.ts";

/** Stands in a query for a value that comes with each run. */
class Slot {
  readonly row: number;
  readonly name: string;

  constructor(row: number, name: string) {
    this.row = row;
    this.name = name;
  }
}

/**
 * A query that every call makes, built and compiled once for each database: building it takes several times as long as SQLite takes to run it. `value` names what
 * comes with each run; it must be a value in the query and never a part of it.
 */
export function prepared<Values extends object, Out>(
  build: (db: Db, value: <Name extends keyof Values & string>(name: Name) => Values[Name]) => Compilable<Out>,
): (db: Db, values: Values) => Promise<Out[]> {
  const run = compiledOnce<Out>();
  return (db, values) => run(db, "", [values], () => build(db, (name) => new Slot(0, name) as Values[typeof name]));
}

/** The same over rows, all with the columns of the first; compiled once for each number of rows and choice of columns. */
export function preparedRows<Row extends object, Out>(
  build: (db: Db, rows: Row[]) => Compilable<Out>,
): (db: Db, rows: readonly Row[]) => Promise<Out[]> {
  const run = compiledOnce<Out>();
  return (db, rows) => {
    const columns = Object.keys(rows[0] ?? {});
    const slots = (_: Row, at: number): Row => Object.fromEntries(columns.map((name) => [name, new Slot(at, name)])) as Row;
    return run(db, `${rows.length} ${columns.join(" ")}`, rows, () => build(db, rows.map(slots)));
  };
}

function compiledOnce<Out>() {
  const compiled = new WeakMap<object, Map<string, CompiledQuery<Out>>>();
  return async (db: Db, form: string, rows: readonly object[], build: () => Compilable<Out>): Promise<Out[]> => {
    // One for each database, whether in a transaction or not.
    const { adapter } = db.getExecutor();
    const forms = compiled.get(adapter) ?? new Map<string, CompiledQuery<Out>>();
    compiled.set(adapter, forms);
    const query = forms.get(form) ?? build().compile();
    forms.set(form, query);
    const parameters = query.parameters.map((one) => (one instanceof Slot ? rows[one.row]?.[one.name as keyof object] : one));
    return (await db.executeQuery<Out>({ ...query, parameters })).rows;
  };
}
