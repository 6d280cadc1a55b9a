import { defineResource } from "../engine/declare.ts";
import { objectSchemas, sourceMappings, type SourceMappingRow } from "./object-rows.ts";
import { checkedMappings } from "./source-mapping-check.ts";

/** Source mappings (behaviour.md §2.17), one per schema. They can be changed whatever the schema's status (assumed) and count for records to come. */
export const sourceMappingResource = defineResource<SourceMappingRow>({
  type: "source-mapping",
  path: "/api/source-mappings",
  collection: sourceMappings,
  attributes: ({ properties, relationships }) => ({ property_mappings: properties, relationship_mappings: relationships }),
  update(mapping, { attributes }, ctx) {
    const schema = ctx.rows(objectSchemas).get(mapping.schema);
    return schema ? { ...mapping, ...checkedMappings(attributes, schema, mapping, ctx) } : mapping;
  },
});
