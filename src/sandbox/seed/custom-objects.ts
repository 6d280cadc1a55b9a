import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import {
  dataSources,
  objectRecords,
  objectSchemas,
  objectTypes,
  rawRecords,
  recordId,
  schemaRelations,
  sourceMappings,
  type SchemaProperty,
} from "../resources/object-rows.ts";
import { linkRecord } from "../resources/record-links.ts";
import { DAY_MS } from "./calendar.ts";
import { customerNumber, type Person } from "./person.ts";
import type { Random } from "./random.ts";

const PROPERTIES: SchemaProperty[] = [
  { id: 1, name: "roast", type: "string", description: "What goes into the bag" },
  { id: 2, name: "weeks", type: "int", description: "Weeks from parcel to parcel" },
  { id: 3, name: "price", type: "float" },
  { id: 4, name: "next_parcel", type: "timestamp" },
  { id: 5, name: "is_paused", type: "boolean" },
];

export interface Subscriptions {
  type: string;
  source: string;
  relation: string;
}

/** The kind of object that the shop keeps beside people: coffee subscriptions, which come from its subscription software. */
export function seedSubscriptions(ctx: Context, openedMs: number): Subscriptions {
  const made = openedMs + 400 * DAY_MS;
  const source = ctx.ids.ulid(made);
  const named = { visibility: "private", namespace: "custom-objects" } as const;
  ctx.rows(dataSources).put({ id: source, title: "Subscription desk", description: "Standing orders, once a night", ...named });
  const [type, schema, mapping, relation] = [ctx.ids.ulid(made), ctx.ids.ulid(made), ctx.ids.ulid(made), ctx.ids.ulid(made)];
  const words = { title: "Coffee subscription", description: "A standing order of coffee" };
  ctx.rows(objectTypes).put({ id: type, ...words, ...named, created: made, updated: made + DAY_MS, current: schema });
  ctx.rows(objectSchemas).put({
    id: schema,
    type,
    ...words,
    status: "active",
    properties: PROPERTIES,
    required: ["roast", "weeks"],
    published: made + DAY_MS,
    mapping,
  });
  const from = (path: string): JsonObject => ({ source_id: source, id_path: "$.id", data_path: path });
  ctx.rows(sourceMappings).put({
    id: mapping,
    schema,
    properties: PROPERTIES.map(({ id, name }) => ({ id, type: "simple", source: from(`$.${name}`) })),
    relationships: [{ relationship_id: relation, type: "simple", source: byCustomer(source) }],
  });
  ctx.rows(schemaRelations).put({ id: `${schema}\t${relation}`, schema, relation, name: "subscriber" });
  return { type, source, relation };
}

/** The shop's customer number is the external id of a profile. */
function byCustomer(source: string): JsonObject {
  const paths = [{ identifier_type: "external-id", path: "$.customer" }];
  return { type: "profile", source_id: source, id_path: "$.id", related_id_paths: paths, update_strategy: "replace" };
}

const ROASTS = ["Breakwater Blend", "Night Watch Dark Roast", "Ferryman Espresso", "Fogbound Decaf"] as const;

/** Some of those who buy often have a standing order. */
export function addSubscription(
  ctx: Context,
  { type, source, relation }: Subscriptions,
  person: Person,
  random: Random,
  nowMs: number,
): void {
  if (person.buyer !== "loyal" && person.buyer !== "repeat") return;
  if (person.index % 9 > 1) return;
  const weeks = random.pick([2, 4, 6]);
  const isPaused = random.chance(0.2);
  const next = nowMs + random.between(1, weeks * 7) * DAY_MS;
  const properties: JsonObject = {
    roast: random.pick(ROASTS),
    weeks,
    price: 17,
    next_parcel: `${new Date(next).toISOString().slice(0, 10)}T12:00:00Z`,
    is_paused: isPaused,
  };
  const externalId = `sub-${4000 + person.index}`;
  ctx
    .rows(rawRecords)
    .put({ id: random.ulid(nowMs - DAY_MS), source, record: { id: externalId, customer: customerNumber(person), ...properties } });
  const { id } = ctx.rows(objectRecords).put({ id: recordId(type, externalId), type, properties });
  linkRecord(ctx, id, relation, [`profile:${person.id}`], false);
}
