import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Rows of custom objects (behaviour.md §2.17). Times are ms. */
export type Visibility = "private" | "shared";

export interface DataSourceRow extends Row {
  title: string;
  description: string;
  visibility: Visibility;
  namespace: string;
}

export const dataSources = defineCollection<DataSourceRow>("data_sources", { unique: { title: titleKey } });

/** What was sent to a data source, as it came. */
export interface RawRecordRow extends Row {
  source: string;
  record: JsonObject;
}

export const rawRecords = defineCollection<RawRecordRow>("data_source_records", { indexes: { source: ({ source }) => source } });

export interface ObjectTypeRow extends Row {
  title: string;
  description: string;
  visibility: Visibility;
  namespace: string;
  created: number;
  updated: number;
  /** The active schema. */
  current?: string;
  /** The schema that is worked on or being published. */
  draft?: string;
}

export const objectTypes = defineCollection<ObjectTypeRow>("object_types", {
  unique: { title: titleKey },
  indexes: { namespace: ({ namespace }) => namespace },
});

/** `undefined` is Klaviyo's word; here it marks a schema that a newer one took the place of (assumed). */
export type SchemaStatus = "draft" | "publishing" | "active" | "undefined";
export type PropertyType = "boolean" | "float" | "int" | "string" | "timestamp";

export interface SchemaProperty {
  id: number;
  name: string;
  type: PropertyType;
  description?: string;
}

export interface ObjectSchemaRow extends Row {
  type: string;
  title: string;
  description: string;
  status: SchemaStatus;
  properties: SchemaProperty[];
  required: string[];
  published?: number;
  mapping: string;
}

export const objectSchemas = defineCollection<ObjectSchemaRow>("object_schemas", { indexes: { type: ({ type }) => type } });

export interface SourceMappingRow extends Row {
  schema: string;
  /** As in the API: `{id, type, source | value}`. */
  properties: JsonObject[];
  /** As in the API: `{relationship_id, type, source}`. */
  relationships: JsonObject[];
}

export const sourceMappings = defineCollection<SourceMappingRow>("source_mappings");

/** A named relationship of a schema to people, or to another schema. A version that follows has it under the same relation id. */
export interface SchemaRelationRow extends Row {
  schema: string;
  relation: string;
  /** The other schema; absent for people. */
  target?: string;
  name: string;
  description?: string;
}

export const schemaRelations = defineCollection<SchemaRelationRow>("schema_relations", {
  indexes: { schema: ({ schema }) => schema, target: ({ target }) => target },
});

export interface ObjectRecordRow extends Row {
  type: string;
  properties: JsonObject;
}

export const objectRecords = defineCollection<ObjectRecordRow>("object_records", { indexes: { type: ({ type }) => type } });

export function recordId(type: string, externalId: string): string {
  return `${type}:::${externalId}`;
}

/** Only failures are logged. */
export interface IngestionLogRow extends Row {
  type: string;
  /** External id of the record; absent when none could be read. */
  record?: string;
  at: number;
  errors: JsonObject[];
}

export const ingestionLogs = defineCollection<IngestionLogRow>("ingestion_logs", { indexes: { type: ({ type }) => type } });

function titleKey({ namespace, title }: { namespace: string; title: string }): string {
  return `${namespace}\t${title}`;
}
