import type { Member, Place } from "./schema.ts";

/** What Halyard knows of one operation of Klaviyo's API. Compiled by `scripts/catalog.ts`; plain data, no behaviour. */
export interface Operation {
  /** Klaviyo's operation id, for example `create_list`. */
  id: string;
  /** Older names that Klaviyo's documents list; names only, never paths. */
  aliases: string[];
  channel: "stable" | "beta";
  method: Method;
  /** Path template with `{id}` places, for example `/api/lists/{id}`. */
  path: string;
  /** Value of the `revision` header. */
  revision: string;
  /** Kebab-case area, for example `campaigns`: the group under which actions are listed. */
  area: string;
  shape: Shape;
  /** Resource type of the answer's primary data, or of the body where there is no answer; null for neither. */
  resource: string | null;
  /** One line in our own words. */
  summary: string;
  /** What a marketer would say who wants this. */
  phrases: string[];
  auth: "key" | "company_id" | "none";
  scopes: string[];
  limits: Limits;
  /** Further windows that a query option consumes as well, shared by every operation that offers the option. */
  extraLimits: ExtraLimit[];
  /** How the flat arguments of an agent become path, query and body; also the order in which they are shown. */
  args: Arg[];
  filter: { required: boolean; fields: Record<string, FilterField> } | null;
  page: { cursor: string; size: { name: string; default: number; min: number; max: number } | null } | null;
  body: Body | null;
  /** Success statuses, in the document's order, and whether each has a body. */
  answers: { status: number; hasBody: boolean; isCollection: boolean }[];
  effect: Effect;
}

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * The JSON:API shapes: `collection` and `item` reads, `related` (full resources), `linkage` (ids only), `create`, `update`, `delete`,
 * `link` (write to a relationship). The rest do something of their own: `job`, `report`, `action`.
 */
export type Shape = "collection" | "item" | "related" | "linkage" | "create" | "update" | "delete" | "link" | "job" | "report" | "action";

/** Fixed windows, per account: requests per second, per minute and, for some, per day. */
export interface Limits {
  perSecond: number;
  perMinute: number;
  perDay?: number;
}

export interface ExtraLimit {
  /** Query parameter and the value in its list that brings the limit, for example `additional-fields[profile]` and `predictive_analytics`. */
  query: string;
  value: string;
  limits: Limits;
}

export interface Arg {
  /** Name that an agent uses: matches `^[a-zA-Z0-9_.-]{1,64}$`. */
  name: string;
  in: "path" | "query" | "body" | "file";
  /** Name on the wire: `page[size]`, `campaign-messages`. */
  wire: string;
  /** For a body that is a resource object: where in it the value stands. */
  place?: Place;
  required: boolean;
  /** Filled in by the gate, not by the agent: the account's public id. */
  fill?: "account_id";
}

export interface FilterField {
  /** Operators that take one value, a list, or nothing (`has`). */
  single?: string[];
  list?: string[];
  none?: string[];
  type: string;
  format?: string;
  enum?: string[];
}

export interface Body {
  mediaType: "json" | "multipart";
  required: boolean;
  /**
   * `resource`: `{data: {type, id?, attributes?, relationships?}}`; `ids`: `{data: [{type, id}]}`; `id`: `{data: {type, id} | null}`; `fields`: multipart fields.
   */
  form: "resource" | "ids" | "id" | "fields";
  type: string | null;
  /** Members of the resource object that must be there even when empty. */
  members?: Member[];
}

export interface Effect {
  kind: EffectKind;
  /** 0 read or compute … 5 erasure, merge, keys, legal (policy/presets.ts). */
  risk: Risk;
  reversible: "n/a" | "yes" | "partial" | "no";
  /** Operations that take it back, wholly or in part. */
  inverse: string[];
  /** Reads that show the state before. */
  beforeImage: string[];
  retry: RetryClass;
  flags: string[];
}

export type Risk = 0 | 1 | 2 | 3 | 4 | 5;

export const EFFECT_KINDS = [
  "read",
  "compute",
  "create",
  "update",
  "delete",
  "relate",
  "unrelate",
  "ingest",
  "export",
  "merge",
  "security",
  "send-message",
  "consent-change",
  "privacy-erasure",
] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

/**
 * What may be done when the outcome of a write is not known. `read`: nothing changed, ask again. `idempotent`: repeating is safe.
 * `natural-key`: look the key up, then decide. `readable`: find what was made by name and time. `unreadable`: tell the owner that it may have happened.
 */
export const RETRY_CLASSES = ["read", "idempotent", "natural-key", "readable", "unreadable"] as const;
export type RetryClass = (typeof RETRY_CLASSES)[number];

/** Whether sending the operation can change anything in the account. */
export function isWrite(operation: Operation): boolean {
  return operation.effect.risk > 0;
}
