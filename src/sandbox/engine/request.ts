import type { FilterClause } from "../../catalog/filter.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { Json, JsonObject } from "../../lib/json.ts";

/** A request that has passed every check of the protocol. */
export interface ApiRequest {
  operation: Operation;
  /** Places of the path by name, decoded. */
  params: Record<string, string>;
  query: Query;
  /** The body, right by the operation's wire schema. For multipart: its text fields. */
  body: Json | undefined;
  files: Record<string, UploadedFile>;
  /** As they came, names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The request's own address as it stands in `links.self`. */
  self: string;
}

/** The query of a request that asks for nothing special. */
export function plainQuery(raw: Query["raw"] = []): Query {
  return {
    fields: new Map(),
    additional: new Map(),
    include: [],
    filter: [],
    sort: undefined,
    page: { size: undefined, cursor: undefined },
    other: {},
    raw,
  };
}

export interface UploadedFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface Query {
  /** `fields[type]`. */
  fields: Map<string, string[]>;
  /** `additional-fields[type]`. */
  additional: Map<string, string[]>;
  include: string[];
  filter: FilterClause[];
  sort: string | undefined;
  page: { size: number | undefined; cursor: string | undefined };
  /** Parameters of single operations, for example `page_cursor` or `company_id`. */
  other: Record<string, string>;
  /** Every parameter as it came, decoded, in its order: for links. */
  raw: readonly (readonly [name: string, value: string])[];
}

export interface Reply {
  status: number;
  /** Without one the answer is empty. */
  body?: JsonObject;
  headers?: Record<string, string>;
}
