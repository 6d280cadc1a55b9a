import type { Operation } from "../../catalog/operation.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Collection, CollectionDef, Row } from "../state/collection.ts";
import type { Ids } from "../state/identity.ts";
import type { Resource } from "./declare.ts";
import type { ApiRequest, Reply } from "./request.ts";

/** What a declaration may use while a request or a scheduled task runs. All of it happens in one transaction. */
export interface Context {
  /** The sandbox clock when the request came, or when the task was due; ms. */
  readonly now: number;
  readonly ids: Ids;
  /** The account's id, which is its public key too. */
  readonly accountId: string;
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  readonly channel: Operation["channel"];
  /** Whether the answer shows what this request just wrote: Klaviyo gives its times microseconds then. */
  readonly fresh: boolean;
  rows<R extends Row>(def: CollectionDef<R>): Collection<R>;
  /** A row of another resource by type, whether or not that type is declared. */
  find(type: string, id: string): Row | undefined;
  /** Refuses with 404 naming type and id when there is none. */
  must(type: string, id: string): Row;
  /** Stores a new row of this type as `create` would, and returns it. */
  create(type: string, input: { attributes: JsonObject; relationships?: JsonObject }): Row;
  /** Removes as DELETE would: with what the resource takes along and all its links. */
  remove(type: string, id: string): void;
  /** Adds or removes links as the relationship's own endpoint would, with its hooks. Returns the ids that were new, or that went. */
  link(type: string, id: string, relationship: string, ids: readonly string[]): string[];
  unlink(type: string, id: string, relationship: string, ids: readonly string[]): string[];
  /** Runs the task of this kind once the clock reaches `atMs`, before the next request is answered. */
  schedule(atMs: number, kind: string, payload: JsonObject): void;
  /**
   * The same for what Klaviyo does behind its answer, `afterMs` later: whoever drives the sandbox may have it done at once, or by reads
   * (`payload.id` says of what), instead of by the clock.
   */
  settle(afterMs: number, kind: string, payload: JsonObject): void;
  /** Documents for actions. `fields`, `include` and `additional-fields` of the request apply. */
  reply: Replies;
}

export interface Replies {
  /** One resource object. The status is the operation's first unless given. */
  item(request: ApiRequest, type: string, row: Row, status?: number): Reply;
  /** All of these rows, unpaged, in this order. */
  list(request: ApiRequest, type: string, rows: readonly Row[]): Reply;
  /** Filters, sorts and pages over all rows of the type, or over those of an index key. */
  collection(request: ApiRequest, type: string, within?: { index: string; key: string }): Reply;
  /** The operation's first status without a body. */
  empty(request: ApiRequest): Reply;
}

/** What the engine looks a declared type up with. */
export type ResourceOf = (type: string, channel: Operation["channel"]) => Resource | undefined;
