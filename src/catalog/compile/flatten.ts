import { DEFS_PREFIX, type Place, type Schema } from "../schema.ts";

/** Suffix of a definition from which envelopes were taken off. */
const FLAT = "~flat";

/**
 * Takes JSON:API's envelopes off a schema, at every depth, so that an agent writes `{name: "…", profiles: ["01…"]}` and not `{data: {type, attributes, …}}`.
 * What was taken off is noted in `x-wire` (schema.ts); `arguments.ts` puts it back. An envelope is an object that holds nothing but `data`,
 * where `data` is a resource identifier (`type` with one value, and `id`), a resource object (the same with `attributes`, `relationships` or `meta`) or a list of either.
 * Elsewhere `{type, id}` means something else (a flow's trigger) and stays. Definitions that change get a flat twin in `flatDefs`.
 */
export function createFlattener(defs: Record<string, Schema>): { flatten(schema: Schema): Schema; flatDefs: Record<string, Schema> } {
  const flatDefs: Record<string, Schema> = {};
  const changes = new Map<string, boolean>();

  function deref(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const target = defs[schema.$ref.slice(DEFS_PREFIX.length)];
    if (!target) throw new Error(`Unknown reference ${schema.$ref}`);
    return deref(target);
  }

  /** Whether an envelope is written in the definition or in one that it reaches. Recursive definitions are taken as unchanged while they are looked at. */
  function defChanges(name: string): boolean {
    const known = changes.get(name);
    if (known !== undefined) return known;
    changes.set(name, false);
    const result = schemaChanges(defs[name] ?? {});
    changes.set(name, result);
    return result;
  }

  function schemaChanges(schema: Schema): boolean {
    if (schema.$ref !== undefined) return defChanges(schema.$ref.slice(DEFS_PREFIX.length));
    if (enveloped(schema)) return true;
    const inner = [
      ...Object.values(schema.properties ?? {}),
      ...(schema.items ? [schema.items] : []),
      ...(schema.anyOf ?? []),
      ...(schema.allOf ?? []),
    ];
    return inner.some(schemaChanges);
  }

  /** The resource, or list of resources, under `data`, when `schema` is an envelope. */
  function enveloped(schema: Schema): { resource: Schema; list?: Schema } | undefined {
    const names = Object.keys(schema.properties ?? {});
    if (names.length !== 1 || !schema.properties?.["data"]) return undefined;
    const data = deref(schema.properties["data"]);
    const list = data.type === "array" && data.items ? data : undefined;
    const resource = deref(list?.items ?? nonNull(data));
    return resourceTypeOf(resource) === undefined ? undefined : { resource, ...(list && { list }) };
  }

  function nonNull(schema: Schema): Schema {
    const branches = schema.anyOf?.filter((branch) => branch.type !== "null") ?? [];
    return branches.length === 1 && branches[0] ? branches[0] : schema;
  }

  function resourceTypeOf(schema: Schema): string | undefined {
    const { type, ...rest } = schema.properties ?? {};
    if (!type) return undefined;
    const names = deref(type).enum;
    const others = Object.keys(rest);
    if (names?.length !== 1 || typeof names[0] !== "string") return undefined;
    if (others.length === 0 || !others.every((name) => ["id", "attributes", "relationships", "meta", "links"].includes(name)))
      return undefined;
    return names[0];
  }

  function flatten(schema: Schema): Schema {
    if (schema.$ref !== undefined) return flattenRef(schema.$ref);
    const envelope = enveloped(schema);
    if (envelope) return flattenEnvelope(schema, envelope);
    return {
      ...schema,
      ...(schema.properties && { properties: mapValues(schema.properties, flatten) }),
      ...(schema.items && { items: flatten(schema.items) }),
      ...(schema.anyOf && { anyOf: flattenUnion(schema.anyOf) }),
      ...(schema.allOf && { allOf: schema.allOf.map(flatten) }),
    };
  }

  /** A value can be put back only when its branch is certain: an envelope may stand beside nothing but null. */
  function flattenUnion(branches: Schema[]): Schema[] {
    const certain = branches.filter((branch) => branch.type !== "null").length === 1;
    if (!certain && branches.some(schemaChanges))
      throw new Error(`An envelope stands in a union: ${JSON.stringify(branches).slice(0, 300)}`);
    return branches.map(flatten);
  }

  function flattenRef(ref: string): Schema {
    const name = ref.slice(DEFS_PREFIX.length);
    if (!defChanges(name)) return { $ref: ref };
    if (!(name + FLAT in flatDefs)) {
      flatDefs[name + FLAT] = {};
      flatDefs[name + FLAT] = flatten(defs[name] ?? {});
    }
    return { $ref: DEFS_PREFIX + name + FLAT };
  }

  function flattenEnvelope(schema: Schema, { resource, list }: { resource: Schema; list?: Schema }): Schema {
    const flat = flattenResource(resource, resourceTypeOf(resource) ?? "");
    if (list) return { ...list, items: flat, "x-wire": [{ kind: "data" }] };
    const data = deref(schema.properties?.["data"] ?? {});
    const isNullable = data.anyOf?.some((branch) => branch.type === "null") || (Array.isArray(data.type) && data.type.includes("null"));
    return {
      ...flat,
      ...(isNullable && { type: [String(flat.type), "null"] }),
      "x-wire": [{ kind: "data" }, ...(flat["x-wire"] ?? [])],
    };
  }

  function flattenResource(schema: Schema, type: string): Schema {
    const members = schema.properties ?? {};
    if (!members["attributes"] && !members["relationships"] && !members["meta"]) {
      return { type: "string", minLength: 1, "x-wire": [{ kind: "identifier", type }] };
    }
    const places: Record<string, Place> = {};
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    const put = (name: string, inner: Schema, place: Place, isRequired: boolean): void => {
      const flat = flatName(name, place, properties);
      places[flat] = place;
      properties[flat] = inner;
      if (isRequired) required.push(flat);
    };
    if (members["id"]) put("id", flatten(members["id"]), ["id"], schema.required?.includes("id") ?? false);
    for (const member of ["attributes", "relationships", "meta"] as const) {
      const object = members[member] && deref(nonNull(deref(members[member])));
      if (!object) continue;
      if (!object.properties) throw new Error(`The ${member} of ${type} have no properties`);
      const memberRequired = member !== "attributes" || (schema.required?.includes(member) ?? false);
      for (const [name, inner] of Object.entries(object.properties ?? {})) {
        put(name, flatten(inner), [member, name], memberRequired && (object.required?.includes(name) ?? false));
      }
    }
    const always = (["attributes", "relationships"] as const).filter((member) => schema.required?.includes(member));
    const envelope = { kind: "resource" as const, type, places, ...(always.length > 0 && { members: always }) };
    return { type: "object", properties, ...(required.length > 0 && { required }), additionalProperties: false, "x-wire": [envelope] };
  }

  return { flatten, flatDefs };
}

/** `campaign-messages` → `campaign_messages`; a name that is taken already gets its member in front. */
function flatName(wire: string, place: Place, taken: Record<string, Schema>): string {
  const name = wire.replaceAll(/[^a-zA-Z0-9_.]/g, "_");
  return name in taken ? `${place[0]}_${name}` : name;
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
