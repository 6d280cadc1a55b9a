import type { Json, JsonObject } from "../../lib/json.ts";
import type { Operation } from "../../catalog/operation.ts";
import { defineCollection, type CollectionDef, type KeyOf, type Row } from "../state/collection.ts";
import type { SortKey } from "../state/order.ts";
import type { Input } from "./input.ts";
import type { Context } from "./context.ts";
import type { ApiRequest, Reply } from "./request.ts";

/** Methods, whose parameters are bivariant: a `Resource<ListRow>` may then stand among `Resource<Row>`. */
export type Read<R extends Row, T> = { read(row: R, ctx: Context): T }["read"];
/** Date-times may be milliseconds or ISO text; a list means "one of these". `undefined` matches nothing. */
export type FilterRead = string | number | boolean | null | undefined | readonly (string | number | boolean)[];

/** One resource type: where its rows are, how they look from outside, and how they change. README.md has an example. */
export interface Resource<R extends Row = Row> {
  type: string;
  /** Path of the collection, `/api/lists`. */
  path: string;
  /** Only for types whose stable and beta models differ. */
  channel?: Operation["channel"];
  collection: CollectionDef<R>;
  /** Further collections that this file owns. */
  collections?: CollectionDef[];
  attributes: Read<R, JsonObject>;
  /** Attributes that appear only when `additional-fields[type]` asks. */
  additional?: Record<string, Read<R, Json | undefined>>;
  /** Value of each filter field of the collection read. An index of the same name is used for `equals` and `any`. `id` is always there. */
  filters?: Record<string, Read<R, FilterRead>>;
  /** Key of each sort field, out of the row alone. `id` is always there. */
  sorts?: Record<string, KeyOf<R>>;
  /** Order without `sort`: a sort field, `-` before it for descending. Default `id`. */
  defaultSort?: string;
  /** Page size of reads that have a cursor but no `page[size]`. Default 100. */
  pageSize?: number;
  relationships?: Record<string, Relationship<R>>;
  /** Makes the row; the engine stores it, answers, and has checked that related ids exist. */
  create?(input: Input, ctx: Context): R;
  /** Makes the row anew; `null` where a field is to be cleared. Return the row itself to change nothing. */
  update?(row: R, input: Input, ctx: Context): R;
  /** Whether and with what else the row goes. The engine removes it and its links afterwards. */
  remove?(row: R, ctx: Context): void;
  /** Work that {@link Context.schedule} puts off, by kind. Kinds are unique over all resources. */
  tasks?: Record<string, (payload: JsonObject, ctx: Context) => void>;
}

export type Relationship<R extends Row = Row> = ToOne<R> | ToMany<R>;

export interface ToOne<R extends Row = Row> {
  kind: "one";
  type: string;
  id: Read<R, string | undefined>;
  /** Whether `data` is shown without `include`. Default true; `when set` leaves it out where there is none, for what the vendor states as never null. */
  data?: boolean | "when set";
  /** Makes the row that PATCH on the relationship leads to; without it the relationship is read-only. */
  set?(row: R, id: string | null, ctx: Context): R;
}

export interface ToMany<R extends Row = Row> {
  kind: "many";
  type: string;
  from: ManySource<R>;
  /** Whether `data` is shown without `include`. Default false. */
  data?: boolean;
  /** Left out of the resource object unless included, though it can be read and written at its own path. */
  hidden?: boolean;
  /** Whether its ids alone can be read, so that it has a link to them. Default true. */
  linkage?: boolean;
  /** Whether each of those ids has a link of its own, as the customer agent's have. Default false. */
  idLinks?: boolean;
}

/**
 * Where the related ids come from. `links`: a link collection, writable. `index`: rows of the related type whose index has this row's id.
 * `ids`: a function, read-only, in its order. `write`: what POST (`add`), PATCH and DELETE (`remove`) call where ids are not links.
 */
export type ManySource<R extends Row> =
  | { kind: "links"; links: Links; side: "from" | "to"; prefix: string; hooks: LinkHooks<R> }
  | { kind: "index"; index: string }
  | { kind: "ids"; ids: Read<R, readonly string[]>; write?: ManyWrite<R>; view?: IdsView<R> };

/** What rows read as when they are reached through computed ids: `row` is the one that they are related to. */
export interface IdsView<R extends Row, Related extends Row = Row> {
  filters?: Record<string, { read(row: R, related: Related, ctx: Context): FilterRead }["read"]>;
  sorts?: Record<string, { key(row: R, related: Related, ctx: Context): SortKey }["key"]>;
  /** Order without `sort`; left out, that of the ids. */
  defaultSort?: string;
  attributes?: { read(row: R, related: Related, ctx: Context): JsonObject }["read"];
}

export interface ManyWrite<R extends Row> {
  add?(row: R, ids: string[], ctx: Context): void;
  remove?(row: R, ids: string[], ctx: Context): void;
  replace?(row: R, ids: string[], ctx: Context): void;
}

export interface LinkHooks<R extends Row> {
  /** How many ids one call to the relationship's own endpoint may name. Left out, as many as a body holds. */
  maxPerCall?: number;
  /** Before a new link is stored; refuse to forbid it. Not called for one that exists. */
  adding?(row: R, id: string, ctx: Context): void;
  /** After the link is stored. */
  added?(row: R, id: string, ctx: Context): void;
  /** After the link is gone. */
  removed?(row: R, id: string, ctx: Context): void;
  /** Filter fields that the link itself answers; others are asked of the related resource. */
  filters?: Record<string, Read<LinkRow, FilterRead>>;
  sorts?: Record<string, KeyOf<LinkRow>>;
  defaultSort?: string;
  /** Attributes that the related resource gets when it is read through this relationship. */
  attributes?: Read<LinkRow, JsonObject>;
}

/** One link. `id` is always {@link linkId}; `at` is when it was made, ms. */
export interface LinkRow extends Row {
  readonly from: string;
  readonly to: string;
  readonly at: number;
}
export type Links = CollectionDef<LinkRow>;

/** Declares a link collection. With several target types in one, `to` is `type:id`, and `toMany` gets that prefix. */
export function defineLinks(name: string): Links {
  return defineCollection<LinkRow>(name, { indexes: { from: (link) => link.from, to: (link) => link.to } });
}

/** Parted by a tab, which no id has: ids of catalog items and coupons may hold blanks. */
export function linkId(from: string, to: string): string {
  return `${from}\t${to}`;
}

/** Returns the declaration, its row type set aside. */
export function defineResource<R extends Row>(resource: Resource<R>): Resource {
  return resource;
}

export function toOne<R extends Row>(
  type: string,
  id: Read<R, string | undefined>,
  more: Omit<ToOne<R>, "kind" | "type" | "id"> = {},
): ToOne<R> {
  return { kind: "one", type, id, ...more };
}

/** Through a link collection: `side` is where this resource's id stands; `prefix` (`list:`) marks the type in a shared one. */
export function toManyLinks<R extends Row>(
  type: string,
  {
    links,
    side,
    prefix = "",
    data = false,
    ...hooks
  }: { links: Links; side: "from" | "to"; prefix?: string; data?: boolean } & LinkHooks<R>,
): ToMany<R> {
  return { kind: "many", type, from: { kind: "links", links, side, prefix, hooks }, data };
}

/** Rows of `type` whose index of this name has this row's id: parts that know their whole. */
export function toManyByIndex<R extends Row>(
  type: string,
  index: string,
  more: { data?: boolean; hidden?: boolean; linkage?: boolean } = {},
): ToMany<R> {
  return { kind: "many", type, from: { kind: "index", index }, ...more };
}

export function toManyIds<R extends Row, Related extends Row = Row>(
  type: string,
  ids: Read<R, readonly string[]>,
  { data = false, hidden = false, view, ...write }: { data?: boolean; hidden?: boolean; view?: IdsView<R, Related> } & ManyWrite<R> = {},
): ToMany<R> {
  return { kind: "many", type, from: { kind: "ids", ids, write, ...(view && { view }) }, data, hidden };
}

/** An operation that is not a plain shape, by its operation id. */
export interface Action {
  operation: string;
  handle(request: ApiRequest, ctx: Context): Reply;
}

export function defineAction(operation: string, handle: Action["handle"]): Action {
  return { operation, handle };
}
