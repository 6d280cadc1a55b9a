import { createOrder, type Order, type SortKey } from "./order.ts";

/** A stored thing: plain JSON, never changed in place. Only set fields are kept, so that 100,000 of them stay small. */
export interface Row {
  readonly id: string;
}

/** Under which keys a row is found. `undefined` for none. A function of the row alone. */
export type IndexKey<R extends Row> = { key(row: R): string | readonly string[] | undefined }["key"];

/** What rows are sorted by. */
export type KeyOf<R extends Row> = { key(row: R): SortKey }["key"];
type Observe<R extends Row> = { note(collection: Collection<R>, id: string, before: R | undefined): void }["note"];

export interface CollectionDef<R extends Row = Row> {
  readonly name: string;
  /** At most one row per key. Breaking it is a fault of the sandbox, so declarations look first and refuse. */
  readonly unique: Record<string, IndexKey<R>>;
  readonly indexes: Record<string, IndexKey<R>>;
}

/** Declares a collection. An index named like a filter field is used by the engine for `equals` and `any` on that field. */
export function defineCollection<R extends Row>(name: string, options: Partial<Omit<CollectionDef<R>, "name">> = {}): CollectionDef<R> {
  return { name, unique: options.unique ?? {}, indexes: options.indexes ?? {} };
}

/** Only the rows that the index has under the key. */
export interface Within {
  index: string;
  key: string;
}

/** Enough for every sort of every resource that a session uses; each holds an entry per row. */
const MAX_ORDERS = 32;

/** Rows by id with their indexes and sorted orders. Changes come through {@link State} alone, which journals and rolls back. */
export class Collection<R extends Row = Row> {
  readonly def: CollectionDef<R>;
  /** Grows with every change. */
  version = 0;
  readonly #rows = new Map<string, R>();
  /** The indexes of the definition with their names, so that writing millions of rows takes no object apart for each. */
  readonly #keyed: { unique: [string, IndexKey<R>][]; multi: [string, IndexKey<R>][] };
  readonly #unique = new Map<string, Map<string, string>>();
  /** One id stands as itself, several as a set: most keys have one row. */
  readonly #multi = new Map<string, Map<string, string | Set<string>>>();
  readonly #orders = new Map<string, { order: Order; within: Within | undefined; keyOf: KeyOf<R> }>();
  readonly #observe: Observe<R>;

  constructor(def: CollectionDef<R>, observe: Observe<R>) {
    this.def = def;
    this.#observe = observe;
    this.#keyed = { unique: Object.entries(def.unique), multi: Object.entries(def.indexes) };
    for (const index of Object.keys(def.unique)) this.#unique.set(index, new Map());
    for (const index of Object.keys(def.indexes)) this.#multi.set(index, new Map());
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): R | undefined {
    return this.#rows.get(id);
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  /** All rows, as they were put. */
  all(): IterableIterator<R> {
    return this.#rows.values();
  }

  put(row: R): R {
    const before = this.#rows.get(row.id);
    this.#observe(this, row.id, before);
    this.write(row.id, Object.freeze(row));
    return row;
  }

  remove(id: string): R | undefined {
    const before = this.#rows.get(id);
    if (!before) return undefined;
    this.#observe(this, id, before);
    this.write(id, undefined);
    return before;
  }

  /** The row with this key of a unique index. */
  find(index: string, key: string): R | undefined {
    const id = this.#keys(this.#unique, index).get(key);
    return id === undefined ? undefined : this.#rows.get(id);
  }

  /** The rows with this key of any index. */
  where(index: string, key: string): R[] {
    if (this.#unique.has(index)) return [this.find(index, key)].filter((row) => row !== undefined);
    const ids = this.#keys(this.#multi, index).get(key);
    return [...(typeof ids === "string" ? [ids] : (ids ?? []))].map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
  }

  /** How many rows have this key. */
  count(index: string, key: string): number {
    if (this.#unique.has(index)) return this.find(index, key) ? 1 : 0;
    const ids = this.#keys(this.#multi, index).get(key);
    return typeof ids === "string" ? 1 : (ids?.size ?? 0);
  }

  isWithin(row: R, { index, key }: Within): boolean {
    return keysOf((this.def.indexes[index] ?? this.def.unique[index])?.(row)).includes(key);
  }

  hasIndex(index: string): boolean {
    return this.#unique.has(index) || this.#multi.has(index);
  }

  /** Rows sorted by `keyOf` then id, kept sorted from then on. The same name always means the same `keyOf`. */
  order(name: string, keyOf: KeyOf<R>, within?: Within): Order {
    const full = within ? `${name} ${within.index}=${within.key}` : name;
    let kept = this.#orders.get(full);
    if (kept) this.#orders.delete(full);
    else kept = { order: createOrder(this.#entries(keyOf, within)), within, keyOf };
    this.#orders.set(full, kept);
    if (this.#orders.size > MAX_ORDERS) this.#orders.delete(this.#orders.keys().next().value ?? "");
    return kept.order;
  }

  /** Writes without telling anyone: for rollback and replay. */
  write(id: string, after: R | undefined): void {
    const before = this.#rows.get(id);
    this.#index(id, before, after);
    if (after) this.#rows.set(id, after);
    else this.#rows.delete(id);
    this.version++;
    for (const { order, within, keyOf } of this.#orders.values()) {
      const kept = (row: R | undefined) => (row && (!within || this.isWithin(row, within)) ? keyOf(row) : undefined);
      order.replace(id, kept(before), kept(after));
    }
  }

  *#entries(keyOf: KeyOf<R>, within?: Within): IterableIterator<{ key: SortKey; id: string }> {
    for (const row of within ? this.where(within.index, within.key) : this.all()) yield { key: keyOf(row), id: row.id };
  }

  #keys<T>(indexes: Map<string, Map<string, T>>, index: string): Map<string, T> {
    const keys = indexes.get(index);
    if (!keys) throw new Error(`${this.def.name} has no index ${index}`);
    return keys;
  }

  #index(id: string, before: R | undefined, after: R | undefined): void {
    for (const [index, keyOf] of this.#keyed.unique) {
      const ids = this.#keys(this.#unique, index);
      for (const key of keysOf(after && keyOf(after))) {
        if ((ids.get(key) ?? id) !== id) throw new Error(`${this.def.name} has two rows with the same ${index}`);
      }
      for (const key of keysOf(before && keyOf(before))) ids.delete(key);
      for (const key of keysOf(after && keyOf(after))) ids.set(key, id);
    }
    for (const [index, keyOf] of this.#keyed.multi) {
      const ids = this.#keys(this.#multi, index);
      const key = before ? undefined : after && keyOf(after);
      // Most writes are of new rows with one key.
      if (typeof key === "string") {
        addId(ids, key, id);
        continue;
      }
      const [was, is] = [keysOf(before && keyOf(before)), keysOf(after && keyOf(after))];
      for (const key of was) if (!is.includes(key)) dropId(ids, key, id);
      for (const key of is) if (!was.includes(key)) addId(ids, key, id);
    }
  }
}

function keysOf(keys: string | readonly string[] | undefined): readonly string[] {
  return typeof keys === "string" ? [keys] : (keys ?? []);
}

function addId(ids: Map<string, string | Set<string>>, key: string, id: string): void {
  const known = ids.get(key);
  if (known === undefined) ids.set(key, id);
  else if (typeof known === "string") ids.set(key, new Set([known, id]));
  else known.add(id);
}

function dropId(ids: Map<string, string | Set<string>>, key: string, id: string): void {
  const known = ids.get(key);
  if (known === id) ids.delete(key);
  else if (known instanceof Set && known.delete(id) && known.size === 0) ids.delete(key);
}
