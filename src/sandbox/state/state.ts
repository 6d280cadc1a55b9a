import { createHash } from "node:crypto";
import { canonicalJson } from "../../lib/json.ts";
import { Collection, defineCollection, type CollectionDef, type Row } from "./collection.ts";
import type { IdMark, Ids } from "./identity.ts";

/** One row that a transaction left different. `after` is undefined for a removed one. */
export interface Change {
  collection: string;
  id: string;
  before: Row | undefined;
  after: Row | undefined;
}

/** Where the id streams stand, so that it is journaled with what used them. The underscore keeps it out of {@link State.hash}. */
const identity = defineCollection<{ id: string } & { mark: IdMark }>("_identity");

/** All rows of one account. Every change happens inside {@link State.transaction}. */
export class State {
  readonly ids: Ids;
  readonly #start: IdMark;
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Set<(changes: Change[]) => void>();
  #undo: { collection: Collection; id: string; before: Row | undefined }[] | undefined;

  constructor(defs: Iterable<CollectionDef>, ids: Ids) {
    this.ids = ids;
    this.#start = ids.mark();
    for (const def of [...defs, identity]) {
      const known = this.#collections.get(def.name);
      if (known && known.def !== def) throw new Error(`Two collections are named ${def.name}`);
      if (!known) this.#collections.set(def.name, new Collection<Row>(def, (...change) => this.#note(...change)));
    }
  }

  /** The rows of a declared collection. */
  rows<R extends Row>(def: CollectionDef<R>): Collection<R> {
    // Safe: a collection is only ever reached through its own definition, and the constructor refuses two of one name.
    return this.named(def.name) as Collection<R>;
  }

  /** Whether some resource declares the collection. */
  has(def: CollectionDef<never>): boolean {
    return this.#collections.has(def.name);
  }

  named(name: string): Collection {
    const collection = this.#collections.get(name);
    if (!collection) throw new Error(`No resource declares the collection ${name}: list it under "collections"`);
    return collection;
  }

  /** Told of each transaction that changed something, before it returns. A listener that throws undoes it. */
  onChange(listener: (changes: Change[]) => void): void {
    this.#listeners.add(listener);
  }

  /** Runs `work`; everything it changed is undone when it throws. Nested calls join the outer one. */
  transaction<T>(work: () => T): { result: T; changes: Change[] } {
    if (this.#undo) return { result: work(), changes: [] };
    const mark = this.ids.mark();
    this.#undo = [];
    try {
      const result = work();
      if (this.#undo.length > 0 && this.ids.mark() !== mark) this.rows(identity).put({ id: "ids", mark: this.ids.mark() });
      const changes = this.#changes();
      if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
      return { result, changes };
    } catch (thrown) {
      for (const { collection, id, before } of this.#undo.toReversed()) collection.write(id, before);
      this.ids.reset(mark);
      throw thrown;
    } finally {
      this.#undo = undefined;
    }
  }

  /** Puts back what a journal recorded. */
  replay(changes: Iterable<{ collection: string; id: string; after: Row | undefined }>): void {
    for (const { collection, id, after } of changes) this.named(collection).write(id, after && Object.freeze(after));
    const kept = this.rows(identity).get("ids");
    if (kept) this.ids.reset(kept.mark);
  }

  /** Empties everything, untold: for building the seed state anew. */
  clear(): void {
    for (const collection of this.#collections.values()) for (const { id } of collection.all()) collection.write(id, undefined);
    this.ids.reset(this.#start);
  }

  /** Every collection, bookkeeping too. */
  collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  /** Every row of these collections, or of all, collections and ids in order; bookkeeping left out. */
  *dump(names?: readonly string[]): Iterable<{ collection: string; row: Row }> {
    for (const collection of [...this.#visible()].filter(({ def }) => names?.includes(def.name) ?? true))
      for (const row of [...collection.all()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) yield { collection: collection.def.name, row };
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#visible()].map((collection) => [collection.def.name, collection.size]));
  }

  /** SHA-256 over every row, whatever the order of their making; bookkeeping such as keys is not part of it. */
  hash(): string {
    const hash = createHash("sha256");
    for (const { collection, row } of this.dump()) hash.update(`${collection} ${canonicalJson({ ...row })}\n`);
    return hash.digest("hex");
  }

  *#visible(): Iterable<Collection> {
    for (const name of [...this.#collections.keys()].toSorted()) if (!name.startsWith("_")) yield this.named(name);
  }

  #note(collection: Collection, id: string, before: Row | undefined): void {
    if (!this.#undo) throw new Error(`${collection.def.name} was changed outside of a transaction`);
    this.#undo.push({ collection, id, before });
  }

  /** The net effect: a row made and removed again does not appear. */
  #changes(): Change[] {
    const first = new Map<string, { collection: Collection; id: string; before: Row | undefined }>();
    for (const entry of this.#undo ?? []) {
      const key = `${entry.collection.def.name} ${entry.id}`;
      if (!first.has(key)) first.set(key, entry);
    }
    return [...first.values()]
      .map(({ collection, id, before }) => ({ collection: collection.def.name, id, before, after: collection.get(id) }))
      .filter(({ before, after }) => before !== after);
  }
}
