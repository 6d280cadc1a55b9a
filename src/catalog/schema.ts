/** The part of JSON Schema 2020-12 that the compiled catalog uses, plus `x-wire`. Plain data. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: (string | number | boolean | null)[];
  const?: string | number | boolean;
  format?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  default?: unknown;
  /** On schemas of flat arguments: which JSON:API envelopes were taken off, outermost first, so that they can be put back. */
  "x-wire"?: Envelope[];
}

/**
 * `data`: the value stood under `{"data": …}`. `identifier`: a string that stood for `{"type": …, "id": …}`.
 * `resource`: an object whose properties stood in `id`, `attributes`, `relationships` and `meta` of a resource object; `members` must be there even when empty.
 */
export type Envelope =
  | { kind: "data" }
  | { kind: "identifier"; type: string }
  | { kind: "resource"; type: string; places: Record<string, Place>; members?: Member[] };

export type Member = "attributes" | "relationships" | "meta";

/** Where a flat property stood: `["attributes", "campaign-messages"]`, or `["id"]`. */
export type Place = [member: Member, wire: string] | [member: "id"];

/** Where schemas point into each other: `#/$defs/ListEnum` inside one channel's definitions. */
export const DEFS_PREFIX = "#/$defs/";
