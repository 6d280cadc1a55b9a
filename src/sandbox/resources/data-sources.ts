import { defineResource } from "../engine/declare.ts";
import { namedFields } from "./object-naming.ts";
import { ingestRecords } from "./object-ingestion.ts";
import { dataSources, rawRecords, type DataSourceRow } from "./object-rows.ts";

/** Data sources (behaviour.md §2.17). What was sent to one goes with it, the object records stay (assumed). */
export const dataSourceResource = defineResource<DataSourceRow>({
  type: "data-source",
  path: "/api/data-sources",
  collection: dataSources,
  collections: [rawRecords],
  attributes: ({ title, description, visibility, namespace }) => ({ title, visibility, description, namespace }),
  create: ({ attributes }, ctx) => ({ ...namedFields(attributes, dataSources, ctx), id: ctx.ids.ulid(ctx.now) }),
  remove(source, ctx) {
    for (const { id } of ctx.rows(rawRecords).where("source", source.id)) ctx.rows(rawRecords).remove(id);
  },
  tasks: { ingest_records: ingestRecords },
});
