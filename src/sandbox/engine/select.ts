import type { FilterClause } from "../../catalog/filter.ts";
import type { Collection, KeyOf, Row, Within } from "../state/collection.ts";
import { comparePositions, type Position } from "../state/order.ts";
import type { Context } from "./context.ts";
import type { Cursor } from "./cursor.ts";
import type { FilterRead, Read } from "./declare.ts";
import { matcher } from "./matches.ts";

/** Rows to choose from, and how they answer filters and sorts. */
export interface Source<R extends Row = Row> {
  rows: Collection<R>;
  /** Only the rows of this index key. */
  within?: Within;
  /** Only these; `inOrder`: in this order when there is no `sort`. */
  listed?: readonly R[];
  inOrder?: boolean;
  /** Reads a filter field, or undefined when there is no such field. */
  filter(field: string): Read<R, FilterRead> | undefined;
  /** Key of a sort field, with a name that stands for that key over this collection. */
  sort(field: string): { name: string; keyOf: KeyOf<R> } | undefined;
  defaultSort: string;
  /** The rows that can have one of these values, found by an index; undefined when no index helps. */
  narrow(field: string, values: string[]): R[] | undefined;
}

export interface Question {
  filter: readonly FilterClause[];
  sort: string | undefined;
  cursor: Cursor | undefined;
  /** Undefined for all. */
  size: number | undefined;
}

export interface Page<R extends Row> {
  rows: R[];
  /** Where the neighbouring pages begin; undefined when there is none. */
  next: Position | undefined;
  prev: Position | undefined;
}

/** One page of a source. Walks a kept order from the cursor, or sorts the few rows that an index leaves. */
export function selectPage<R extends Row>(source: Source<R>, question: Question, ctx: Context): Page<R> {
  const sort = question.sort ?? source.defaultSort;
  const descending = sort.startsWith("-");
  const key = sortOf(source, sort.replace(/^-/, ""));
  const passes = testOf(source, question.filter, ctx);
  const candidates = candidatesOf(source, question.filter);
  const kept = source.inOrder && question.sort === undefined ? undefined : key;
  const positions = candidates
    ? sorted(candidates.filter(passes), kept)
    : source.rows.order(key.name, key.keyOf, source.within).positions();
  const rowAt = candidates ? new Map(candidates.map((row) => [row.id, row])) : source.rows;
  const step = (question.cursor?.forward ?? true) === descending ? -1 : 1;
  const found: { position: Position; row: R }[] = [];
  const wanted = question.size ?? Number.POSITIVE_INFINITY;
  for (let i = startOf(positions, question.cursor?.position, step); i >= 0 && i < positions.length && found.length <= wanted; i += step) {
    const position = positions[i];
    const row = position && rowAt.get(position.id);
    if (row && (candidates || passes(row))) found.push({ position, row });
  }
  return pageOf(found, wanted, question.cursor);
}

function pageOf<R extends Row>(found: { position: Position; row: R }[], wanted: number, cursor: Cursor | undefined): Page<R> {
  const isMore = found.length > wanted;
  const forward = cursor?.forward ?? true;
  const page = isMore ? found.slice(0, wanted) : found;
  if (!forward) page.reverse();
  const hasNext = forward ? isMore : cursor !== undefined;
  const hasPrev = forward ? cursor !== undefined : isMore;
  return {
    rows: page.map(({ row }) => row),
    next: hasNext ? page.at(-1)?.position : undefined,
    prev: hasPrev ? page[0]?.position : undefined,
  };
}

function sortOf<R extends Row>(source: Source<R>, field: string): { name: string; keyOf: KeyOf<R> } {
  const sort = field === "id" ? { name: "id", keyOf: (row: R) => row.id } : source.sort(field);
  if (!sort) throw new Error(`${source.rows.def.name} declares no sort ${field}`);
  return sort;
}

function testOf<R extends Row>(source: Source<R>, clauses: readonly FilterClause[], ctx: Context): (row: R) => boolean {
  const tests = clauses.map((clause) => {
    const read = source.filter(clause.field);
    if (!read) throw new Error(`${source.rows.def.name} declares no filter ${clause.field}`);
    const test = matcher(clause);
    return (row: R): boolean => test(read(row, ctx));
  });
  return (row) => tests.every((test) => test(row));
}

function candidatesOf<R extends Row>(source: Source<R>, clauses: readonly FilterClause[]): R[] | undefined {
  for (const { operator, field, value } of clauses) {
    if (operator !== "equals" && operator !== "any") continue;
    const values = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
    const rows = values.length > 0 ? source.narrow(field, [...new Set(values)]) : undefined;
    if (rows) return source.listed ? source.listed.filter((row) => rows.includes(row)) : rows;
  }
  return source.listed ? [...source.listed] : undefined;
}

/** Without a key the rows keep their order: their place is their key. */
function sorted<R extends Row>(rows: readonly R[], key: { keyOf: KeyOf<R> } | undefined): Position[] {
  const positions = rows.map((row, i) => ({ key: key ? key.keyOf(row) : i, id: row.id }));
  return key ? positions.sort(comparePositions) : positions;
}

/** Index of the first position beyond the cursor in the direction of the walk. */
function startOf(positions: readonly Position[], cursor: Position | undefined, step: 1 | -1): number {
  if (!cursor) return step === 1 ? 0 : positions.length - 1;
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = positions[middle];
    const isBefore = at && (step === 1 ? comparePositions(at, cursor) <= 0 : comparePositions(at, cursor) < 0);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return step === 1 ? low : low - 1;
}
